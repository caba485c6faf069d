"""Two samples of one population side by side: a design of both, and the questions they share.

A self-administered survey and a telephone check of the same counties are independent samples. Put one below
the other, with strata and clusters numbered apart, they are one design in which their errors do not meet, and
everything that is estimated within a mixed sample is estimated here in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from yitihua.definitions.survey_models import Item, QuestionnaireFile
from yitihua.errors import FaultList
from yitihua.surveys.estimation.design import Codes, Floats, Projection, Stage, SurveyDesign


@dataclass(frozen=True, eq=False)
class _Within:
    """A sample's calibration, as seen from the stack."""

    projection: Projection
    rows: slice

    def residuals(self, z: Floats) -> Floats:
        left = z.copy()
        left[self.rows] = self.projection.residuals(z[self.rows])
        return left


def stack_designs(first: SurveyDesign, second: SurveyDesign) -> SurveyDesign:
    """Return the design of two independent samples, the second below the first.

    Strata and clusters of the second are numbered after those of the first. Where one has fewer stages than
    the other, its last clusters are taken whole at the stages it lacks, which adds no variance. The weights
    stay as they are: both samples should stand for the same population, with weights of about the same sum.

    Raises
    ------
    ValueError
        Different rules for strata of one cluster.

    Examples
    --------
    >>> web = SurveyDesign.from_columns([2.0, 2.0], clusters=[["a", "b"]])
    >>> phone = SurveyDesign.from_columns([4.0])
    >>> both = stack_designs(web, phone)
    >>> both.weight.tolist(), both.stages[0].stratum.tolist(), both.stages[0].cluster.tolist()
    ([2.0, 2.0, 4.0], [0, 0, 1], [0, 1, 2])
    """
    if first.one_psu != second.one_psu:
        raise ValueError(f"the designs treat strata of one cluster differently: {first.one_psu}, {second.one_psu}")
    n, count = len(first.weight), len(second.weight)
    depth = max(len(first.stages), len(second.stages))
    pairs = zip(_padded(first, depth), _padded(second, depth), strict=True)
    stages = tuple(_joined(one, other) for one, other in pairs)
    projections: tuple[Projection, ...] = (
        *(_Within(one, slice(0, n)) for one in first.projections),
        *(_Within(one, slice(n, n + count)) for one in second.projections),
    )
    return SurveyDesign(np.concatenate([first.weight, second.weight]), stages, first.one_psu, projections)


def _padded(design: SurveyDesign, depth: int) -> list[Stage]:
    """Return the stages, and a whole enumeration of the last clusters for each stage that is lacking."""
    stages = list(design.stages)
    while len(stages) < depth:
        last = stages[-1]
        stages.append(Stage(last.cluster, last.cluster, np.ones(len(last.cluster))))
    return stages


def _joined(one: Stage, other: Stage) -> Stage:
    population = None
    if one.population is not None or other.population is not None:
        population = np.concatenate([_population(one), _population(other)])
    return Stage(_after(one.stratum, other.stratum), _after(one.cluster, other.cluster), population)


def _after(one: Codes, other: Codes) -> Codes:
    return np.concatenate([one, other + (int(one.max()) + 1 if len(one) else 0)])


def _population(stage: Stage) -> Floats:
    """Return clusters in the population; drawing with replacement is drawing from no end of them."""
    return np.full(len(stage.cluster), np.inf) if stage.population is None else stage.population


def shared_items(
    first: QuestionnaireFile, second: QuestionnaireFile, names: tuple[str, str] = ("first", "second")
) -> dict[str, tuple[str, str]]:
    """Return the questions that two questionnaires word alike: mode_key -> the item of each.

    Parameters
    ----------
    first, second : QuestionnaireFile
    names : (str, str)
        Their names, for faults.

    Raises
    ------
    InputError
        No question is shared; a shared one has different valid codes, direction, scoring or indicator, or its
        key stands twice in a questionnaire.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> forms = load_edition("zhejiang-2022").questionnaires
    >>> shared_items(forms["citizens"], forms["telephone"])["M2"]
    ('CZ07', 'PH05')
    """
    faults = FaultList()
    one, other = _keyed(first, names[0], faults), _keyed(second, names[1], faults)
    both = [key for key in one if key in other]
    if not both:
        faults.add("mode-no-shared-item", key=" / ".join(names), first=len(one), second=len(other))
    for key in both:
        a, b = _answers(first, one[key]), _answers(second, other[key])
        if a != b:
            faults.add("mode-item-differs", key=f"{one[key]} / {other[key]}", found=f"{a} / {b}", mode_key=key)
    faults.raise_if_any()
    return {key: (one[key], other[key]) for key in both}


def _keyed(form: QuestionnaireFile, name: str, faults: FaultList) -> dict[str, str]:
    found: dict[str, str] = {}
    for code, item in form.items.items():
        if item.mode_key is None:
            continue
        if item.mode_key in found:
            faults.add("mode-key-twice", key=f"{name}: {code}", mode_key=item.mode_key, other=found[item.mode_key])
        found.setdefault(item.mode_key, code)
    return found


def _answers(form: QuestionnaireFile, code: str) -> str:
    """Return what must agree: valid codes, direction, scoring, indicator."""
    item: Item = form.items[code]
    scale = form.scales[item.scale]
    valid = sorted(option.code for option in scale.options if not option.missing)
    reverse = " reverse" if item.reverse else ""
    return f"{valid} {item.scoring}{reverse} {item.indicator}"


def stack_columns(
    first: Mapping[str, Sequence[object]], second: Mapping[str, Sequence[object]]
) -> dict[str, list[object]]:
    """Return the columns that both samples have, the second below the first.

    Examples
    --------
    >>> stack_columns({"sex": ["F"], "device": ["x"]}, {"sex": ["M", "F"]})
    {'sex': ['F', 'M', 'F']}
    """
    return {name: [*column, *second[name]] for name, column in first.items() if name in second}
