"""Which estimates enter an index: small-area models beside the direct ones, and the rule between them.

Counties whose direct estimate is hidden, and those hidden with them so that they cannot be worked
out, stay out of the models: from a published model estimate, its error and those of other counties
a direct estimate that went into it can be solved to the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from yitihua.definitions.survey_models import QuestionnaireFile
from yitihua.definitions.survey_plan_models import SurveyRule
from yitihua.indicators.covariance import Covariance
from yitihua.indicators.table import Floats
from yitihua.surveys.areas.benchmark import benchmark
from yitihua.surveys.areas.composite import Entering, enters
from yitihua.surveys.areas.covariance import area_covariance
from yitihua.surveys.areas.fay_herriot import FayHerriot, fay_herriot
from yitihua.surveys.areas.pooled import pooled_variance
from yitihua.surveys.fielding import Fielded
from yitihua.surveys.precision import pooled_size
from yitihua.surveys.privacy.suppression import complementary, primary
from yitihua.surveys.survey_estimates import Direct, SurveyEstimates

#: Fewest counties a small-area model is fitted to: with fewer the variance between them is not known.
LEAST_AREAS = 8


def choose(
    direct: tuple[Direct, ...],
    fielded: Mapping[str, Fielded],
    counties: tuple[str, ...],
    rule: SurveyRule,
    notices: tuple[tuple[str, str], ...] = (),
) -> SurveyEstimates:
    """Fit small-area models, and say which estimate of every county and indicator enters.

    An indicator with too few counties for a model is direct throughout. A direct estimate whose
    error cannot be told (one cluster) gives way to the model; where the rule is direct it enters
    with the error pooled over counties.
    """
    codes = tuple(code for part in direct for code in part.found.items)
    value = np.hstack([part.value for part in direct])
    se, n_eff = (np.hstack([getattr(part.found, name) for part in direct]) for name in ("se", "n_eff"))
    hidden = hidden_estimates(direct, fielded)
    fits = small_area_fits(direct, fielded, hidden, counties)
    eblup, eblup_se, moved = _modelled(direct, fits, codes, rule)
    unknown = np.isfinite(value) & np.isnan(se)
    modelled = np.isfinite(eblup)
    shown = np.where(hidden | (unknown & modelled & (rule.enters != "direct")), np.nan, value)
    other = eblup if rule.enters != "direct" else np.full(eblup.shape, np.nan)
    size = pooled_size(n_eff, se, fits, codes)
    entering = enters(shown, other, np.where(unknown, np.nan, size), rule.n_eff, rule=rule.enters)
    entering = _told(entering, hidden, unknown, fielded)
    sampling = _beside([part.covariance for part in direct])
    covariance = sampling
    if fits and not entering.direct.all():
        # A model shrinks what a county errs in by itself; what a calibration of the whole makes
        # counties err in together is small beside it and is left out of the model.
        own = _beside([part.covariance_within for part in direct])
        covariance = _with_moves(_model_covariance(fits, own, entering.direct), moved, entering.direct)
    covariance = _with_pooled(covariance, fits, unknown & entering.direct)
    covariance = _without(covariance, ~np.isfinite(entering.value))
    notices = (*notices, *_notices(fits, codes, rule, unknown & entering.direct & ~_pooled(fits, codes, unknown)))
    return SurveyEstimates(
        counties, codes, rule, fielded, direct, fits, eblup, eblup_se, entering, covariance, hidden, notices
    )  # fmt: skip


def hidden_estimates(direct: Sequence[Direct], fielded: Mapping[str, Fielded]) -> Any:
    """Return which direct estimates are not shown, shape (counties, indicators).

    Too few respondents by the questionnaire's own rule; and, since the whole is published as well,
    as many more as it takes that those cannot be worked out from it.
    """
    columns = []
    for part in direct:
        minimum = fielded[part.name].form.privacy.minimum
        for n, whole in zip(part.found.n.T, part.whole.n.ravel(), strict=True):
            sizes = np.append(n, whole)
            small = primary(sizes, minimum)
            above = np.append(np.full(len(n), len(n)), -1)
            columns.append((small | complementary(sizes, small, above, minimum))[:-1])
    return np.column_stack(columns)


def small_area_fits(
    direct: Sequence[Direct], fielded: Mapping[str, Fielded], hidden: Any, counties: Sequence[str]
) -> dict[str, FayHerriot]:
    """Return indicator -> its Fay-Herriot model (REML, an intercept, pooled variances); none with too few counties."""
    fits = {}
    column = 0
    for part in direct:
        form, found = fielded[part.name].form, part.found
        for j, code in enumerate(found.items):
            own = np.isfinite(part.value[:, j]) & (found.n[:, j] >= 2) & ~hidden[:, column]
            column += 1
            spread = found.se[own, j]
            if own.sum() < LEAST_AREAS or not (spread > 0).any():
                continue
            y = np.where(own, part.value[:, j], np.nan)
            pooled = pooled_variance(
                np.where(own, found.se[:, j] ** 2, np.nan),
                np.where(own, found.n[:, j] / np.where(own, found.deff_kish[:, j], 1.0), np.nan),
                df=np.where(own, found.df[:, j], np.nan), estimate=y, bounds=bounds_of(form, code), areas=counties,
            )  # fmt: skip
            fits[code] = fay_herriot(y, np.where(own, pooled.variance, np.nan), areas=list(counties))
    return fits


def bounds_of(form: QuestionnaireFile, indicator: str) -> tuple[float, float] | None:
    """Return the ends of an indicator's scale, None where a number has none."""
    kinds = {item.scoring for item in form.items.values() if item.indicator == indicator and item.scoring != "none"}
    if "numeric" in kinds:
        return None
    return (-100.0, 100.0) if "net" in kinds else (0.0, 100.0)


def _modelled(
    direct: Sequence[Direct], fits: Mapping[str, FayHerriot], codes: Sequence[str], rule: SurveyRule
) -> tuple[Floats, Floats, Floats]:
    """Return the models' estimates and their errors, and the factors of the errors of benchmarking them."""
    shape = (len(direct[0].found.domains), len(codes))
    value, mse = np.full(shape, np.nan), np.full(shape, np.nan)
    people = {code: part.population for part in direct for code in part.found.items}
    factors = [np.zeros((0, *shape))]
    for j, code in enumerate(codes):
        if code not in fits:
            continue
        fit = fits[code]
        value[:, j], mse[:, j] = fit.eblup, fit.mse
        if rule.benchmark != "none":
            group = [unit[:4] for unit in fit.areas] if rule.benchmark == "city" else None
            moved = benchmark(fit, np.maximum(people[code], 1.0), group)
            value[:, j], mse[:, j] = moved.value, moved.mse
            start = Covariance(fit.areas, (code,), np.zeros((shape[0], 1, 1)), np.zeros((0, shape[0], 1)))
            own = moved.covariance(start).shared[:, :, 0]
            wide = np.zeros((len(own), *shape))
            wide[:, :, j] = own
            factors.append(wide)
    shift = np.hstack([
        np.zeros(part.found.value.shape) if part.adjustment is None else part.adjustment.mode_adj_se for part in direct
    ])  # fmt: skip
    return value, np.sqrt(np.maximum(mse, 0.0) + shift**2), np.concatenate(factors)


def _model_covariance(fits: Mapping[str, FayHerriot], own: Covariance, is_direct: Any) -> Covariance:
    """Return the joint errors of what enters; indicators without a model keep those of the direct estimates."""
    place = [own.indicators.index(code) for code in fits]
    part = area_covariance(fits, own.select(list(fits)), is_direct[:, place])
    blocks = own.blocks.copy()
    blocks[:, np.array(place)[:, None], place] = part.blocks
    factors = np.zeros((len(part.shared), *is_direct.shape))
    factors[:, :, place] = part.shared
    rest = own.shared.copy()
    rest[:, :, place] = 0.0
    return Covariance(own.units, own.indicators, blocks, np.concatenate([rest, factors]))


def _pooled(fits: Mapping[str, FayHerriot], codes: Sequence[str], where: Any) -> Any:
    """Return where a direct error that cannot be told is known from the other counties."""
    known = np.column_stack([
        np.isfinite(fits[code].variance) if code in fits else np.zeros(len(where), dtype=bool) for code in codes
    ])  # fmt: skip
    return where & known


def _with_pooled(covariance: Covariance, fits: Mapping[str, FayHerriot], where: Any) -> Covariance:
    blocks = covariance.blocks.copy()
    for j, code in enumerate(covariance.indicators):
        rows = np.flatnonzero(where[:, j])
        if code in fits and len(rows):
            blocks[rows, j, j] = np.nan_to_num(fits[code].variance[rows])
    return replace(covariance, blocks=blocks)


def _told(entering: Entering, hidden: Any, unknown: Any, fielded: Mapping[str, Fielded]) -> Entering:
    """Say of counties that have a sample why their direct estimate does not enter."""
    minimum = max(one.form.privacy.minimum for one in fielded.values())
    not_direct = np.isfinite(entering.value) & ~entering.direct
    method, zh, en = entering.method.copy(), entering.zh.copy(), entering.en.copy()
    for at, words in (
        (
            not_direct & unknown,
            ("采用小区域估计：只有1个抽样单元，误差无法估计", "EBLUP: one cluster, its error is unknown"),
        ),
        (not_direct & hidden, (
            f"采用小区域估计：受访者不足{minimum}人，或会使不足者被推算出，直接估计不公布",
            f"EBLUP: fewer than {minimum} respondents, or giving such a county away; the direct estimate is not shown",
        )),
    ):  # fmt: skip
        method[at & (method == "synthetic")] = "EBLUP"
        zh[at], en[at] = words
    return replace(entering, method=method, zh=zh, en=en)


def _notices(
    fits: Mapping[str, FayHerriot], codes: Sequence[str], rule: SurveyRule, unknown: Any
) -> list[tuple[str, str]]:
    found = []
    lacking = [code for code in codes if code not in fits]
    if lacking and rule.enters != "direct":
        names = ", ".join(lacking)
        found.append((
            f"{names}：少于{LEAST_AREAS}个县有可用的估计值，未做小区域估计，采用直接估计",
            f"{names}: fewer than {LEAST_AREAS} counties have usable estimates; no small-area model, direct ones enter",
        ))  # fmt: skip
    if count := int(unknown.sum()):
        found.append((
            f"{count}个直接估计只有1个抽样单元，误差无法估计，按0计入，区间偏窄",
            f"{count} direct estimates rest on one cluster: their error is unknown, counts as 0, intervals are narrow",
        ))  # fmt: skip
    return found


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
