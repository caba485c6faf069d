"""A fitted treatment applied to values: limits, then a logarithm or another curve."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from yitihua.errors import FaultList
from yitihua.index.recipe import Treatment
from yitihua.index.treat.limits import Floats
from yitihua.index.treat.method import Curve, Numbers, curve_of

Mask = npt.NDArray[np.bool_]


def curve_for(treatment: Treatment) -> tuple[Curve, Numbers] | None:
    """Return the curve of a treatment and its numbers; None where values stay straight.

    Examples
    --------
    >>> curve_for(Treatment("log", log_shift=1.0))[0].name
    'ln'
    """
    if treatment.log_shift is not None:
        return curve_of("ln"), {"shift": np.array([treatment.log_shift])}
    if treatment.curve:
        return curve_of(treatment.curve), {name: np.array(values) for name, values in treatment.numbers}
    return None


def clipped_to(x: Floats, treatment: Treatment) -> Floats:
    """Return values clipped to the fitted limits, any shape.

    Examples
    --------
    >>> clipped_to(np.array([0.0, 5.0, 99.0]), Treatment("winsorise_log", lower=1.0, upper=9.0))
    array([1., 5., 9.])
    """
    if treatment.lower is None and treatment.upper is None:
        return x
    return np.clip(x, treatment.lower, treatment.upper)


def has_image(x: Floats, treatment: Treatment) -> Mask:
    """Return which values the curve can take."""
    found = curve_for(treatment)
    return np.ones(x.shape, dtype=bool) if found is None else found[0].inside(x, found[1])


def bent_by(x: Floats, treatment: Treatment) -> Floats:
    """Return values through the curve, any shape; NaN stays NaN, limits are not applied."""
    found = curve_for(treatment)
    return x if found is None else found[0].transform(x, found[1])


def treated_by(x: Floats, treatment: Treatment, code: str, units: Sequence[str]) -> Floats:
    """Return one indicator's values through limits and curve.

    Raises
    ------
    InputError
        Naming every unit whose value has no image.

    Examples
    --------
    >>> treated_by(np.array([1.0, np.nan]), Treatment("log", log_shift=0.0), "x", ["a", "b"])
    array([ 0., nan])
    """
    x = clipped_to(x, treatment)
    faults = FaultList()
    for row in np.flatnonzero(np.isfinite(x) & ~has_image(x, treatment)).tolist():
        bound = f"{-treatment.log_shift:g}" if treatment.log_shift is not None else "-"
        faults.add("log-domain", key=f"{units[row]}, {code}", name=code, found=f"{x[row]:g}", bound=bound)
    faults.raise_if_any()
    return bent_by(x, treatment)
