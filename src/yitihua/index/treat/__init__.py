"""Treatment of outliers before normalisation."""

from yitihua.index.treat.limits import (
    is_outlying,
    kurtosis,
    log_shift,
    logarithm,
    skewness,
    treated,
    winsor_limits,
)

__all__ = ["is_outlying", "kurtosis", "log_shift", "logarithm", "skewness", "treated", "winsor_limits"]
