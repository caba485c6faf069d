"""What the bending treatments share: when they are applied, and how a fit is made of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from yitihua.definitions.methods import Key, Settings
from yitihua.index.recipe import Treatment
from yitihua.index.treat import limits
from yitihua.index.treat.limits import Floats
from yitihua.index.treat.standard import KURTOSIS, SKEW, has_no_spread

#: Fits a curve to observed values; the second argument is the values and the goalposts, all of which need an image.
Bend = Callable[[Floats, Floats, Settings, str], Treatment]
#: Fits a treatment to a column; see `TreatMethod`.
Fit = Callable[[Floats, Settings, tuple[float, ...], str], Treatment]

WHEN = Key(
    "when",
    Literal["always", "outlying"],
    "always",
    words=("适用", "when"),
    about='"outlying": only where skewness and kurtosis both reach their limits.',
)
#: Keys of every bending treatment.
WHEN_KEYS = (WHEN, SKEW, KURTOSIS)
#: Phrase for a limit that is never looked at.
ONLY_OUTLYING = 'does nothing unless when = "outlying"'


def check_when(settings: Settings, scale: tuple[float, float]) -> list[tuple[str, str]]:
    """Return a fault for limits that are stated and not looked at."""
    if settings["when"] == "outlying":
        return []
    return [(key.name, ONLY_OUTLYING) for key in (SKEW, KURTOSIS) if settings[key.name] != key.default]


def fit_by(bend: Bend) -> Fit:
    """Return a treatment's fit: nothing without spread, nothing where the column passes, else the curve."""

    def fit(x: Floats, settings: Settings, room: tuple[float, ...], code: str) -> Treatment:
        seen = x[np.isfinite(x)]
        if has_no_spread(seen):
            return Treatment(outcome="nothing to treat")
        if settings["when"] == "outlying" and not limits.is_outlying(
            x[:, None], settings["skew"], settings["kurtosis"]
        ):
            return Treatment(outcome="passed untreated")
        return bend(seen, np.append(seen, room), settings, code)

    return fit


def number_of(value: Any) -> str:
    """Return a number as printed in a formula.

    Examples
    --------
    >>> number_of(0.5)
    '0.5'
    """
    return f"{float(value):.6g}"


def plus(value: float) -> str:
    """Return "+ 3" or "- 3".

    Examples
    --------
    >>> plus(-3.0)
    '- 3'
    """
    return f"{'-' if value < 0 else '+'} {number_of(abs(value))}"
