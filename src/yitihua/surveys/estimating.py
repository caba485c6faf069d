"""From fielded questionnaires to what an index receives: estimates of its indicators and their covariance.

Direct estimates of every questionnaire, the shift to the telephone reference where asked, small-area
estimates beside them, and the rule that says which enters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.survey_plan_models import SurveyRule
from yitihua.errors import InputError, refuse
from yitihua.indicators.covariance import Covariance
from yitihua.indicators.table import Floats
from yitihua.surveys.areas.benchmark import benchmark
from yitihua.surveys.areas.composite import Entering, enters
from yitihua.surveys.areas.covariance import area_covariance
from yitihua.surveys.areas.fay_herriot import FayHerriot, fay_herriot_many
from yitihua.surveys.areas.pooled import pooled_variance
from yitihua.surveys.estimation.estimate import estimate
from yitihua.surveys.estimation.results import Estimates
from yitihua.surveys.fielding import Fielded
from yitihua.surveys.modes.adjust import ModeAdjustment
from yitihua.surveys.precision import pooled_size, widened
from yitihua.surveys.privacy.suppression import primary

if TYPE_CHECKING:
    import pandas as pd

#: Fewest counties a small-area model is fitted to: with fewer the variance between them is not known.
LEAST_AREAS = 8
#: Estimates are on 0-100, where a pooled variance knows the ends of the scale.
BOUNDS = (0.0, 100.0)


@dataclass(frozen=True, eq=False)
class Direct:
    """Direct estimates of one questionnaire's indicators; arrays are (counties, indicators).

    `whole` is of all counties together, `population` what the weights of each county add up to.
    """

    name: str
    found: Estimates
    whole: Estimates
    population: Floats
    adjustment: ModeAdjustment | None = None
    level: float = 0.95

    @property
    def value(self) -> Floats:
        """The estimates, shifted to the reference mode where that was applied."""
        return self.found.value if self.adjustment is None else self.adjustment.value

    @property
    def covariance(self) -> Covariance:
        """Their covariance as `widened`, with the shift's error where it was applied."""
        return self._shifted(widened(covariance_of(self.found), self.found.df, self.level))

    @property
    def covariance_within(self) -> Covariance:
        """The same without what a calibration makes counties share."""
        own = self.found.errors.covariance(np.isnan(self.found.se), cross="ignore")
        return self._shifted(widened(own, self.found.df, self.level))

    def _shifted(self, errors: Covariance) -> Covariance:
        return errors if self.adjustment is None else self.adjustment.covariance(errors)


@dataclass(frozen=True, eq=False)
class SurveyEstimates:
    """Everything that is known of the surveyed indicators; arrays have the shape (counties, indicators).

    Attributes
    ----------
    counties, indicators : tuple of str
    rule : SurveyRule
        What was asked for.
    direct : tuple of Direct
        A questionnaire each.
    fits : dict of str to FayHerriot
        Indicator -> its small-area model; empty where there are too few counties.
    eblup, eblup_se : ndarray
        Benchmarked where asked; NaN without a model.
    entering : Entering
        What enters the ranking, and why.
    covariance : Covariance
        Of what enters.
    hidden : ndarray of bool
        Direct estimates on too few respondents to be shown.
    """

    counties: tuple[str, ...]
    indicators: tuple[str, ...]
    rule: SurveyRule
    fielded: Mapping[str, Fielded]
    direct: tuple[Direct, ...]
    fits: Mapping[str, FayHerriot]
    eblup: Floats
    eblup_se: Floats
    entering: Entering
    covariance: Covariance
    hidden: Any
    notices: tuple[tuple[str, str], ...] = ()

    @property
    def se(self) -> Floats:
        """Standard errors of what enters, as an index draws them: those of direct estimates as `widened`."""
        return np.where(np.isfinite(self.entering.value), self.covariance.se, np.nan)

    def of_direct(self, name: str) -> Floats:
        """Return an array of the direct estimates, such as "n", "se", "ci_low", side by side."""
        return np.hstack([part.value if name == "value" else getattr(part.found, name) for part in self.direct])

    def frame(self, lang: str = "en") -> pd.DataFrame:
        """Return the long table of estimates, what is too small hidden; see `surveys.estimate_table`."""
        from yitihua.surveys.estimate_table import estimate_table

        return estimate_table(self, lang)


def primary_questionnaires(edition: Edition) -> dict[str, str]:
    """Return indicator -> the questionnaire it is estimated from: that of its first item.

    Items of other questionnaires in its list are the same questions asked in another mode.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> found = primary_questionnaires(load_edition("zhejiang-2022"))
    >>> found["E01"], found["E04"], found["E08"], "E07" in found
    ('citizens', 'enterprises', 'telephone', False)
    """
    return {
        code: entry.survey.items[0].split(".")[0]
        for code, entry in edition.indicators.items()
        if entry.survey is not None and entry.formula is None
    }


def estimate_surveys(
    edition: Edition, fielded: Mapping[str, Fielded], counties: Sequence[str], rule: SurveyRule | None = None
) -> SurveyEstimates:
    """Estimate an edition's surveyed indicators by county.

    Parameters
    ----------
    edition : Edition
        Which indicator is estimated from which questionnaire.
    fielded : mapping of str to Fielded
        Questionnaire -> its weighted answers; indicators of others are left out.
    counties : sequence of str
        Codes, in the order of the result; those without answers too.
    rule : SurveyRule, optional
        Default: the edition's.

    Raises
    ------
    InputError
        If there is nothing to estimate, of designs, and of a mode adjustment without overlap.
    """
    rule = rule or edition.spec.survey
    primary_of = primary_questionnaires(edition)
    direct = []
    for name, one in fielded.items():
        codes = [code for code in one.scores.indicators if primary_of.get(code) == name]
        if codes:
            direct.append(direct_estimates(edition, one, codes, counties, rule.level))
    if not direct:
        raise refuse("survey-nothing", found=list(fielded), options=sorted(set(primary_of.values())))
    notices: list[tuple[str, str]] = []
    if rule.mode == "adjust":
        from yitihua.surveys.mode_shift import shifted

        direct = [shifted(part, fielded, edition, notices) for part in direct]
    order = [code for code in edition.indicators if any(code in part.found.items for part in direct)]
    direct = [part for code in order for part in direct if part.found.items[0] == code]
    return _entering(tuple(direct), fielded, tuple(counties), rule, tuple(notices))


def direct_estimates(
    edition: Edition, one: Fielded, codes: Sequence[str], counties: Sequence[str], level: float = 0.95
) -> Direct:
    """Return design-based means of the respondents' scores by county.

    Where every score is 0 or 100 the interval is Wilson's of a share, else Student's.
    """
    rows = np.flatnonzero(one.counted)
    design = one.design()
    county = one.answers.columns["county"][rows]
    scores = {code: one.scores.indicator(code)[rows] for code in codes}
    found = estimate(design, scores, county, units=counties, level=level)
    whole = estimate(design, scores, level=level)
    two = [code for code, y in scores.items() if np.isin(y[np.isfinite(y)], (0.0, 100.0)).all()]
    if two:
        shares = {code: scores[code] / 100.0 for code in two}
        options: dict[str, Any] = {"statistic": "share", "level": level, "scale": 100.0}
        found = _with_intervals(found, estimate(design, shares, county, units=counties, **options))
        whole = _with_intervals(whole, estimate(design, shares, **options))
    place = {code: i for i, code in enumerate(counties)}
    where = np.array([place[code] for code in county], dtype=np.int64)
    population = np.bincount(where, one.weights.final[rows], len(counties))
    return Direct(one.name, found, whole, np.asarray(population, dtype=float), level=level)


def _with_intervals(found: Estimates, shares: Estimates) -> Estimates:
    """Return estimates with the intervals of those that are shares."""
    low, high, n_eff = found.ci_low.copy(), found.ci_high.copy(), found.n_eff.copy()
    for k, code in enumerate(shares.items):
        j = found.items.index(code)
        low[:, j], high[:, j], n_eff[:, j] = shares.ci_low[:, k], shares.ci_high[:, k], shares.n_eff[:, k]
    return replace(found, ci_low=low, ci_high=high, n_eff=n_eff)


def covariance_of(found: Estimates) -> Covariance:
    """Return the covariance of direct estimates; where counties are too many for one matrix, within counties."""
    missing = np.isnan(found.se)
    try:
        return found.errors.covariance(missing)
    except InputError:
        return found.errors.covariance(missing, cross="ignore")


def _entering(
    direct: tuple[Direct, ...],
    fielded: Mapping[str, Fielded],
    counties: tuple[str, ...],
    rule: SurveyRule,
    notices: tuple[tuple[str, str], ...],
) -> SurveyEstimates:
    codes = tuple(code for part in direct for code in part.found.items)
    value = np.hstack([part.value for part in direct])
    se, n = (np.hstack([getattr(part.found, name) for part in direct]) for name in ("se", "n"))
    sampling = _beside([part.covariance for part in direct])
    smallest = min(one.form.privacy.minimum for one in fielded.values())
    hidden = primary(n, smallest)
    shown = np.where(hidden, np.nan, value)
    fits = small_area_fits(direct, value, se, n, codes, counties)
    eblup, eblup_se = np.full(value.shape, np.nan), np.full(value.shape, np.nan)
    covariance = sampling
    n_eff = np.hstack([part.found.n_eff for part in direct])
    if fits:
        eblup, eblup_se, moved = _benchmarked(direct, fits, codes, rule)
        entering = enters(shown, eblup, pooled_size(n_eff, se, fits, codes), rule.n_eff, rule=rule.enters)
        entering = _hidden_words(entering, hidden & np.isfinite(value), smallest)
        if not entering.direct.all():
            # A model shrinks what a county errs in by itself; what a calibration of the whole makes
            # counties err in together is small beside it and is left out of the model.
            own = _beside([part.covariance_within for part in direct])
            covariance = _with_moves(area_covariance(fits, own, entering.direct), moved, entering.direct)
    else:
        entering = enters(shown, eblup, n_eff, rule.n_eff, rule="direct")
        if rule.enters != "direct":
            notices = (*notices, (
                f"少于{LEAST_AREAS}个县有估计值，未做小区域估计，采用直接估计",
                f"fewer than {LEAST_AREAS} counties have estimates: no small-area model, the direct ones enter",
            ))  # fmt: skip
    covariance = _without(covariance, ~np.isfinite(entering.value))
    return SurveyEstimates(
        counties, codes, rule, fielded, direct, fits, eblup, eblup_se, entering, covariance, hidden, notices
    )  # fmt: skip


def _hidden_words(entering: Entering, hidden: Any, minimum: int) -> Entering:
    """Say of counties whose direct estimate is hidden that it is: they have a sample, and the model uses it."""
    at = hidden & (entering.method == "synthetic")
    zh = f"采用小区域估计：受访者不足{minimum}人，直接估计不公布"
    en = f"EBLUP: fewer than {minimum} respondents, the direct estimate is not shown"
    method = np.where(at, "EBLUP", entering.method).astype(object)
    return replace(entering, method=method, zh=np.where(at, zh, entering.zh), en=np.where(at, en, entering.en))


def small_area_fits(
    direct: Sequence[Direct], value: Floats, se: Floats, n: Floats, codes: Sequence[str], counties: Sequence[str]
) -> dict[str, FayHerriot]:
    """Return a Fay-Herriot model an indicator (REML, an intercept, pooled variances), none with too few counties."""
    if (np.isfinite(value) & (n >= 2)).sum(axis=0).min() < LEAST_AREAS:
        return {}
    alike = np.hstack([part.found.deff_kish for part in direct])
    df = np.hstack([part.found.df for part in direct])
    known = np.where(n >= 2, value, np.nan)
    variance = np.full(value.shape, np.nan)
    for j in range(len(codes)):
        own = np.isfinite(known[:, j])
        size = np.where(own, n[:, j] / np.where(own, alike[:, j], 1.0), np.nan)
        pooled = pooled_variance(
            np.where(own, se[:, j] ** 2, np.nan), size, df=np.where(own, df[:, j], np.nan),
            estimate=known[:, j], bounds=BOUNDS, areas=counties,
        )  # fmt: skip
        variance[:, j] = np.where(own, pooled.variance, np.nan)
    return fay_herriot_many(known, variance, list(codes), areas=list(counties))


def _benchmarked(
    direct: Sequence[Direct], fits: Mapping[str, FayHerriot], codes: Sequence[str], rule: SurveyRule
) -> tuple[Floats, Floats, Floats]:
    """Return the model's estimates and their errors, and the factors of the errors of moving them."""
    value = np.column_stack([fits[code].eblup for code in codes])
    mse = np.column_stack([fits[code].mse for code in codes])
    none = np.zeros((0, *value.shape))
    if rule.benchmark == "none":
        return value, np.sqrt(np.maximum(mse, 0.0)), none
    people = {code: part.population for part in direct for code in part.found.items}
    factors = []
    for j, code in enumerate(codes):
        fit = fits[code]
        group = [unit[:4] for unit in fit.areas] if rule.benchmark == "city" else None
        moved = benchmark(fit, np.maximum(people[code], 1.0), group)
        value[:, j], mse[:, j] = moved.value, moved.mse
        start = Covariance(fit.areas, (code,), np.zeros((len(fit.areas), 1, 1)), np.zeros((0, len(fit.areas), 1)))
        own = moved.covariance(start).shared[:, :, 0]
        wide = np.zeros((len(own), *value.shape))
        wide[:, :, j] = own
        factors.append(wide)
    return value, np.sqrt(np.maximum(mse, 0.0)), np.concatenate(factors)


def _with_moves(covariance: Covariance, moved: Floats, is_direct: Any) -> Covariance:
    """Add the errors of benchmarking where the model's estimate enters."""
    kept = np.where(is_direct, 0.0, moved)
    return replace(covariance, shared=np.concatenate([covariance.shared, kept]))


def _beside(parts: Sequence[Covariance]) -> Covariance:
    """Return the covariance of questionnaires of different samples: independent of each other."""
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.beside(part)
    return whole


def _without(covariance: Covariance, gone: Any) -> Covariance:
    """Return the covariance with no error where there is no value."""
    keep = np.where(gone, 0.0, 1.0)
    blocks = covariance.blocks * keep[:, :, None] * keep[:, None, :]
    return replace(covariance, blocks=blocks, shared=covariance.shared * keep)
