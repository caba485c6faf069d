"""Simulated records: exports of a platform whose counts are the simulated measures. Nothing in them was observed."""
