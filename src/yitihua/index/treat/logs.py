"""The logarithms of COINr: log_CT, log_CT_plus, log_CT_orig and log_GII (R/treat.R), fitted once, then applied.

- log_ct: ``ln(x - min + a)`` with ``a = 0.01 (max - min)``; the treatment ``log`` with a fitted offset.
- log_ct_plus: the same where the skewness is above 0, else its mirror image ``-ln(max + a - x)``, so that a long
  lower tail is shortened and not stretched.
- log_ct_orig: ``ln(x - min + 1)``; the 1 is in the indicator's unit, so the result depends on it.
- log_gii: ``ln((max - 1)(x - min) / (max - min) + 1)``, from the GII 2020. COINr's function of this name
  computes it but returns x as it was (``x1`` is not passed on), and its help advises against it; for a largest
  value of 1 or less the order would be lost or turned round, so that is refused.

Later values below the fitted smallest (above the largest, for the mirror image) are raised (lowered) to it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from yitihua.definitions.methods import Settings
from yitihua.errors import refuse
from yitihua.index.recipe import Treatment
from yitihua.index.treat import limits
from yitihua.index.treat.bending import WHEN_KEYS, check_when, fit_by, number_of
from yitihua.index.treat.limits import Floats
from yitihua.index.treat.method import Curve, Numbers, TreatMethod


def log_ct(seen: Floats, all_of: Floats, settings: Settings, code: str) -> Treatment:
    """Return ``ln(x - min + 0.01 range)`` (COINr ``log_CT``).

    Parameters
    ----------
    seen : ndarray, shape (k,)
        Observed values, not all alike.
    all_of : ndarray
        The same and goalposts, which all need an image.
    settings, code
        Not looked at.

    Examples
    --------
    >>> x = np.array([5.0, 105.0])
    >>> log_ct(x, x, {}, "x").log_shift
    -4.0
    """
    return Treatment("log_ct", lower=float(all_of.min()), log_shift=limits.log_shift(all_of), outcome="log")


def log_ct_plus(seen: Floats, all_of: Floats, settings: Settings, code: str) -> Treatment:
    """Return ``ln(x - min + a)`` where the skewness is above 0, else ``-ln(max + a - x)`` (COINr ``log_CT_plus``).

    Examples
    --------
    >>> x = np.array([0.0, 90.0, 95.0, 100.0])
    >>> log_ct_plus(x, x, {}, "x").numbers
    (('top', (101.0,)),)
    """
    if limits.skewness(seen[:, None])[0] > 0:
        return replace(log_ct(seen, all_of, settings, code), method="log_ct_plus")
    low, high = float(all_of.min()), float(all_of.max())
    numbers = (("top", (high + 0.01 * (high - low),)),)
    return Treatment("log_ct_plus", upper=high, curve="mirrored_ln", numbers=numbers, outcome="mirrored_ln")


def log_ct_orig(seen: Floats, all_of: Floats, settings: Settings, code: str) -> Treatment:
    """Return ``ln(x - min + 1)`` (COINr ``log_CT_orig``).

    Examples
    --------
    >>> x = np.array([5.0, 105.0])
    >>> log_ct_orig(x, x, {}, "x").log_shift
    -4.0
    """
    low = float(all_of.min())
    return Treatment("log_ct_orig", lower=low, log_shift=1.0 - low, outcome="log")


def log_gii(seen: Floats, all_of: Floats, settings: Settings, code: str) -> Treatment:
    """Return ``ln((max - 1)(x - min) / (max - min) + 1)``, whose values run from 0 to ln(max).

    Raises
    ------
    InputError
        If the largest value is not above 1.

    Examples
    --------
    >>> x = np.array([0.0, 5.0, 10.0])
    >>> dict(log_gii(x, x, {}, "x").numbers)["rate"]
    (0.9,)
    """
    low, high = float(all_of.min()), float(all_of.max())
    if high <= 1:
        raise refuse("log-gii-max", key=code, name=code, found=f"{high:g}")
    numbers = (("low", (low,)), ("rate", ((high - 1.0) / (high - low),)))
    return Treatment("log_gii", lower=low, curve="gii_ln", numbers=numbers, outcome="gii_ln")


def _mirrored(x: Floats, numbers: Numbers) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(-np.log(numbers["top"][0] - x))


def _gii(x: Floats, numbers: Numbers) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log1p(numbers["rate"][0] * (x - numbers["low"][0])))


def _gii_inner(x: Floats, numbers: Numbers) -> Floats:
    return np.asarray(1.0 + numbers["rate"][0] * (x - numbers["low"][0]))


def _gii_words(numbers: Numbers) -> tuple[str, str]:
    low = float(numbers["low"][0])
    inner = f"x {'-' if low >= 0 else '+'} {number_of(abs(low))}"
    return (f"ln({number_of(numbers['rate'][0])}({inner}) + 1)",) * 2


CURVES = (
    Curve(
        "mirrored_ln",
        lambda numbers: (f"-ln({number_of(numbers['top'][0])} - x)",) * 2,
        _mirrored,
        lambda x, numbers: np.asarray(1.0 / (numbers["top"][0] - x)),
        lambda x, numbers: np.asarray(x < numbers["top"][0]),
    ),
    Curve(
        "gii_ln",
        _gii_words,
        _gii,
        lambda x, numbers: np.asarray(numbers["rate"][0] / _gii_inner(x, numbers)),
        lambda x, numbers: np.asarray(_gii_inner(x, numbers) > 0),
    ),
)

METHODS = tuple(
    TreatMethod(
        name=name,
        words=words,
        keys=WHEN_KEYS,
        source=source,
        check=check_when,
        fit=fit_by(bend),
    )
    for name, words, source, bend in (
        ("log_ct", ("对数（平移）", "log (shifted)"), "COINr log_CT", log_ct),
        ("log_ct_plus", ("对数（按偏向）", "log (by skew)"), "COINr log_CT_plus", log_ct_plus),
        ("log_ct_orig", ("对数（加1）", "log (plus 1)"), "COINr log_CT_orig", log_ct_orig),
        ("log_gii", ("对数（GII）", "log (GII)"), "COINr log_GII; GII 2020", log_gii),
    )
)
