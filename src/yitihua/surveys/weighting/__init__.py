"""Base weights -> final weights: non-response, raking, post-stratification, calibration, trimming."""
