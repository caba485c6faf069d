"""A questionnaire's estimates shifted to the telephone reference: which items, which covariates, which counties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.surveys.fielding import Fielded
from yitihua.surveys.modes.adjust import adjust, mode_shares
from yitihua.surveys.modes.mode_effect import ModeEffects, mode_effects
from yitihua.surveys.modes.samples import shared_items, stack_designs
from yitihua.surveys.survey_estimates import Direct

REFERENCE = "telephone"


def reference_of(part: Direct, fielded: Mapping[str, Fielded], edition: Edition) -> Fielded | None:
    """Return the telephone survey that an indicator of this questionnaire names as well, None without one."""
    for code in part.found.items:
        source = edition.indicators[code].survey
        for name in () if source is None else dict.fromkeys(item.split(".")[0] for item in source.items):
            other = fielded.get(name)
            if name != part.name and other is not None and other.form.questionnaire.mode == REFERENCE:
                return other
    return None


def effects_of(
    part: Direct, fielded: Mapping[str, Fielded], edition: Edition
) -> tuple[ModeEffects, dict[str, list[str]]] | None:
    """Return the effects of modes on the shared questions, and indicator -> its shared questions.

    Both samples stand for the same people; respondents are compared within counties and by the
    columns that both questionnaires keep (age, sex, area).
    """
    other = reference_of(part, fielded, edition)
    if other is None:
        return None
    own = fielded[part.name]
    shared = shared_items(own.form, other.form, (own.name, other.name))
    first, second = np.flatnonzero(own.counted), np.flatnonzero(other.counted)
    items = {a: np.concatenate([own.scores.item(a)[first], other.scores.item(b)[second]]) for a, b in shared.values()}
    names = [name for name in own.answers.context if name in other.answers.context and name in _ADJUSTED_BY]
    covariates = {name: _words(own.answers.context[name][first], other.answers.context[name][second]) for name in names}
    measured: dict[str, list[str]] = {}
    for a, _ in shared.values():
        measured.setdefault(str(own.form.items[a].indicator), []).append(a)
    found = mode_effects(
        stack_designs(own.design(), other.design()),
        items,
        np.concatenate([own.answers.columns["mode"][first], other.answers.columns["mode"][second]]),
        reference=REFERENCE,
        covariates=covariates,
        within=np.concatenate([own.answers.columns["county"][first], other.answers.columns["county"][second]]),
    )
    return found, measured


#: What respondents are told alike by: known of everybody from the frame, not changed by how they are asked.
_ADJUSTED_BY = ("age_band", "sex", "area")


def shifted(part: Direct, fielded: Mapping[str, Fielded], edition: Edition, notices: list[tuple[str, str]]) -> Direct:
    """Return a questionnaire's estimates shifted to the reference; as they are where there is no reference.

    Raises
    ------
    InputError
        If a telephone survey shares questions but not enough respondents.
    """
    if fielded[part.name].form.questionnaire.mode == REFERENCE:
        return part
    found = effects_of(part, fielded, edition)
    title = fielded[part.name].form.questionnaire.title
    if found is None:
        notices.append((
            f"{title.zh}：没有电话问卷可比，未作调查方式调整",
            f"{title.en}: no telephone survey to compare with, not adjusted for mode",
        ))  # fmt: skip
        return part
    effects, measured = found
    own = fielded[part.name]
    rows = np.flatnonzero(own.counted)
    columns = [code for code in part.found.items if code in measured]
    if not columns:
        return part
    share = mode_shares(
        own.weights.final[rows], own.answers.columns["county"][rows], own.answers.columns["mode"][rows],
        part.found.domains, effects.terms,
    )  # fmt: skip
    place = [part.found.items.index(code) for code in columns]
    made = adjust(part.found.value[:, place], effects, share, part.found.domains, columns, measured=measured)
    if not made.applied:
        notices.append((
            f"{title.zh}：两种方式的受访者构成差异过大，只报告不调整",
            f"{title.en}: respondents of the modes differ too much; reported, not adjusted",
        ))  # fmt: skip
    return replace(part, adjustment=_spread(made, part, place))


def _spread(made: Any, part: Direct, place: list[int]) -> Any:
    """Return the adjustment over all indicators of the questionnaire; those not shared stay as they are."""
    shape = part.found.value.shape
    value = part.found.value.copy()
    value[:, place] = made.value
    wide = {}
    for name in ("mode_adj", "mode_adj_se", "proposed", "proposed_se", "web_share"):
        array = np.zeros(shape)
        array[:, place] = getattr(made, name)
        wide[name] = array
    factors = np.zeros((len(made.factors), *shape))
    factors[:, :, place] = made.factors
    return replace(made, indicators=part.found.items, value=value, factors=factors, **wide)


def _words(first: Any, second: Any) -> Any:
    both = np.concatenate([first, second]).astype(object)
    return np.array([None if value is None or value != value else str(value) for value in both], dtype=object)
