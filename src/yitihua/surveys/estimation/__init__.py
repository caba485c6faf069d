"""Weighted answers -> estimates with their covariances: designs, linearised variance, intervals, replicates."""
