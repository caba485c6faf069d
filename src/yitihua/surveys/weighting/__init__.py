"""Base weights -> final weights: non-response, raking, post-stratification, calibration, trimming.

`steps.Weights` strings the steps together and keeps each one's factor by respondent; `margins.read_margins` and
`matching.match` make margins of a table and a sample. The numbers are in plain functions: `raking.rake`,
`poststratify.poststratify`, `calibration.calibrate`, `trimming.trim`, `nonresponse.adjust_nonresponse`. What a
calibration means for the variance is in `projection`.
"""
