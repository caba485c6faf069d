"""Ceilings: indicators on which many units report the very same best or worst value."""

from __future__ import annotations

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.indicators.hygiene.values import Flag, Label, shown
from yitihua.indicators.table import IndicatorTable

#: Share of units at one end from which an indicator hardly tells them apart.
SHARE = 0.15
FEWEST = 20

_ASK: Label = (
    "是否确实都已做到？计数规则能否再细分？",
    "Has it truly been reached by all of them? Can the rule tell more apart?",
)


def ceilings(table: IndicatorTable, edition: Edition) -> tuple[list[Flag], int]:
    """Flag indicators where 15% of the units or more share the largest or the smallest value.

    References
    ----------
    Terwee, C. B. et al. (2007). Quality criteria were proposed for measurement properties of health status
    questionnaires. Journal of Clinical Epidemiology 60, 34-42: a floor or ceiling effect from 15% on.
    """
    flags, tests = [], 0
    for j, code in enumerate(table.indicators):
        values = table.values[:, j]
        seen = np.isfinite(values)
        if seen.sum() < FEWEST or len(np.unique(values[seen])) < 2:
            continue
        tests += 1
        indicator = edition.indicators[code]
        for end, zh, en in ((np.nanmax(values), "最大", "largest"), (np.nanmin(values), "最小", "smallest")):
            rows = np.flatnonzero(values == end)
            share = len(rows) / int(seen.sum())
            if share < SHARE:
                continue
            best = (zh == "最大") == (indicator.direction == "+")
            side = ("最好", "best") if best else ("最差", "worst")
            words = (
                f"{code}“{indicator.name.zh}”有{len(rows)}个单位（{share:.0%}）同为{zh}值{shown(float(end))}（{side[0]}一端）",
                f"{len(rows)} units ({share:.0%}) share the {en} value {shown(float(end))} of {code} "
                f"{indicator.name.en}, the {side[1]} end",
            )
            who = tuple(table.units[row] for row in rows.tolist())
            flags.append(Flag("ceiling", "look", who, (code,), words, _ASK, share))
    return flags, tests
