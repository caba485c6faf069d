"""The published table of survey estimates: one row a county, indicator and method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yitihua.indicators.table import Floats
from yitihua.surveys.choosing import bounds_of
from yitihua.surveys.estimation.intervals import quantile_t
from yitihua.surveys.estimation.reliability import reliability
from yitihua.surveys.fielding import Fielded
from yitihua.surveys.privacy.suppression import unreliable
from yitihua.surveys.survey_estimates import Direct, SurveyEstimates

if TYPE_CHECKING:
    import pandas as pd

#: The row of all counties together.
WHOLE: Final = "all"


def estimate_table(found: SurveyEstimates, lang: str = "en") -> pd.DataFrame:
    """Return direct and small-area estimates side by side, what rests on too few people hidden.

    Parameters
    ----------
    found : SurveyEstimates
    lang : {"en", "zh"}
        Of the words in enters, flags and suppressed.

    Returns
    -------
    DataFrame
        survey, population, county ("all" for the whole), indicator, method (direct, EBLUP), estimate, se,
        ci_low, ci_high, ci_method, df, n, n_eff, deff, deff_kish, n_psu, n_strata, response_rate,
        item_missing, alpha, omega, web_share, mode_adj, mode_adj_se, shrinkage, enters (why, in words;
        empty where the other enters), flags, suppressed and why.
    """
    import pandas as pd

    parts = [_direct_rows(found, part, lang) for part in found.direct]
    if found.fits:
        parts.append(_model_rows(found, lang))
    table = pd.concat(parts, ignore_index=True)
    # A model's estimate is the remedy for few answers; their number tells against the direct one only.
    words = np.where(table["method"] == "direct", np.array(unreliable(table, lang=lang), dtype=object), "")
    table["flags"] = ["; ".join(filter(None, both)) for both in zip(table["flags"], words, strict=True)]
    shown = _hidden(found, table, lang)
    place = {code: j for j, code in enumerate(found.indicators)}
    model = (shown["method"] != "direct").to_numpy()
    order = np.lexsort((model, shown["county"] == WHOLE, shown["county"], shown["indicator"].map(place)))
    return shown.iloc[order].reset_index(drop=True)


def _direct_rows(found: SurveyEstimates, part: Direct, lang: str) -> pd.DataFrame:
    import pandas as pd

    one = found.fielded[part.name]
    rates = one.rates_by_county(found.counties)
    reliable = _reliabilities(one, part.found.items)
    tables = []
    for level, estimates in (("county", part.found), ("whole", part.whole)):
        frame = estimates.frame.rename(columns={"value": "estimate", "item": "indicator", "domain": "county"})
        if level == "whole":
            frame["county"] = WHOLE
            rates = {WHOLE: one.rates.rr2}
            shift, error = part.whole_shift
            _shift(frame, shift, error, found.rule.level, _ends(one, part.found.items))
        elif part.adjustment is not None:
            made = part.adjustment
            shift, error = made.mode_adj.ravel(), made.mode_adj_se.ravel()
            _shift(frame, shift, error, found.rule.level, _ends(one, part.found.items, len(found.counties)))
            frame["web_share"] = made.web_share.ravel()
            frame["mode_adj"], frame["mode_adj_se"] = shift, error
        frame["response_rate"] = frame["county"].map(rates)
        frame["alpha"] = frame["indicator"].map({code: pair[0] for code, pair in reliable.items()})
        frame["omega"] = frame["indicator"].map({code: pair[1] for code, pair in reliable.items()})
        tables.append(frame)
    table = pd.concat(tables, ignore_index=True)
    title = one.form.questionnaire
    table.insert(0, "survey", f"{part.name} {title.version}")
    table.insert(1, "population", title.population.zh if lang == "zh" else title.population.en)
    table["method"] = "direct"
    table["enters"] = _entering_words(found, table, lang)
    return _in_order(table)


def _hidden(found: SurveyEstimates, table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return the table without what is not shown: numbers of hidden direct estimates, and their n anywhere."""
    rows = {county: i for i, county in enumerate(found.counties)}
    place = {code: j for j, code in enumerate(found.indicators)}
    minimum = {
        code: found.fielded[part.name].form.privacy.minimum for part in found.direct for code in part.found.items
    }
    small = np.hstack([part.found.n for part in found.direct])
    at = [
        (rows[county], place[code]) if county in rows else None
        for county, code in zip(table["county"], table["indicator"], strict=True)
    ]
    gone = np.array([one is not None and bool(found.hidden[one]) for one in at])
    model = (table["method"] != "direct").to_numpy()
    for name in COLUMNS:
        if name not in TEXT and name != "response_rate":
            hidden = gone & (~model | (name == "n"))
            table[name] = table[name].astype(float).where(~hidden)
    which = 0 if lang == "zh" else 1
    table["suppressed"] = [
        "" if not is_gone or is_model else WHY[bool(small[one] >= minimum[code])][which].format(minimum=minimum[code])
        for one, code, is_gone, is_model in zip(at, table["indicator"], gone, model, strict=True)
    ]
    return table


#: Whether a county has enough respondents -> why its estimate is hidden all the same.
WHY: Final = {
    False: ("为保护隐私不公布：答卷不足{minimum}份", "hidden for privacy: fewer than {minimum} respondents"),
    True: (
        "为保护隐私不公布：公布后可推算出答卷不足{minimum}份的县",
        "hidden for privacy: with it a county of fewer than {minimum} could be worked out",
    ),
}


def _ends(one: Fielded, codes: tuple[str, ...], times: int = 1) -> tuple[Floats, Floats]:
    """Return the lowest and highest value of the rows' indicators."""
    ends = [bounds_of(one.form, code) or (-np.inf, np.inf) for code in codes] * times
    return np.array([end[0] for end in ends]), np.array([end[1] for end in ends])


def _shift(frame: pd.DataFrame, shift: Floats, error: Floats, level: float, ends: tuple[Floats, Floats]) -> None:
    """Move estimates by a shift with an error of its own, in place; intervals are Student's then."""
    if not shift.any() and not error.any():
        return
    se = np.where(np.isfinite(frame["se"]), np.hypot(frame["se"], error), np.nan)
    frame["estimate"] = frame["estimate"] + shift
    frame["se"] = se
    half = quantile_t(level, frame["df"].to_numpy(dtype=float)) * se
    frame["ci_low"] = np.clip(frame["estimate"] - half, *ends)
    frame["ci_high"] = np.clip(frame["estimate"] + half, *ends)
    frame["ci_method"] = "t"


def _model_rows(found: SurveyEstimates, lang: str) -> pd.DataFrame:
    import pandas as pd

    survey = {code: part for part in found.direct for code in part.found.items}
    rows: list[dict[str, Any]] = []
    half = float(quantile_t(found.rule.level, np.inf))
    words = found.entering.zh if lang == "zh" else found.entering.en
    for j, code in enumerate(found.indicators):
        part = survey[code]
        title = found.fielded[part.name].form.questionnaire
        n = part.found.n[:, part.found.items.index(code)]
        for i, county in enumerate(found.counties):
            value, error = found.eblup[i, j], found.eblup_se[i, j]
            rows.append({
                "survey": f"{part.name} {title.version}",
                "population": title.population.zh if lang == "zh" else title.population.en,
                "county": county, "indicator": code, "method": "EBLUP", "estimate": value, "se": error,
                "ci_low": value - half * error, "ci_high": value + half * error, "ci_method": "normal",
                "n": n[i], "shrinkage": 1.0 - found.fits[code].gamma[i], "flags": "",
                "enters": "" if found.entering.direct[i, j] else words[i, j],
            })  # fmt: skip
    return _in_order(pd.DataFrame(rows))


COLUMNS: Final = (
    "survey", "population", "county", "indicator", "method", "estimate", "se", "ci_low", "ci_high", "ci_method",
    "df", "n", "n_eff", "deff", "deff_kish", "n_psu", "n_strata", "response_rate", "item_missing", "alpha", "omega",
    "web_share", "mode_adj", "mode_adj_se", "shrinkage", "enters", "flags",
)  # fmt: skip
TEXT: Final = ("survey", "population", "county", "indicator", "method", "ci_method", "enters", "flags")


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    for name in COLUMNS:
        if name not in table:
            table[name] = "" if name in TEXT else np.nan
    return table[list(COLUMNS)]


def _entering_words(found: SurveyEstimates, table: pd.DataFrame, lang: str) -> list[str]:
    """Return for each direct row why it enters, "" where another does."""
    words = found.entering.zh if lang == "zh" else found.entering.en
    place = {
        (county, code): (i, j) for i, county in enumerate(found.counties) for j, code in enumerate(found.indicators)
    }
    out = []
    for county, code in zip(table["county"], table["indicator"], strict=True):
        at = place.get((county, code))
        out.append("" if at is None or not found.entering.direct[at] else str(words[at]))
    return out


def _reliabilities(one: Fielded, codes: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    """Return indicator -> alpha and omega of its questions over all respondents; NaN of a single question."""
    rows = np.flatnonzero(one.counted)
    found = {}
    for code in codes:
        items = [item for item in one.scores.items if one.form.items[item].indicator == code]
        if len(items) < 2:
            found[code] = (np.nan, np.nan)
            continue
        made = reliability({item: one.scores.item(item)[rows] for item in items}, one.weights.final[rows])
        found[code] = (made.alpha, made.omega)
    return found
