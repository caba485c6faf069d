"""Weighted answers -> estimates with their covariances: designs, linearised variance, intervals, replicates.

`design.SurveyDesign` says how respondents were drawn; `estimate.estimate` and `quantiles.estimate_quantiles` make a
table of items by domains (`results.Estimates`) with its covariance; `variance.covariance_matrix` takes any linearised
values, `replicates.Replicates` any statistic; `reliability.reliability` looks at questions among themselves.

R survey 4.5 is followed; differences stand in `variance`, `replicates`, `intervals`, `quantiles` and
`quantile_rules`, each with its reason.
"""
