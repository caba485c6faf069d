"""Spot checks beside the estimates: counties whose modes disagree, and whether recorded events are confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.survey_models import QuestionnaireFile
from yitihua.surveys.fielding import Fielded
from yitihua.surveys.mode_shift import REFERENCE, reference_of
from yitihua.surveys.modes.disagree import disagreements
from yitihua.surveys.modes.samples import shared_items, stack_designs
from yitihua.surveys.modes.spot_checks import match_rates
from yitihua.surveys.scoring import missing_codes
from yitihua.surveys.survey_estimates import Direct, SurveyEstimates

if TYPE_CHECKING:
    import pandas as pd

#: The code of a refusal in the shipped questionnaires; other missing codes are "cannot tell".
REFUSED = 99


def mode_table(found: SurveyEstimates, edition: Edition) -> pd.DataFrame | None:
    """Return, by shared question and county, self-administered against telephone answers.

    A county stands out if its difference is not that of the other counties, after Benjamini and
    Hochberg; see `modes.disagree`. Means of fewer respondents than may be shown are missing.

    Returns
    -------
    DataFrame or None
        None without a telephone survey of the same questions.
    """
    import pandas as pd

    parts = []
    for part in found.direct:
        other = reference_of(part, found.fielded, edition)
        if other is not None:
            parts += _compared(found, part, other)
    if not parts:
        return None
    table = pd.concat(parts, ignore_index=True)
    minimum = min(one.form.privacy.minimum for one in found.fielded.values())
    few = (table[["n", "n_reference"]].min(axis=1) < minimum).to_numpy()
    for name in [str(column) for column in table]:
        if name not in ("question", "county", "note", "flagged"):
            table[name] = table[name].astype(float).where(~few)
    return table


def _compared(found: SurveyEstimates, part: Direct, other: Fielded) -> list[pd.DataFrame]:
    own = found.fielded[part.name]
    first, second = np.flatnonzero(own.counted), np.flatnonzero(other.counted)
    design = stack_designs(own.design(), other.design())
    county, mode = (
        np.concatenate([own.answers.columns[name][first], other.answers.columns[name][second]])
        for name in ("county", "mode")
    )
    tables = []
    for a, b in shared_items(own.form, other.form, (own.name, other.name)).values():
        y = np.concatenate([own.scores.item(a)[first], other.scores.item(b)[second]])
        made = disagreements(design, y, mode, county, reference=REFERENCE, units=list(found.counties))
        table = made.table().rename_axis("county").reset_index()
        table.insert(0, "question", f"{own.name}.{a} / {other.name}.{b}")
        tables.append(table)
    return tables


def callback_table(found: SurveyEstimates) -> pd.DataFrame | None:
    """Return the share of call-backs that confirm the record, by county and in total, with intervals.

    Rates on fewer answers than may be shown are missing.

    Returns
    -------
    DataFrame or None
        None where no questionnaire asks whether a record is true.
    """
    import pandas as pd

    tables = [
        _confirmed(found, one, code)
        for one in found.fielded.values()
        for code, item in one.form.items.items()
        if item.recall and code in one.answers.items
    ]
    return pd.concat(tables, ignore_index=True) if tables else None


def _confirmed(found: SurveyEstimates, one: Fielded, code: str) -> pd.DataFrame:
    import pandas as pd

    rows = np.flatnonzero(one.counted)
    unknown, refused = _missing(one.form, code)
    made = match_rates(
        one.design(), one.answers.item(code)[rows], one.answers.columns["county"][rows],
        unknown=unknown, refused=refused, units=list(found.counties), level=found.rule.level,
    )  # fmt: skip
    columns: dict[str, Any] = {"question": f"{one.name}.{code}", "county": list(made.units)}
    names = ("rate", "se", "ci_low", "ci_high", "n", "n_eff", "unknown", "refused", "outer_low", "outer_high")
    few = (made.n > 0) & (made.n < one.form.privacy.minimum)
    for name in names:
        columns[name] = np.where(few, np.nan, getattr(made, name))
    return pd.DataFrame(columns)


def _missing(form: QuestionnaireFile, code: str) -> tuple[list[float], list[float]]:
    codes = missing_codes(form.scales[form.items[code].scale])
    return [float(c) for c in codes if c != REFUSED], [float(c) for c in codes if c == REFUSED]
