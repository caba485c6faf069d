"""Spot checks: whether people called back confirm what the records, or their earlier answers, say.

People who cannot remember or do not want to say are neither a match nor a mismatch. The match rate is that of
those who said yes or no; beside it stand the rates if all others had said no, and if all had said yes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.errors import listing, refuse
from yitihua.indicators.arrays import Words
from yitihua.surveys.estimation.design import Floats, SurveyDesign
from yitihua.surveys.estimation.estimate import estimate
from yitihua.surveys.estimation.intervals import ShareInterval
from yitihua.surveys.estimation.results import Estimates

if TYPE_CHECKING:
    import pandas as pd

#: Fewer answers than this are not judged, fewer than the second are judged and flagged.
LEAST_ANSWERS, SMALL = 10, 30
TOTAL = "total"


@dataclass(frozen=True, eq=False)
class MatchRates:
    """Match rates by county, then in total; arrays have the shape (units + 1,).

    Attributes
    ----------
    units : tuple of str
        The last is "total".
    rate, se, ci_low, ci_high : ndarray
        Among yes and no; 0 to 1.
    n, n_eff, df : ndarray
        Yes and no answers; their effective number; degrees of freedom.
    unknown, refused : ndarray
        Weighted shares of all who were asked.
    rate_low, rate_high : ndarray
        The rate if all who did not say had said no, or yes.
    outer_low, outer_high : ndarray
        Lower limit of the first and upper limit of the second: an interval that holds whatever they would
        have said.
    verdict : ndarray of str
        Against the tolerance: "meets" (the interval lies at or above it), "below" (it lies under it), "undecided",
        "few-answers" (under 10), "" without a tolerance.
    robust : ndarray of bool
        Whether the verdict is the same for the outer interval.
    small : ndarray of bool
        Under 30 answers.
    """

    units: tuple[str, ...]
    rate: Floats
    se: Floats
    ci_low: Floats
    ci_high: Floats
    n: Floats
    n_eff: Floats
    df: Floats
    unknown: Floats
    refused: Floats
    rate_low: Floats
    rate_high: Floats
    outer_low: Floats
    outer_high: Floats
    verdict: Words
    robust: Words
    small: Words

    def table(self) -> pd.DataFrame:
        """Return a row a county and one for all."""
        import pandas as pd

        columns = [name for name in self.__dataclass_fields__ if name != "units"]
        return pd.DataFrame({name: getattr(self, name) for name in columns}, index=list(self.units))


def match_rates(
    design: SurveyDesign,
    code: Any,
    unit: Any,
    *,
    yes: Sequence[float] = (1,),
    no: Sequence[float] = (0,),
    unknown: Sequence[float] = (98,),
    refused: Sequence[float] = (99,),
    tolerance: float | None = None,
    units: Sequence[str] | None = None,
    ci: ShareInterval = "wilson",
    level: float = 0.95,
    least: int = LEAST_ANSWERS,
) -> MatchRates:
    """Return the match rate of call-backs by county and in total.

    Intervals are Wilson's on the effective number of answers ("korn-graubard" by choice), since rates of 90%
    on 26 call-backs are where plain ones fail; where all agree, on n corrected for weights.

    Parameters
    ----------
    design : SurveyDesign
        Of all who were called.
    code : array, shape (respondents,)
        What they said, missing where not asked.
    unit : array of labels, shape (respondents,)
        Counties.
    yes, no, unknown, refused : sequence of float
        Codes.
    tolerance : float, optional
        The lowest rate that is accepted, 0 to 1.
    units : sequence of str, optional
        Counties in order; the sorted labels by default.
    ci, level
        See `interval_share`.
    least : int
        Fewer yes and no answers than this are not judged.

    Raises
    ------
    InputError
        Codes of no stated meaning.

    Examples
    --------
    >>> said = [1] * 34 + [0] * 2 + [98] * 3 + [99]
    >>> found = match_rates(SurveyDesign.from_columns(np.ones(40)), said, ["甲"] * 40, tolerance=0.75)
    >>> [round(float(one[0]), 4) for one in (found.rate, found.rate_low, found.rate_high)]
    [0.9444, 0.85, 0.95]
    >>> [round(float(one[0]), 2) for one in (found.ci_low, found.ci_high)], found.verdict[0], bool(found.robust[0])
    ([0.81, 0.99], 'meets', False)
    """
    answers = np.asarray(code, dtype=object)
    values = np.array([np.nan if one is None or one != one else float(one) for one in answers.tolist()])
    said = {name: np.isin(values, codes) for name, codes in _codes(yes, no, unknown, refused).items()}
    asked = np.isfinite(values)
    strange = asked & ~np.logical_or.reduce(list(said.values()))
    if strange.any():
        known = (f"{one:g}" for group in (yes, no, unknown, refused) for one in group)
        found = listing(f"{one:g}" for one in np.unique(values[strange]))
        raise refuse("check-code", found=found, options=listing(known))
    columns = {
        "match": np.where(said["yes"] | said["no"], said["yes"], np.nan),
        "low": np.where(asked, said["yes"], np.nan),
        "high": np.where(asked, ~said["no"], np.nan),
        "unknown": np.where(asked, said["unknown"], np.nan),
        "refused": np.where(asked, said["refused"], np.nan),
    }
    options: dict[str, Any] = {"statistic": "share", "ci": ci, "level": level, "df": "answered"}
    by_unit = estimate(design, columns, unit, units=units, **options)
    return _rates(by_unit, estimate(design, columns, **options), tolerance, least)


def _codes(*groups: Sequence[float]) -> dict[str, list[float]]:
    names = ("yes", "no", "unknown", "refused")
    return {name: [float(one) for one in group] for name, group in zip(names, groups, strict=True)}


def _rates(by_unit: Estimates, total: Estimates, tolerance: float | None, least: int) -> MatchRates:
    def column(name: str, item: int) -> Floats:
        return np.concatenate([getattr(by_unit, name)[:, item], getattr(total, name)[:, item]])

    low, high, n = column("ci_low", 0), column("ci_high", 0), column("n", 0)
    outer_low, outer_high = column("ci_low", 1), column("ci_high", 2)
    verdict, outer = _verdict(low, high, tolerance), _verdict(outer_low, outer_high, tolerance)
    verdict[n < least] = "few-answers" if tolerance is not None else ""
    return MatchRates(
        units=(*by_unit.domains, TOTAL),
        rate=column("value", 0), se=column("se", 0), ci_low=low, ci_high=high,
        n=n, n_eff=column("n_eff", 0), df=column("df", 0),
        unknown=column("value", 3), refused=column("value", 4),
        rate_low=column("value", 1), rate_high=column("value", 2), outer_low=outer_low, outer_high=outer_high,
        verdict=verdict, robust=(verdict == outer) & (n >= least), small=n < SMALL,
    )  # fmt: skip


def _verdict(low: Floats, high: Floats, tolerance: float | None) -> Words:
    if tolerance is None:
        return np.full(low.shape, "", dtype=object)
    return np.where(low >= tolerance, "meets", np.where(high < tolerance, "below", "undecided")).astype(object)


@dataclass(frozen=True, eq=False)
class Agreement:
    """How recalled codes agree with reported ones, by county; see `code_agreement`.

    Attributes
    ----------
    exact, near : Estimates
        Shares of the same code, and of codes at most one apart, a row a county.
    total : Estimates
        Both in all, the items "exact" and "near".
    kappa, kappa_weighted : float
        Agreement beyond what the distributions alone bring: Cohen's kappa, and with squared distances.
    """

    exact: Estimates
    near: Estimates
    total: Estimates
    kappa: float
    kappa_weighted: float


def code_agreement(
    design: SurveyDesign,
    reported: Any,
    recalled: Any,
    unit: Any,
    *,
    units: Sequence[str] | None = None,
    ci: ShareInterval = "wilson",
) -> Agreement:
    """Compare the answers people gave with those they recall when called back.

    Parameters
    ----------
    design : SurveyDesign
        Of all who were called.
    reported, recalled : array of float, shape (respondents,)
        Valid codes, NaN where missing; people with both count.
    unit : array of labels
    units, ci
        As in `match_rates`.

    Examples
    --------
    >>> design = SurveyDesign.from_columns(np.ones(6))
    >>> found = code_agreement(design, [5, 4, 4, 2, 1, 3], [5, 4, 3, 2, 3, np.nan], ["甲"] * 6)
    >>> float(found.total.value[0, 0]), float(found.total.value[0, 1]), round(found.kappa_weighted, 4)
    (0.6, 0.8, 0.6914)
    """
    one, other = np.asarray(reported, dtype=float), np.asarray(recalled, dtype=float)
    both = np.isfinite(one) & np.isfinite(other)
    apart = np.where(both, np.abs(one - other), np.nan)
    exact, near = (np.where(both, apart <= limit, np.nan) for limit in (0, 1))
    options: dict[str, Any] = {"statistic": "share", "ci": ci}
    weight = design.weight[both]
    return Agreement(
        exact=estimate(design, {"exact": exact}, unit, units=units, **options),
        near=estimate(design, {"near": near}, unit, units=units, **options),
        total=estimate(design, {"exact": exact, "near": near}, **options),
        kappa=kappa(one[both], other[both], weight, squared=False),
        kappa_weighted=kappa(one[both], other[both], weight, squared=True),
    )


def kappa(one: Floats, other: Floats, weight: Floats, *, squared: bool) -> float:
    """Return Cohen's kappa of two codings, ``1 - observed / expected disagreement``; NaN if none is expected.

    Examples
    --------
    >>> kappa(np.array([1.0, 1, 2, 2]), np.array([1.0, 2, 2, 2]), np.ones(4), squared=False)
    0.5
    """
    levels, code = np.unique(np.concatenate([one, other]), return_inverse=True)
    table = np.zeros((len(levels), len(levels)))
    np.add.at(table, (code[: len(one)], code[len(one) :]), weight / max(float(weight.sum()), 1e-300))
    apart = levels[:, None] - levels
    cost = apart**2 if squared else (apart != 0).astype(float)
    expected = float((cost * np.outer(table.sum(axis=1), table.sum(axis=0))).sum())
    return 1 - float((cost * table).sum()) / expected if expected > 0 else float("nan")
