"""Hygiene of operational data: what numbers look like when they were not counted. Evidence, never corrections.

values.py
    What is looked at: measures of a table, their digits, the period before.
digits.py, jumps.py, copies.py, ceilings.py
    The checks; each returns flags, and how many tests it made.
report.py
    All checks together.
"""
