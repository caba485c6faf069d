"""Weighted means as products: f(x) is averaged and taken back, with f = x, ln x or x^p above a floor."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from yitihua.index.plan import NodeStep

Floats = npt.NDArray[np.float64]

#: Exponent of the power mean that a method is; the geometric mean has 0.
POWERS = {"arithmetic": 1.0, "geometric": 0.0, "harmonic": -1.0}


def is_mean(step: NodeStep) -> bool:
    """Return whether a node is one of the weighted means that are taken as a product.

    Examples
    --------
    >>> import yitihua as yt
    >>> [is_mean(step) for step in yt.evaluate("hdi", aggregate="topsis").recipe.plan.steps]
    [False, False, False, False]
    """
    return step.method.name in (*POWERS, "generalised")


def form_of(step: NodeStep) -> tuple[float, float]:
    """Return the exponent and the floor of a mean; an arithmetic mean has no floor.

    Examples
    --------
    >>> import yitihua as yt
    >>> form_of(yt.evaluate("hdi").recipe.plan.steps[-1])
    (0.0, 0.0)
    """
    if step.method.name == "arithmetic":
        return 1.0, -np.inf
    power = POWERS.get(step.method.name)
    settings = step.mixture.settings
    return (float(settings["exponent"]) if power is None else power), float(settings["floor"])


def transformed(x: Floats, power: float, floor: float) -> Floats:
    """Return what is averaged; infinite where a floor of 0 leaves no logarithm or negative power.

    Examples
    --------
    >>> transformed(np.array([1.0, 4.0]), 0.5, 0.0)
    array([1., 2.])
    """
    if power == 1.0 and floor == -np.inf:
        return x
    with np.errstate(divide="ignore"):
        raised = np.maximum(x, floor)
        return np.asarray(np.log(raised) if power == 0 else raised if power == 1 else raised**power)


def untransformed(x: Floats, power: float) -> Floats:
    """Return the mean from the average of `transformed` values.

    Examples
    --------
    >>> untransformed(np.array([1.5]), 0.5)
    array([2.25])
    """
    if power == 1:
        return x
    with np.errstate(divide="ignore"):
        return np.asarray(np.exp(x) if power == 0 else x ** (1.0 / power))
