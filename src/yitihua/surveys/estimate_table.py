"""The published table of survey estimates: one row a county, indicator and method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yitihua.surveys.estimating import Direct, SurveyEstimates
from yitihua.surveys.estimation.intervals import quantile_t
from yitihua.surveys.estimation.reliability import reliability
from yitihua.surveys.fielding import Fielded
from yitihua.surveys.privacy.suppression import suppress_estimates, unreliable

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
    minimum = min(one.form.privacy.minimum for one in found.fielded.values())
    table["flags"] = [
        "; ".join(filter(None, both)) for both in zip(table["flags"], unreliable(table, lang=lang), strict=True)
    ]
    parents = dict.fromkeys(found.counties, WHOLE)
    shown = suppress_estimates(table, parents, minimum, by=("indicator", "method"))
    # An EBLUP of a hidden county is shown: other counties lend it most of its strength. Its n is not, nor
    # its shrinkage, with which the direct estimate could be worked out again from those of other counties.
    model = (table["method"] != "direct").to_numpy()
    small = model & (shown["suppressed"] != "").to_numpy()
    for name in ("estimate", "se", "ci_low", "ci_high"):
        shown.loc[small, name] = table.loc[small, name]
    words = shown[f"suppressed_{lang}"].where(~model, "")
    shown = shown.drop(columns=["suppressed", "suppressed_zh", "suppressed_en"]).assign(suppressed=words)
    place = {code: j for j, code in enumerate(found.indicators)}
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
        elif part.adjustment is not None:
            shift = part.adjustment
            frame["estimate"] = shift.value.ravel()
            for end in ("ci_low", "ci_high"):
                frame[end] = np.clip(frame[end] + shift.mode_adj.ravel(), 0.0, 100.0)
            frame["se"] = np.where(np.isfinite(frame["se"]), np.hypot(frame["se"], shift.mode_adj_se.ravel()), np.nan)
            frame["web_share"] = shift.web_share.ravel()
            frame["mode_adj"], frame["mode_adj_se"] = shift.mode_adj.ravel(), shift.mode_adj_se.ravel()
        frame["response_rate"] = frame["county"].map(rates)
        frame["alpha"] = frame["indicator"].map({code: pair[0] for code, pair in reliable.items()})
        frame["omega"] = frame["indicator"].map({code: pair[1] for code, pair in reliable.items()})
        tables.append(frame)
    table = pd.concat(tables, ignore_index=True)
    title = one.form.questionnaire
    table.insert(0, "survey", f"{part.name} {title.version}")
    table.insert(1, "population", title.population.zh if lang == "zh" else title.population.en)
    table["method"] = "direct"
    table["enters"] = _entering_words(found, part, table, lang, "direct")
    return _in_order(table)


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


def _entering_words(found: SurveyEstimates, part: Direct, table: pd.DataFrame, lang: str, which: str) -> list[str]:
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
