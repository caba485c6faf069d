"""Box-Cox: ``((x + shift)^lambda - 1) / lambda``, the logarithm where lambda is 0 (Box and Cox 1964).

COINr's ``boxcox`` (R/treat.R) takes a stated lambda and, with ``makepos``, shifts the column to ``x - min + 1``. Here
lambda may also be fitted by maximum likelihood under normality, as R's MASS and SciPy do.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from yitihua.definitions.methods import Key, Number, Settings
from yitihua.errors import refuse
from yitihua.index.recipe import Treatment
from yitihua.index.treat.bending import WHEN_KEYS, check_when, fit_by, number_of, plus
from yitihua.index.treat.limits import Floats
from yitihua.index.treat.method import Curve, Numbers, TreatMethod

#: Where a fitted lambda is looked for.
LAMBDA_BOUNDS = (-5.0, 5.0)


def box_cox(x: Floats, power: float) -> Floats:
    """Return ``(x^power - 1) / power``, or ln x where the power is 0.

    Parameters
    ----------
    x : ndarray
        Above 0; NaN stays NaN, and values of 0 or less give NaN or infinity.
    power : float
        Lambda.

    Examples
    --------
    >>> box_cox(np.array([1.0, 4.0]), 0.5)
    array([0., 2.])
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        logs = np.log(x)
        # expm1 keeps the digits that x^power - 1 would lose near lambda = 0.
        return np.asarray(logs if power == 0 else np.expm1(power * logs) / power)


def log_likelihood(x: Floats, power: float) -> float:
    """Return the profile log-likelihood of a lambda, without constants.

    ``(lambda - 1) sum ln x - n/2 ln var(y)`` (Box and Cox 1964, eq. 8), computed on values divided by their
    geometric mean, where the first term vanishes.

    Parameters
    ----------
    x : ndarray, shape (k,)
        Above 0, not all alike.
    power : float

    Examples
    --------
    >>> x = np.exp(np.array([-1.0, 0.0, 1.0]))
    >>> log_likelihood(x, 0.0) > log_likelihood(x, 1.0)
    True
    """
    logs = np.log(x)
    centred = logs - logs.mean()
    y = centred if power == 0 else np.expm1(power * centred) / power
    return float(-0.5 * x.size * np.log(y.var()))


def fitted_lambda(x: Floats) -> float:
    """Return the lambda of largest likelihood between -5 and 5.

    Parameters
    ----------
    x : ndarray, shape (k,)
        Above 0; NaN is left out. Not all alike.

    Examples
    --------
    >>> from scipy.special import ndtri
    >>> round(fitted_lambda(np.exp(ndtri(np.linspace(0.01, 0.99, 99)))), 6)
    -0.0
    """
    from scipy.optimize import minimize_scalar

    seen = x[np.isfinite(x)]
    found = minimize_scalar(
        lambda power: -log_likelihood(seen, power), bounds=LAMBDA_BOUNDS, method="bounded", options={"xatol": 1e-9}
    )
    return float(found.x)


def boxcox(seen: Floats, all_of: Floats, settings: Settings, code: str) -> Treatment:
    """Return a Box-Cox curve with its shift and lambda, stated or fitted.

    Parameters
    ----------
    seen : ndarray, shape (k,)
        Observed values, not all alike: lambda is fitted to them.
    all_of : ndarray
        The same and goalposts, which all need an image.
    settings : mapping
        lambda: a number or "fitted". shift: a number that is added, "makepos" (1 - min, as COINr) or "none".
    code : str
        The indicator, for messages.

    Returns
    -------
    Treatment
        With "makepos" later values below the fitted smallest are raised to it.

    Raises
    ------
    InputError
        If a stated shift leaves values at 0 or below.

    Examples
    --------
    >>> x = np.array([3.0, 6.0, 11.0])
    >>> boxcox(x, x, {"lambda": 2.0, "shift": "makepos"}, "x").numbers
    (('lambda', (2.0,)), ('shift', (-2.0,)))
    """
    low, stated = float(all_of.min()), settings["shift"]
    shift = 1.0 - low if stated == "makepos" else 0.0 if stated == "none" else float(stated)
    if low + shift <= 0:
        raise refuse("log-domain", key=code, name=code, found=f"{low:g}", bound=f"{-shift:g}")
    power = fitted_lambda(seen + shift) if settings["lambda"] == "fitted" else float(settings["lambda"])
    numbers = (("lambda", (power,)), ("shift", (shift,)))
    lower = low if stated == "makepos" else None
    return Treatment("boxcox", lower=lower, curve="boxcox", numbers=numbers, outcome="boxcox")


def _words(numbers: Numbers) -> tuple[str, str]:
    power, shift = float(numbers["lambda"][0]), float(numbers["shift"][0])
    inner = "x" if shift == 0 else f"x {plus(shift)}"
    formula = f"ln({inner})" if power == 0 else f"(({inner})^{number_of(power)} - 1)/{number_of(power)}"
    return f"Box-Cox变换：{formula}", f"Box-Cox {formula}"


def _slope(x: Floats, numbers: Numbers) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.asarray((x + numbers["shift"][0]) ** (numbers["lambda"][0] - 1.0))


CURVES = (
    Curve(
        "boxcox",
        _words,
        lambda x, numbers: box_cox(x + numbers["shift"][0], float(numbers["lambda"][0])),
        _slope,
        lambda x, numbers: np.asarray(x + numbers["shift"][0] > 0),
    ),
)

LAMBDA = Key(
    "lambda",
    Literal["fitted"] | Number,
    "fitted",
    words=("λ", "lambda"),
    about='Power of Box-Cox; "fitted" by maximum likelihood.',
)
SHIFT = Key(
    "shift",
    Literal["makepos", "none"] | Number,
    "makepos",
    words=("平移", "shift"),
    about='Added before Box-Cox: "makepos" is 1 - min (COINr), "none" nothing, else a number.',
)

METHODS = (
    TreatMethod(
        name="boxcox",
        words=("Box-Cox变换", "Box-Cox"),
        keys=(LAMBDA, SHIFT, *WHEN_KEYS),
        source="Box and Cox 1964; COINr boxcox",
        check=check_when,
        fit=fit_by(boxcox),
    ),
)
