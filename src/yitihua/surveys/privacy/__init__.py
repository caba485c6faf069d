"""Identifiers dropped or hashed, small counts suppressed, respondent tables checked before they leave."""
