"""Treatment of outliers before normalisation."""

from yitihua.index.treat.applying import bent_by, clipped_to, curve_for, has_image, treated_by
from yitihua.index.treat.limits import (
    is_outlying,
    kurtosis,
    log_shift,
    logarithm,
    skewness,
    treated,
    winsor_limits,
)

__all__ = [
    "bent_by",
    "clipped_to",
    "curve_for",
    "has_image",
    "is_outlying",
    "kurtosis",
    "log_shift",
    "logarithm",
    "skewness",
    "treated",
    "treated_by",
    "winsor_limits",
]
