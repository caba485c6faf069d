"""Modes of asking and spot checks: mode effects, call-backs, counties whose modes disagree."""
