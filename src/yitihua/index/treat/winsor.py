"""The JRC rule with all its parameters: check, winsorise, check again, then a curve (COINr ``Treat``).

The steps are those of COINr's ``Treat.numeric`` (R/treat.R), with f1 = ``winsorise``, f_pass = ``check_SkewKurt`` and a
chosen f2:

1. A column that is not outlying (`is_outlying` with skew and kurtosis) is left alone.
2. Else it is winsorised (`winsor_limits` with limits of its own if stated).
3. If it is still outlying, the curve ``then`` is applied to the values as they were, or with ``combine`` to the
   winsorised ones (COINr ``combine_treat``). With ``then = "none"`` the winsorised values stand.

Where winsorising would leave no spread COINr stops and returns the column untreated; here the curve is taken,
and without a curve the column is left untreated. The treatment ``winsorise_log`` is this one with
``then = "log_ct"``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

import numpy as np

from yitihua.definitions.methods import Complaints, Key, Number, PositiveNumber, Settings
from yitihua.index.recipe import Treatment
from yitihua.index.treat import limits
from yitihua.index.treat.asinh import ASINH_SCALE, asinh
from yitihua.index.treat.bending import Bend
from yitihua.index.treat.boxcox import LAMBDA, SHIFT, boxcox
from yitihua.index.treat.limits import Floats
from yitihua.index.treat.logs import log_ct, log_ct_orig, log_ct_plus, log_gii
from yitihua.index.treat.method import TreatMethod
from yitihua.index.treat.standard import KURTOSIS, MOST, SKEW, has_no_spread

Then = Literal["none", "log_ct", "log_ct_plus", "log_ct_orig", "log_gii", "boxcox", "asinh"]

#: Name -> what fits the curve.
BENDS: Final[dict[str, Bend]] = {
    "log_ct": log_ct,
    "log_ct_plus": log_ct_plus,
    "log_ct_orig": log_ct_orig,
    "log_gii": log_gii,
    "boxcox": boxcox,
    "asinh": asinh,
}
#: Phrases for settings that are never looked at.
NEEDS_THEN = "does nothing without a second step (then)"
NEEDS_CURVE = 'does nothing unless then = "{}"'


def winsorise_then(x: Floats, settings: Settings, room: tuple[float, ...], code: str) -> Treatment:
    """Return what the JRC rule makes of a column; see the module.

    Parameters
    ----------
    x : ndarray, shape (units,)
        NaN is left out.
    settings : mapping
        The keys of the treatment ``winsorise``.
    room : tuple of float
        Goalposts that must also have an image.
    code : str
        The indicator, for messages.

    Examples
    --------
    >>> settings = METHODS[0].settings({"max_winsorised": 2})
    >>> winsorise_then(np.append(np.arange(20.0), [400.0, 500.0]), settings, (), "x").upper
    19.0
    """
    seen = x[np.isfinite(x)]
    if has_no_spread(seen):
        return Treatment(outcome="nothing to treat")
    skew, kurtosis = settings["skew"], settings["kurtosis"]
    if not limits.is_outlying(seen[:, None], skew, kurtosis)[0]:
        return Treatment(outcome="passed untreated")
    own_skew, own_kurtosis = settings["winsorise_skew"] or skew, settings["winsorise_kurtosis"]
    own_kurtosis = kurtosis if own_kurtosis is None else own_kurtosis
    lower, upper, _ = limits.winsor_limits(
        seen, own_skew, own_kurtosis, settings["max_winsorised"], settings["force_winsorise"]
    )
    emptied = upper <= lower
    clipped = np.clip(seen, lower, upper)
    passed = not emptied and not limits.is_outlying(clipped[:, None], skew, kurtosis)[0]
    if passed or (settings["then"] == "none" and not emptied):
        return Treatment(lower=lower, upper=upper, outcome="winsorised")
    if settings["then"] == "none":
        return Treatment(outcome="passed untreated")
    combined = settings["combine"] and not emptied
    source = clipped if combined else seen
    bent = BENDS[settings["then"]](source, np.append(source, room), settings, code)
    return replace(bent, lower=lower, upper=upper) if combined else bent


def _check(settings: Settings, scale: tuple[float, float]) -> Complaints:
    then = settings["then"]
    found = [("combine", NEEDS_THEN)] if settings["combine"] and then == "none" else []
    for key, curve in ((LAMBDA, "boxcox"), (SHIFT, "boxcox"), (ASINH_SCALE, "asinh")):
        if settings[key.name] != key.default and then != curve:
            found.append((key.name, NEEDS_CURVE.format(curve)))
    return found


METHODS = (
    TreatMethod(
        name="winsorise",
        words=("缩尾", "winsorise"),
        keys=(
            SKEW,
            KURTOSIS,
            MOST,
            Key(
                "force_winsorise",
                bool,
                False,
                words=("强制缩尾", "forced"),
                about="An outlying column is winsorised on to max_winsorised points (COINr force_win).",
            ),
            Key(
                "winsorise_skew",
                PositiveNumber,
                words=("缩尾偏度限", "skewness to stop"),
                about="Limit of skewness at which winsorising stops; `skew` unless stated (COINr f1_para).",
            ),
            Key(
                "winsorise_kurtosis",
                Number,
                words=("缩尾峰度限", "kurtosis to stop"),
                about="Limit of kurtosis at which winsorising stops; `kurtosis` unless stated.",
            ),
            Key(
                "then",
                Then,
                "none",
                words=("否则", "else"),
                about="What is done where winsorising is not enough (COINr f2).",
            ),
            Key(
                "combine",
                bool,
                False,
                words=("叠加", "combined"),
                about="The second step takes the winsorised values, not those before (COINr combine_treat).",
            ),
            LAMBDA,
            SHIFT,
            ASINH_SCALE,
        ),
        source="OECD/JRC Handbook 2008; Groeneveld and Meeden 1984; COINr Treat",
        check=_check,
        fit=winsorise_then,
    ),
)
