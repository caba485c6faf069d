"""What `yitihua survey estimate` writes: the estimates as a dataset to score, and the record of how they came about."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.passport import Column, CovarianceInfo, DatasetInfo, FileInfo, Passport
from yitihua.definitions.passport_text import passport_text
from yitihua.definitions.text import Text
from yitihua.indicators.covariance_file import write_covariance
from yitihua.indicators.parquet import write_parquet
from yitihua.surveys.fielding import Fielded
from yitihua.surveys.spot_report import callback_table, mode_table
from yitihua.surveys.survey_estimates import SurveyEstimates

if TYPE_CHECKING:
    import pandas as pd

PRODUCER = "yitihua survey estimate"


def is_simulated(found: SurveyEstimates) -> bool:
    """Return whether any answers behind the estimates are simulated."""
    return any(one.answers.simulated for one in found.fielded.values())


def dataset_files(
    found: SurveyEstimates, edition: Edition, names: dict[str, tuple[str, str]], period: str | None = None
) -> dict[str, bytes]:
    """Return the dataset that is scored: what enters, with its covariance and passport.

    Parameters
    ----------
    found : SurveyEstimates
    edition : Edition
    names : dict
        County -> its Chinese and English name, where known.
    period : str, optional
        The period they are of; other periods are not scored with them.
    """
    table = _Bytes()
    values = table.parquet(_long(found, names, period), "survey_estimates.parquet")
    table.covariance(found)
    columns = {
        "unit": Column(role="unit", unit="code"),
        "name_zh": Column(role="name_zh", unit="text"),
        "name_en": Column(role="name_en", unit="text"),
        "indicator": Column(role="indicator", unit="code"),
        "value": Column(role="value", unit="score 0-100"),
        "se": Column(role="se", unit="score 0-100", of="value"),
        "n": Column(role="n", unit="respondents", of="value"),
        "flag_zh": Column(role="flag_zh", unit="text"),
        "flag_en": Column(role="flag_en", unit="text"),
    }
    simulated = is_simulated(found)
    counties = len(found.counties)
    if period is not None:
        columns["period"] = Column(role="period", unit="date")
    zh = f"问卷估计值：{counties}个县，{len(found.indicators)}个指标"
    en = f"survey estimates: {counties} counties, {len(found.indicators)} indicators"
    info = DatasetInfo(
        title=Text(zh=f"模拟数据：{zh}" if simulated else zh, en=f"SIMULATED: {en}" if simulated else en),
        description=Text(zh=_how(found, "zh"), en=_how(found, "en")),
        producer=PRODUCER, citation="estimated from the answers", licence="as the answers", date=_day(found),
        edition=edition.name, origin="simulated" if simulated else "estimated", simulated=simulated,
    )  # fmt: skip
    files = table.files
    passport = Passport(
        dataset=info,
        file=FileInfo(
            name="survey_estimates.parquet", sha256=values, layout="long", derived_from=", ".join(_inputs(found))
        ),
        covariance=CovarianceInfo(
            name="covariance.parquet",
            sha256=hashlib.sha256(files["covariance.parquet"]).hexdigest(),
            period=period,
        ),
        columns=columns,
    )
    return files | {"passport.toml": passport_text(passport).encode("utf-8")}


class _Bytes:
    """Files as bytes, written by functions that want a path."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def parquet(self, frame: pd.DataFrame, name: str) -> str:
        with tempfile.TemporaryDirectory() as place:
            write_parquet(frame, Path(place) / name)
            self.files[name] = (Path(place) / name).read_bytes()
        return hashlib.sha256(self.files[name]).hexdigest()

    def covariance(self, found: SurveyEstimates) -> None:
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "covariance.parquet"
            write_covariance(found.covariance, path)
            self.files[path.name] = path.read_bytes()


def _long(found: SurveyEstimates, names: dict[str, tuple[str, str]], period: str | None) -> pd.DataFrame:
    """Return a row a county and indicator; where another than the direct estimate enters, a remark says so."""
    import pandas as pd

    k = len(found.indicators)
    shown = np.where(found.hidden, np.nan, found.of_direct("n"))
    other = found.entering.method != "direct"

    def each(texts: list[str]) -> np.ndarray:
        return np.repeat(np.array(texts, dtype=object), k)

    table = pd.DataFrame({
        "unit": each(list(found.counties)),
        "name_zh": each([names.get(code, (code, code))[0] for code in found.counties]),
        "name_en": each([names.get(code, (code, code))[1] for code in found.counties]),
        "indicator": np.tile(np.array(found.indicators, dtype=object), len(found.counties)),
        "value": found.entering.value.ravel(),
        "se": found.se.ravel(),
        "n": shown.ravel(),
        "flag_zh": np.where(other, found.entering.zh, "").ravel(),
        "flag_en": np.where(other, found.entering.en, "").ravel(),
    })  # fmt: skip
    return table if period is None else table.assign(period=period)


def record_files(found: SurveyEstimates, edition: Edition, lang: str = "en") -> dict[str, bytes]:
    """Return the record of the estimates as bytes: what was estimated, and everything that led to it.

    estimates.csv, weights.csv, screening.csv, exclusions.csv where any were left out, modes.csv where
    a telephone survey asked the same questions, callbacks.csv where records were checked, survey.json.
    """
    mark = "utf-8-sig" if lang == "zh" else "utf-8"
    files = {"estimates.csv": found.frame(lang).to_csv(index=False, lineterminator="\n").encode(mark)}
    parts = {
        "weights.csv": {name: weight_table(one) for name, one in found.fielded.items()},
        "screening.csv": {name: one.screening.table(lang) for name, one in found.fielded.items()},
        "exclusions.csv": {
            name: one.log.table(lang) for name, one in found.fielded.items() if one.log is not None
        },
    }  # fmt: skip
    for file, tables in parts.items():
        if tables:
            files[file] = stacked(tables).to_csv(index=False, lineterminator="\n").encode(mark)
    for file, checked in (("modes.csv", mode_table(found, edition)), ("callbacks.csv", callback_table(found))):
        if checked is not None:
            files[file] = checked.to_csv(index=False, lineterminator="\n").encode(mark)
    record = {
        "edition": edition.name,
        "simulated": is_simulated(found),
        "rule": found.rule.model_dump(mode="json", exclude={"answers", "frame", "margins"}),
        "questionnaires": {name: _account(one, lang) for name, one in found.fielded.items()},
        "entering": {
            code: {
                how: int((found.entering.method[:, j] == how).sum()) for how in ("direct", "EBLUP", "synthetic", "none")
            }
            for j, code in enumerate(found.indicators)
        },
        "notices": [notice[lang != "zh"] for notice in found.notices],
        "inputs": _inputs(found),
        "outputs": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    files["survey.json"] = (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    return files


def weight_table(one: Fielded) -> pd.DataFrame:
    """Return a row a selected person: line of the file, base weight, the factor of each step, final weight."""
    table = one.weights.frame
    table.insert(0, "line", one.answers.lines)
    return table


def stacked(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return tables of several questionnaires as one, the questionnaire first."""
    import pandas as pd

    parts = []
    for name, table in tables.items():
        own = table.copy()
        own.insert(0, "survey", name)
        parts.append(own)
    return pd.concat(parts, ignore_index=True)


def _account(one: Fielded, lang: str) -> dict[str, object]:
    rates = one.rates
    summary = one.weights.summary
    return {
        "version": one.form.questionnaire.version,
        "selected": len(one.answers),
        "interviews": int((one.category <= 1).sum()),
        "excluded": None if one.log is None else len(one.log),
        "exclusion_rule": None if one.log is None else one.log.rule.words(lang),
        "rr2": rates.rr2,
        "deff_weights": float(summary["deff"].iloc[-1]),
        "notes": [note.text(lang) for note in one.weights.notes],
    }


def _inputs(found: SurveyEstimates) -> dict[str, str]:
    return {line.name: line.sha256 for one in found.fielded.values() for line in one.answers.lineage}


def _how(found: SurveyEstimates, lang: str) -> str:
    rule = found.rule
    left_out = sum(len(one.log) for one in found.fielded.values() if one.log is not None)
    if lang == "zh":
        enters = {
            "direct": "直接估计",
            "eblup": "小区域估计",
            "composite": f"有效样本量{rule.n_eff:g}以上取直接估计，其余取小区域估计",
        }
        return f"由答卷估计，剔除{left_out}份；进入排名的为{enters[rule.enters]}；协方差见covariance.parquet。"
    enters = {
        "direct": "the direct estimate",
        "eblup": "the small-area estimate",
        "composite": f"the direct one from an effective sample of {rule.n_eff:g} on, else the small-area one",
    }
    return (
        f"Estimated from answers, {left_out} left out; what enters the ranking is {enters[rule.enters]}; "
        "covariances in covariance.parquet."
    )


def _day(found: SurveyEstimates) -> dt.date:
    """Return the last day of fieldwork that any questionnaire states: the estimates are of then."""
    days = [one.form.fieldwork.end for one in found.fielded.values() if one.form.fieldwork.end is not None]
    return max(days, default=dt.date.today())
