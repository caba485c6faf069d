"""A simulated province: measures of real counties that nobody observed, from one latent model.

Margins, correlations and gaps are calibrated to the datasets ``zhejiang-2022-calibration`` and
``zhejiang-2022-calibration-scales``. Nothing may be concluded about any county.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from yitihua.errors import refuse
from yitihua.indicators.simulation import counties, gaps
from yitihua.indicators.simulation.counties import Units
from yitihua.indicators.simulation.latent import latent_scores
from yitihua.indicators.simulation.margins import calibrated
from yitihua.indicators.simulation.measures import Measures, build
from yitihua.indicators.simulation.rules import rules, scales
from yitihua.indicators.table import Floats

PERIODS = ("2021", "2022")
ZHEJIANG, CHINA = 90, 2842

#: How far the year before lies behind, in standard deviations, towards the worse side.
BEHIND = 0.4
#: Powers given to towns and the behaviour code were newer than the rest.
BEHIND_MORE = {"A07": 0.7, "A08": 0.3, "D03": 0.8, "A01": 0.6, "A02": 0.6, "A03": 0.6}
#: Lower is better.
LOWER_IS_BETTER = frozenset({"B04", "C08", "C09", "C12", "E10"})
#: Indicators that are changes: the year before has no calibrated value, its counts follow from the change.
CHANGES = ("B04", "C01", "E10")
#: Values that are estimated from surveys; the latent model gives the truth that surveys then miss by chance.
SURVEYED = ("E01", "E02", "E03", "E04", "E05", "E06", "E08", "E09")


@dataclass(frozen=True, slots=True)
class Province:
    """Simulated quantities of two years.

    Attributes
    ----------
    units : Units
        The real units they are hung on.
    measures : dict
        Period -> measure -> array over units; NaN where not reported.
    truth : dict
        Period -> indicator -> true mean of each unit, for the surveyed indicators and E07.
    seed : int
        What the numbers were made from.
    """

    units: Units
    measures: Mapping[str, Mapping[str, Floats]]
    truth: Mapping[str, Mapping[str, Floats]]
    seed: int

    def take(self, rows: Sequence[int]) -> Province:
        """Return some units; their numbers stay what they were in the whole."""
        index = list(rows)
        measures, truth = (
            {period: {name: values[index] for name, values in table.items()} for period, table in source.items()}
            for source in (self.measures, self.truth)
        )
        return Province(self.units.take(index), measures, truth, self.seed)


def simulate_measures(
    seed: int = 0, units: int = ZHEJIANG, codes: Sequence[str] = (), *, complete: bool = False
) -> Province:
    """Simulate the raw quantities of real counties over two years.

    Parameters
    ----------
    seed : int
        The same seed gives the same numbers.
    units : int
        90: the counties of Zhejiang; 2842: those of China. Fewer than 90, or a number between: a
        random choice of the one or the other.
    codes : sequence of str, optional
        Only these counties, with the numbers they have in the whole.
    complete : bool
        Whether measures that a county did not report are there as well.

    Returns
    -------
    Province
        Measures and true survey means.

    Raises
    ------
    InputError
        If the number is out of range, or a code is not among the units.

    Examples
    --------
    >>> province = simulate_measures(seed=1)
    >>> len(province.units), len(province.measures["2022"])
    (90, 72)
    >>> simulate_measures(seed=1, codes=["330421"]).units.names_en
    ('Jiashan County',)
    """
    if not 1 <= units <= CHINA:
        raise refuse("bad-value", key="--units", found=str(units), reason=f"1 to {CHINA}")
    if seed < 0:
        raise refuse("bad-value", key="--seed", found=str(seed), reason="0 or more")
    frame = counties.zhejiang() if units <= ZHEJIANG else counties.china(seed)
    if codes:
        rows = counties.rows_of(frame, codes)
    else:
        rows = sorted(counties.stream(seed, "choice").permutation(len(frame))[:units].tolist())
    whole = _whole_frame(frame, seed, complete)
    return whole if len(rows) == len(frame) else whole.take(rows)


def _whole_frame(frame: Units, seed: int, complete: bool) -> Province:
    calibration, sizes = rules(), scales()
    scores = latent_scores(calibration, frame, seed)
    values = {period: _values(scores[period], behind=period == "2021") for period in PERIODS}
    later = build(values["2022"], sizes, frame, "2022", seed)
    changes = {code: values["2022"][code] for code in CHANGES}
    earlier = build(values["2021"], sizes, frame, "2021", seed, later, changes)
    measures: dict[str, Measures] = {"2021": earlier, "2022": later}
    known = {period: {name: values.copy() for name, values in table.items()} for period, table in measures.items()}
    gaps.blank(measures, calibration, seed)
    if complete:
        for period, table in measures.items():
            measures[period] = {n: np.where(np.isnan(v), known[period][n], v) for n, v in table.items()}
    truth = {period: {code: values[period][code] for code in (*SURVEYED, "E07")} for period in PERIODS}
    return Province(frame, measures, truth, seed)


def _values(scores: Mapping[str, Floats], behind: bool) -> dict[str, Floats]:
    """Return calibrated values of every indicator in one period."""
    found = {}
    for code, rule in rules().items():
        shift = BEHIND_MORE.get(code, BEHIND) if behind else 0.0
        # A positive score is a high value, so the worse side is upwards where lower is better.
        found[code] = calibrated(scores[code], rule, shift if code in LOWER_IS_BETTER else -shift)
    return found
