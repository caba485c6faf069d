"""No treatment, a logarithm, and the JRC rule (winsorise, else a logarithm): how each is fitted."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from yitihua.definitions.methods import Count, Key, Number, PositiveNumber, Settings
from yitihua.errors import refuse
from yitihua.index.recipe import Treatment
from yitihua.index.treat import limits
from yitihua.index.treat.limits import Floats
from yitihua.index.treat.method import Curve, Numbers, TreatMethod


def _none(x: Floats, settings: Settings, room: tuple[float, ...], code: str) -> Treatment:
    return Treatment()


def has_no_spread(seen: Floats) -> bool:
    """Return whether there is nothing to treat: no value, or one value only.

    Examples
    --------
    >>> has_no_spread(np.array([2.0, 2.0]))
    True
    """
    return seen.size == 0 or bool(np.ptp(seen) == 0)


def _log(x: Floats, settings: Settings, room: tuple[float, ...], code: str) -> Treatment:
    stated = Treatment("log", offset=_offset(settings))
    seen = x[np.isfinite(x)]
    if has_no_spread(seen):
        return replace(stated, outcome="nothing to treat")
    return logged(np.append(seen, room), stated, code)


def _winsorise_log(x: Floats, settings: Settings, room: tuple[float, ...], code: str) -> Treatment:
    skew, kurtosis, most = settings["skew"], settings["kurtosis"], settings["max_winsorised"]
    stated = Treatment("winsorise_log", skew=skew, kurtosis=kurtosis, max_winsorised=most, offset=_offset(settings))
    seen = x[np.isfinite(x)]
    if has_no_spread(seen):
        return replace(stated, outcome="nothing to treat")
    if not limits.is_outlying(x[:, None], skew, kurtosis)[0]:
        return replace(stated, outcome="passed untreated")
    lower, upper, passed = limits.winsor_limits(x, skew, kurtosis, most)
    if passed:
        return replace(stated, lower=lower, upper=upper, outcome="winsorised")
    return logged(np.append(seen, room), stated, code)


def _offset(settings: Settings) -> float | None:
    return None if settings["offset"] == "auto" else float(settings["offset"])


def logged(seen: Floats, stated: Treatment, code: str) -> Treatment:
    """Return a logarithm; later values below the fitted range are raised to it, where ln still exists.

    Raises
    ------
    InputError
        If a stated offset leaves a value without a logarithm.
    """
    lower = float(seen.min()) if stated.offset is None else None
    return replace(stated, lower=lower, log_shift=_shift(seen, stated, code), outcome="log")


def _shift(seen: Floats, stated: Treatment, code: str) -> float:
    if stated.offset is None:
        return limits.log_shift(seen)
    if seen.min() + stated.offset <= 0:
        raise refuse("log-domain", key=code, name=code, found=f"{seen.min():g}", bound=f"{-stated.offset:g}")
    return stated.offset


def _ln(x: Floats, numbers: Numbers) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(x + numbers["shift"][0]))


CURVES = (
    Curve(
        "ln",
        lambda numbers: (f"ln(x + {numbers['shift'][0]:.6g})",) * 2,
        _ln,
        lambda x, numbers: np.asarray(1.0 / (x + numbers["shift"][0])),
        lambda x, numbers: np.asarray(x + numbers["shift"][0] > 0),
    ),
)

OFFSET = Key(
    "offset",
    Literal["auto"] | Number,
    "auto",
    words=("加数", "offset"),
    about='ln(x - min + 0.01 range) when "auto", else ln(x + offset).',
)
SKEW = Key("skew", PositiveNumber, 2.0, words=("偏度限", "skewness"), about="Limit of the absolute skewness.")
KURTOSIS = Key("kurtosis", Number, 3.5, words=("峰度限", "kurtosis"), about="Limit of the excess kurtosis.")
MOST = Key("max_winsorised", Count, 5, words=("最多缩尾", "at most"), about="At most so many steps of winsorising.")

METHODS = (
    TreatMethod(name="none", words=("不处理", "none"), fit=_none),
    TreatMethod(name="log", words=("对数", "log"), keys=(OFFSET,), source="COINr log_CT", fit=_log),
    TreatMethod(
        name="winsorise_log",
        words=("缩尾，否则取对数", "winsorise, else log"),
        keys=(SKEW, KURTOSIS, MOST, OFFSET),
        source="OECD/JRC Handbook 2008; Groeneveld and Meeden 1984; COINr Treat",
        fit=_winsorise_log,
    ),
)
