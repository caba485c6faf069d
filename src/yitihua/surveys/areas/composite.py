"""Which estimate enters the ranking: the direct one where it is precise, the EBLUP elsewhere.

Shrinkage pulls ranks together, and a county with a large sample is judged by its own answers. So both are
published side by side, and which of them entered is said of each county.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from yitihua.errors import refuse, suggest
from yitihua.indicators.arrays import Floats, Words

Rule = Literal["direct", "eblup", "composite"]
RULES: tuple[Rule, ...] = ("direct", "eblup", "composite")
#: From this many effective respondents on the direct estimate enters.
THRESHOLD = 100.0

#: "method.reason" -> why, in Chinese and in English.
_WHY: dict[str, tuple[str, str]] = {
    "direct.large": ("采用直接估计：有效样本量{n}≥{threshold}", "direct: effective sample {n} >= {threshold}"),
    "direct.rule": ("采用直接估计：全部地区均按此规则", "direct: the rule for all areas"),
    "direct.other-missing": ("采用直接估计：没有小区域估计", "direct: there is no small-area estimate"),
    "EBLUP.small": ("采用小区域估计：有效样本量{n}<{threshold}", "EBLUP: effective sample {n} < {threshold}"),
    "EBLUP.rule": ("采用小区域估计：全部地区均按此规则", "EBLUP: the rule for all areas"),
    "synthetic.no-sample": ("采用合成估计：该地区没有样本", "synthetic: the area has no sample"),
    "none.none": ("没有估计", "there is no estimate"),
}


@dataclass(frozen=True, eq=False)
class Entering:
    """What enters the ranking, shape (areas,) or (areas, indicators) throughout.

    Attributes
    ----------
    value : ndarray
        NaN where neither is known.
    direct : ndarray of bool
        Where the direct estimate enters (for `area_covariance`).
    method : ndarray of str
        "direct", "EBLUP", "synthetic" (an EBLUP without a sample) or "none".
    zh, en : ndarray of str
        Why, in words.
    """

    value: Floats
    direct: npt.NDArray[np.bool_]
    method: Words
    zh: Words
    en: Words


def enters(
    direct: npt.ArrayLike,
    eblup: npt.ArrayLike,
    n_eff: npt.ArrayLike,
    threshold: float = THRESHOLD,
    *,
    rule: str = "composite",
) -> Entering:
    """Return which of two estimates enters the ranking, and why.

    Parameters
    ----------
    direct, eblup : array_like, shape (areas,) or (areas, indicators)
        NaN where unknown; the other one enters then, whatever the rule.
    n_eff : array_like, same shape
        Effective sample sizes; an unknown one counts as small.
    threshold : float
        The direct estimate enters from this n_eff on.
    rule : {"composite", "direct", "eblup"}
        By n_eff, or the same for all areas.

    Raises
    ------
    InputError
        An unknown rule.

    Examples
    --------
    >>> found = enters([60.0, 40.0, np.nan], [58.0, 47.0, 52.0], [150, 30, 0])
    >>> found.value.tolist(), found.method.tolist()
    ([60.0, 47.0, 52.0], ['direct', 'EBLUP', 'synthetic'])
    >>> print(found.en[1])
    EBLUP: effective sample 30 < 100
    """
    if rule not in RULES:
        raise refuse("area-rule", found=rule, options=RULES, hint=suggest(rule, RULES))
    one, other = np.asarray(direct, dtype=float), np.asarray(eblup, dtype=float)
    size = np.nan_to_num(np.broadcast_to(np.asarray(n_eff, dtype=float), one.shape))
    large = size >= threshold
    wanted = large if rule == "composite" else np.full(one.shape, rule == "direct")
    is_direct = np.isfinite(one) & (wanted | ~np.isfinite(other))
    value = np.where(is_direct, one, other)
    method = np.where(is_direct, "direct", np.where(np.isfinite(one), "EBLUP", "synthetic")).astype(object)
    method[~np.isfinite(value)] = "none"
    reason = np.where(large, "large", "small").astype(object)
    reason[is_direct != wanted] = "other-missing"
    if rule != "composite":
        reason[is_direct == wanted] = "rule"
    reason[method == "synthetic"] = "no-sample"
    reason[method == "none"] = "none"
    words = [
        np.array(
            [
                _WHY[f"{how}.{why}"][lang].format(n=f"{count:.4g}", threshold=f"{threshold:g}")
                for how, why, count in zip(method.ravel(), reason.ravel(), size.ravel(), strict=True)
            ],
            dtype=object,
        ).reshape(one.shape)
        for lang in (0, 1)
    ]
    return Entering(value, is_direct, method, words[0], words[1])
