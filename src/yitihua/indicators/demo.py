"""Made-up measures that give stated indicator values: to fill in forms for practice. SIMULATED 模拟.

Whoever wants counties that behave as counties do needs the simulator; this only turns formulas
round. Of the measures of a formula all but one are given a size in keeping with the county, and
the last is solved for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.expressions import evaluate
from yitihua.definitions.framework_models import Formula
from yitihua.indicators.datasets import load_dataset
from yitihua.indicators.derive import needed
from yitihua.indicators.form import parts_of

#: Measure -> (size, per): a number, or so many per thousand of another measure. After
#: shared calibration of the province; any measure not here gets `DEFAULT`.
SIZES: Final[dict[str, tuple[float, str]]] = {
    "fields_catalogue": (40, ""),
    "penalty_items_catalogue": (4700, ""),
    "highfreq_items": (220, ""),
    "teams_before": (15, ""),
    "market_entities": (140, "population"),
    "supervision_items": (2600, ""),
    "firm_check_items": (2000, ""),
    "rule_points_applicable": (100, ""),
    "cooperation_points_applicable": (1200, ""),
    "firm_checks": (190, "market_entities"),
    "random_checks": (105, "market_entities"),
    "leads_due": (0.45, "population"),
    "themes_claimed": (32, ""),
    "officers": (0.9, "population"),
    "fields_empowered": (18, ""),
    "empowered_items": (300, ""),
    "town_cases": (4, "population"),
    "ordinary_cases": (3, "population"),
    "simple_cases": (7, "population"),
    "problems_confirmed": (28, "population"),
    "problems_due": (960, "problems_confirmed"),
    "lenient_eligible": (3, "population"),
    "decisions_reviewed": (0.055, "population"),
    "cases_unified_due": (7, "population"),
    "user_months_registered": (13500, "officers"),
    "cases_coded": (100, "cases_all"),
    "squads": (1000, "towns"),
    "ratings_invited": (700, "firm_checks"),
    "ratings_given": (340, "ratings_invited"),
    "enforcement_complaints": (0.55, "population"),
}
DEFAULT: Final = 200.0
#: The year before, where no change is stated.
BEFORE: Final = 0.95

Measures = dict[tuple[str, str], float]


def measures_from_values(edition: Edition, values: Mapping[str, float], known: Mapping[str, float]) -> Measures:
    """Return measures of two periods whose formulas give the stated values, up to whole numbers.

    Parameters
    ----------
    edition : Edition
        Its formulas.
    values : mapping
        Indicator -> value; NaN or absent leaves the measures of its numerator out.
    known : mapping
        Measures that are known of the unit, such as population and towns.

    Returns
    -------
    dict
        (measure, "now" or "before") -> number.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> made = measures_from_values(load_edition("zhejiang-2022"), {"A07": 40.0}, {"towns": 10, "population": 5e5})
    >>> made[("towns_empowered", "now")], made[("towns", "now")]
    (4.0, 10.0)
    """
    now = {code: float(number) for code, number in known.items()}
    formulas = {c: i.formula for c, i in edition.indicators.items() if i.formula is not None}
    changes = {}
    for code, formula in formulas.items():
        value = values.get(code, math.nan)
        if formula.kind == "yoy_change":
            changes[code] = value
            for name in needed(formula):
                now.setdefault(name, _size(name, now))
        elif math.isfinite(value):
            _solve(formula, value / formula.multiplier, now, edition)
    for formula in formulas.values():
        for name in formula.quality_measures:
            now.setdefault(name, _size(name, now))
    now = {name: _whole(edition, name, number) for name, number in now.items() if name in edition.measures}
    before = {name: _whole(edition, name, number * BEFORE) for name, number in now.items()}
    before |= {name: now[name] for name in known if name in now}
    for code, change in changes.items():
        _change(formulas[code], change, now, before, edition)
    for made in (now, before):
        for _, part, whole in parts_of(edition):
            if part in made and whole in made:
                made[part] = min(made[part], made[whole])
    return {(n, "now"): x for n, x in now.items()} | {(n, "before"): x for n, x in before.items()}


def _size(name: str, now: Mapping[str, float]) -> float:
    size, per = SIZES.get(name, (DEFAULT, ""))
    return max(1.0, size * now.get(per, 100_000.0) / 1000.0) if per else size


def _solve(formula: Formula, ratio: float, now: dict[str, float], edition: Edition) -> None:
    """Give every measure of a formula a number, the last by solving numerator = ratio x denominator."""
    names = [name for name in needed(formula) if name not in now]
    if not names:
        return
    # What is left open should be what has no size of its own, else the last of the numerator.
    top = [name for name in names if name in needed(Formula(numerator=formula.numerator))] or names
    unsized = [name for name in top if name not in SIZES]
    last = (unsized or top)[-1]
    for name in names:
        if name != last:
            now[name] = _whole(edition, name, _size(name, now))
            if name == "cases_coded":
                now[name] = _whole(edition, name, ratio * now.get("cases_all", 0.0))

    def gap(x: float) -> float:
        numbers = {name: np.asarray(number) for name, number in (now | {last: x}).items()}
        bottom = evaluate(formula.denominator, numbers) if formula.denominator else 1.0
        return float(evaluate(formula.numerator, numbers) - ratio * bottom)

    # The gap is a straight line in each measure: every formula here is a sum of measures over another.
    at_zero, slope = gap(0.0), gap(1.0) - gap(0.0)
    if slope:
        now[last] = max(0.0, -at_zero / slope)


def _change(formula: Formula, change: float, now: dict[str, float], before: dict[str, float], edition: Edition) -> None:
    """Set the numerator of the period before so that the change comes out as stated; NaN leaves it out."""
    (name, *_) = needed(formula)
    if not math.isfinite(change):
        before.pop(name, None)
        return
    earlier = {n: np.asarray(x) for n, x in before.items()}
    current = {n: np.asarray(x) for n, x in now.items()}
    ratio = 1.0
    if formula.denominator is not None:
        ratio = float(evaluate(formula.denominator, earlier) / evaluate(formula.denominator, current))
    before[name] = _whole(edition, name, now[name] * ratio / (1.0 + change / formula.multiplier))


def _whole(edition: Edition, name: str, number: float) -> float:
    kind = edition.measures[name].kind if name in edition.measures else "amount"
    return float(round(number)) if kind == "count" else float(round(number, 1))


def known_of(dataset: str | None) -> dict[str, dict[str, float]]:
    """Return what a list of units knows of their size: unit -> population and towns.

    Examples
    --------
    >>> known_of("zhejiang-counties")["330421"]["towns"]
    9.0
    """
    if dataset is None:
        return {}
    frame = load_dataset(dataset).frame
    columns = {"population": "pop_2020", "towns": "n_towns_total_2023"}
    there = {measure: name for measure, name in columns.items() if name in frame}
    code = frame.columns[0]
    return {str(row[code]): {m: float(row[name]) for m, name in there.items()} for _, row in frame.iterrows()}
