"""Bundles: one file from which a published ranking is computed again, and the command that does so."""
