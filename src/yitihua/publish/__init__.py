"""Renderers: files, terminal, HTML."""
