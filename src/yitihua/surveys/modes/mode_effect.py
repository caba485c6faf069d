"""The mode effect: by how much self-administered answers differ from telephone ones of people alike.

An answer is regressed on mode and covariates with the design's weights; the variance is linearised over
clusters and strata (R's svyglm). One sample of mixed modes and two samples put together (`stack_designs`) are
treated alike: in the latter, strata are apart and the effect is the difference of two independent adjusted
means. With `within` (counties) only answers of the same county are compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.errors import FaultList
from yitihua.surveys.estimation.design import Codes, Floats, SurveyDesign
from yitihua.surveys.estimation.domains import partition_of
from yitihua.surveys.estimation.effects import degrees_of_freedom
from yitihua.surveys.estimation.variance import covariance_matrix
from yitihua.surveys.modes.overlap import (
    LEAST_ANSWERS,
    LEAST_SUPPORT,
    STRONG,
    Covariates,
    Difference,
    Mask,
    check_modes,
    check_overlap,
    covariates_of,
    differences,
    support,
)
from yitihua.surveys.modes.regression import Contrast, contrast

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class ModeEffects:
    """Effects of modes against a reference; arrays have the shape (terms, items).

    Attributes
    ----------
    items : tuple of str
    terms : tuple of (mode, group)
        The group is "" where effects are for everybody.
    reference : str
    effect : ndarray
        Answers in the mode less those in the reference, adjusted for covariates.
    covariance : ndarray, shape (terms * items, terms * items)
        Of all effects, term by term: respondents are the same across items.
    df : ndarray
        Clusters less strata of those who count, less the coefficients but one (as svyglm).
    raw, raw_se : ndarray
        The difference without adjustment.
    n, n_reference : ndarray
        Answers of each side.
    balance : tuple of Difference
        How respondents of the modes differ in the covariates.
    support : tuple of float
        For each term the share of respondents that have a counterpart with the same covariates.
    """

    items: tuple[str, ...]
    terms: tuple[tuple[str, str], ...]
    reference: str
    effect: Floats
    covariance: Floats
    df: Floats
    raw: Floats
    raw_se: Floats
    n: Floats
    n_reference: Floats
    balance: tuple[Difference, ...]
    support: tuple[float, ...]

    @property
    def se(self) -> Floats:
        """Standard errors of the effects."""
        return np.asarray(np.sqrt(np.diag(self.covariance)).reshape(self.effect.shape))

    @property
    def p_value(self) -> Floats:
        """Two-sided p-values of t tests of no effect."""
        from scipy.special import stdtr

        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(2 * stdtr(self.df, -np.abs(self.effect / self.se)))

    @property
    def strong_selection(self) -> bool:
        """Whether a covariate's standardised difference between modes is above 0.25."""
        return any(abs(one.standardised) > STRONG for one in self.balance)

    @property
    def flags(self) -> tuple[str, ...]:
        """What to beware of: "strong-selection", "thin-support" (a tenth has no counterpart), "sign-turned"."""
        with np.errstate(invalid="ignore", divide="ignore"):
            sure = (np.abs(self.effect / self.se) > 2) & (np.abs(self.raw / self.raw_se) > 2)
        said = {
            "strong-selection": self.strong_selection,
            "thin-support": min(self.support) < 0.9,
            "sign-turned": bool((sure & (np.sign(self.effect) != np.sign(self.raw))).any()),
        }
        return tuple(name for name, holds in said.items() if holds)

    def table(self) -> pd.DataFrame:
        """Return a row a term and item."""
        import pandas as pd
        from scipy.special import stdtrit

        half = stdtrit(self.df, 0.975) * self.se
        count = len(self.items)
        columns = {
            "mode": np.repeat([mode for mode, _ in self.terms], count),
            "group": np.repeat([group for _, group in self.terms], count),
            "item": np.tile(np.array(self.items, dtype=object), len(self.terms)),
        }
        arrays = {
            "effect": self.effect,
            "se": self.se,
            "ci_low": self.effect - half,
            "ci_high": self.effect + half,
            "df": self.df,
            "p": self.p_value,
            "raw": self.raw,
            "raw_se": self.raw_se,
            "n": self.n,
            "n_reference": self.n_reference,
        }
        return pd.DataFrame(columns | {name: values.ravel() for name, values in arrays.items()})

    def balance_table(self) -> pd.DataFrame:
        """Return the standardised differences, a row a mode and covariate level."""
        import pandas as pd

        names = ("mode", "covariate", "level", "share", "reference_share", "standardised")
        return pd.DataFrame([[getattr(one, name) for name in names] for one in self.balance], columns=list(names))


def mode_effects(
    design: SurveyDesign,
    items: Mapping[str, Any],
    mode: Any,
    *,
    reference: str = "telephone",
    covariates: Mapping[str, Any] | None = None,
    within: Any = None,
    group: Any = None,
    least: int = LEAST_ANSWERS,
    least_support: float = LEAST_SUPPORT,
) -> ModeEffects:
    """Estimate mode effects of items, with their joint covariance.

    Respondents without a mode, a covariate or a weight do not count; those without an answer to an item do
    not count for it. They stay in the design.

    Parameters
    ----------
    design : SurveyDesign
        Of all respondents.
    items : mapping of str to array of float, shape (respondents,)
        Scores, NaN where missing, of questions worded alike in all modes (`shared_items`).
    mode : array of labels, shape (respondents,)
    reference : str
        The mode that others are adjusted to.
    covariates : mapping of str to array, optional
        What people alike are told by; floats are numbers, all else has levels.
    within : array of labels, optional
        Counties, whose levels are swept out.
    group : array of labels, optional
        Population groups with an effect of their own each.
    least : int
        Answers that each mode must have to each item (in each group).
    least_support : float
        Share of respondents that must have a counterpart in the other mode.

    Raises
    ------
    InputError
        No overlap: the reference is missing or is the only mode; too few answers; no county with both
        modes; covariates that hardly overlap, or from which the mode follows. All faults at once, with counts.

    Examples
    --------
    >>> design = SurveyDesign.from_columns(np.ones(80))
    >>> y = np.tile([60.0, 70.0, 50.0, 60.0], 20)
    >>> found = mode_effects(design, {"E01": y}, ["telephone", "telephone", "web", "web"] * 20)
    >>> found.effect.round(6).tolist(), found.se.round(4).tolist()
    ([[-10.0]], [[1.1251]])
    """
    frame = _frame(design, items, mode, reference, covariates, within, group)
    faults = FaultList()
    balance, shares = _overlap(frame, least, least_support, faults)
    faults.raise_if_any()
    fits = _fits(frame, faults)
    faults.raise_if_any()
    shape = (len(frame.terms), len(frame.items))
    return ModeEffects(
        items=tuple(frame.items),
        terms=frame.terms,
        reference=frame.reference,
        effect=fits.effect.reshape(shape),
        covariance=covariance_matrix(design, fits.adjusted, fits.used),
        df=np.where(fits.df > 0, fits.df, np.nan).reshape(shape),
        raw=fits.raw.reshape(shape),
        raw_se=np.sqrt(np.diag(covariance_matrix(design, fits.plain, fits.used))).reshape(shape),
        n=fits.n.reshape(shape),
        n_reference=fits.n_reference.reshape(shape),
        balance=tuple(balance),
        support=tuple(shares),
    )


@dataclass(frozen=True, eq=False)
class _Frame:
    """Checked columns of `mode_effects`, a row a respondent."""

    design: SurveyDesign
    items: Mapping[str, Floats]
    mode: Any
    reference: str
    others: list[str]
    covariates: Covariates
    area: Codes | None
    group: Any
    groups: list[str]
    usable: Mask

    @property
    def terms(self) -> tuple[tuple[str, str], ...]:
        return tuple((mode, group) for group in self.groups for mode in self.others)

    def rows(self, mode: str, group: str) -> Mask:
        return np.asarray(self.usable & (self.mode == mode) & (self.group == group))


def _frame(
    design: SurveyDesign,
    items: Mapping[str, Any],
    mode: Any,
    reference: str,
    covariates: Mapping[str, Any] | None,
    within: Any,
    group: Any,
) -> _Frame:
    import pandas as pd

    n = len(design.weight)
    labels = pd.Series(mode, dtype=object).map(str, na_action="ignore")
    groups = pd.Series("" if group is None else group, dtype=object, index=range(n)).map(str, na_action="ignore")
    found = covariates_of(covariates, n)
    usable = (design.weight > 0) & found.known & labels.notna().to_numpy() & groups.notna().to_numpy()
    area = None
    if within is not None:
        area = np.asarray(pd.factorize(pd.Series(within))[0], dtype=np.int64)
        usable &= area >= 0
    counts = {str(name): int(number) for name, number in labels[usable].value_counts().items()}
    faults = FaultList()
    check_modes(sorted(counts), counts, reference, faults)
    faults.raise_if_any()
    return _Frame(
        design,
        {name: np.asarray(values, dtype=float) for name, values in items.items()},
        labels.to_numpy(),
        reference,
        sorted(name for name in counts if name != reference),
        found,
        area,
        groups.to_numpy(),
        sorted(groups[usable].unique()),
        usable,
    )


def _overlap(
    frame: _Frame, least: int, least_support: float, faults: FaultList
) -> tuple[list[Difference], list[float]]:
    """Return how the modes' respondents differ and overlap; what forbids a comparison goes to `faults`."""
    balance: list[Difference] = []
    shares: list[float] = []
    weight = frame.design.weight
    for mode, group in frame.terms:
        one, other = frame.rows(mode, group), frame.rows(frame.reference, group)
        name = f"{mode} ({group})" if group else mode
        shares.append(support(frame.covariates, weight, one, other))
        balance += differences(frame.covariates, weight, one, other, name)
        check_overlap(one, other, frame.area, shares[-1], name, least_support, faults)
        for item, y in frame.items.items():
            known = np.isfinite(y)
            found, count = int((one & known).sum()), int((other & known).sum())
            if min(found, count) < least:
                sizes: dict[str, Any] = {"found": found, "count": count, "least": least}
                faults.add("mode-too-few", key=item, mode=name, reference=frame.reference, **sizes)
    return balance, shares


class _Fits:
    """What the regressions found: a column a term and item, linearised values with a row a respondent."""

    def __init__(self, rows: int, columns: int) -> None:
        self.adjusted, self.plain = np.zeros((rows, columns)), np.zeros((rows, columns))
        self.used = np.zeros((rows, columns), dtype=bool)
        self.effect, self.raw, self.df, self.n, self.n_reference = np.zeros((5, columns))


def _fits(frame: _Frame, faults: FaultList) -> _Fits:
    k, q = len(frame.items), len(frame.others)
    fits = _Fits(len(frame.design.weight), len(frame.terms) * k)
    for j, (item, y) in enumerate(frame.items.items()):
        for g, group in enumerate(frame.groups):
            rows = np.flatnonzero(frame.usable & (frame.group == group) & np.isfinite(y))
            place = (g * q + np.arange(q)) * k + j
            full, bare = _contrasts(frame, y, rows)
            if np.isnan(full.coefficient).any():
                faults.add("mode-confounded", key=f"{item} ({group})" if group else item)
                continue
            fits.effect[place], fits.raw[place] = full.coefficient, bare.coefficient
            fits.adjusted[rows[:, None], place], fits.plain[rows[:, None], place] = full.influence, bare.influence
            fits.used[rows[:, None], place] = True
            fits.df[place] = _freedom(frame.design, rows) + 1 - full.parameters
            fits.n[place] = [(frame.mode[rows] == mode).sum() for mode in frame.others]
            fits.n_reference[place] = (frame.mode[rows] == frame.reference).sum()
    return fits


def _contrasts(frame: _Frame, y: Floats, rows: Codes) -> tuple[Contrast, Contrast]:
    """Return the adjusted and the plain regression of one item and group."""
    weight = frame.design.weight[rows]
    modes = np.column_stack([frame.mode[rows] == mode for mode in frame.others]).astype(float)
    area = None if frame.area is None else frame.area[rows]
    bare = contrast(y[rows], weight, modes, np.zeros((len(rows), 0)), None)
    return contrast(y[rows], weight, modes, frame.covariates.matrix[rows], area), bare


def _freedom(design: SurveyDesign, rows: Codes) -> float:
    inside = np.full(len(design.weight), None, dtype=object)
    inside[rows] = "in"
    return float(degrees_of_freedom(design, partition_of(inside, len(inside)))[0])
