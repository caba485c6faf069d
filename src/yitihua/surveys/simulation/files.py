"""A simulated province as files: a project folder of datasets, each with its passport."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from yitihua.definitions import load_edition
from yitihua.definitions.edition import Edition
from yitihua.definitions.passport import Column, DatasetInfo, FileInfo, Passport, PlantedFault, sha256_of
from yitihua.definitions.passport_text import passport_text
from yitihua.definitions.text import Text
from yitihua.indicators.parquet import write_parquet
from yitihua.indicators.simulate import PERIODS, Province
from yitihua.indicators.simulation import faults
from yitihua.surveys.direct import Direct, estimates
from yitihua.surveys.simulate import Surveys, simulate_surveys, typical_estimates

if TYPE_CHECKING:
    import pandas as pd

EDITION = "zhejiang-2022"
NOW = PERIODS[-1]
#: A county-level unit of a province this large or smaller is called by the province's name.
ZHEJIANG_UNITS = 90

TITLES = {
    "": ("72项原始量和问卷估计值，两年", "72 measures and survey estimates, two years"),
    "faulty": ("含有常见填报错误的一份", "the same with faults that real submissions have"),
    "citizens": ("群众问卷的答卷", "answers to the citizens' questionnaire"),
    "enterprises": ("企业问卷的答卷", "answers to the enterprises' questionnaire"),
    "telephone": ("电话抽查的答卷", "answers to the telephone spot check"),
    "post-check": ("检查后评价", "ratings after checks"),
    "frame": ("抽样框：各层单位数和抽取数", "sampling frame: units and selections by stratum"),
    "margins": ("总体边缘分布", "population margins"),
    "truth": ("各县真值（模拟所用）", "true means behind the simulated answers"),
}
UNITS = {
    "respondent": "code", "county": "code", "stratum": "text", "psu": "code", "mode": "text", "part": "text",
    "start": "date", "device": "code", "disposition": "text", "weight": "residents, firms or records a respondent",
    "town": "number of the town within the county", "duration": "seconds", "interviewer": "number within the county",
    "survey": "text", "stage": "1 or 2", "units": "communities, residents, firms or records",
    "selected": "communities, residents, firms or records",
    "variable": "text", "level": "code", "total": "residents or firms",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """One dataset to be written: a table, what its columns are, what was planted."""

    suffix: str
    table: pd.DataFrame | str
    columns: dict[str, Column]
    layout: Literal["wide", "reference"] = "reference"
    faults: tuple[PlantedFault, ...] = ()


def write_province(province: Province, root: Path, surveys: bool = True) -> list[str]:
    """Write a simulated province as a project folder; return the names of its datasets.

    Parameters
    ----------
    province : Province
        From `simulate_measures`.
    root : Path
        An existing folder.
    surveys : bool
        Whether to simulate respondents. Without, survey values are truth plus an error of the usual size.
    """
    edition = load_edition(EDITION)
    base = f"{'zhejiang' if len(province.units) <= ZHEJIANG_UNITS else 'china'}-{NOW}-simulated"
    names = []
    for made in _datasets(province, edition, surveys):
        name = f"{base}-{made.suffix}" if made.suffix else base
        _write(made, root / "data" / name, name, province)
        names.append(name)
    text = (
        "# 模拟数据，不得作为任何县的评价结论。SIMULATED: nothing may be concluded about any county.\n"
        f'edition = "{EDITION}"\ndata = "{base}"\nperiod = "{NOW}"\n'
    )
    (root / "project.toml").write_text(text, encoding="utf-8")
    return names


def _datasets(province: Province, edition: Edition, surveys: bool) -> Iterator[Made]:
    made: Surveys | None = None
    found = {}
    for period in PERIODS:  # this year last: its answers are written
        if surveys:
            made = None  # at national size two years of answers at once would fill the memory
            made = simulate_surveys(province, period)
            found[period] = estimates(made.answers, edition.questionnaires, province.units.codes)
        else:
            found[period] = typical_estimates(province, period)
    rows = scored_rows(province, found)
    columns = scored_columns(edition, list(rows[0]))
    yield Made("", csv_text(rows), columns, "wide")
    if len(rows) >= 2 * faults.NEEDED:
        spoilt, planted = faults.plant(rows, NOW)
        yield Made("faulty", csv_text(spoilt), columns, "wide", planted)
    if made is None:
        return
    for survey, table in made.answers.items():
        yield Made(survey, table, answer_columns(edition, survey, table))
    for suffix, table in (("frame", made.frame), ("margins", made.margins), ("truth", made.truth)):
        yield Made(suffix, table, {name: _column(edition, name, suffix) for name in table.columns})


def scored_rows(province: Province, found: Mapping[str, Mapping[str, Direct]]) -> list[dict[str, str]]:
    """Return the table that is scored, a row a unit and period: names, measures, estimates with se and n."""
    units = province.units
    rows = []
    for period in PERIODS:
        columns: dict[str, list[str]] = {
            name: _numbers(values, 0) for name, values in province.measures[period].items()
        }
        for code, estimate in found[period].items():
            columns[code] = _numbers(estimate.mean, 2)
            columns[f"{code}_se"] = _numbers(estimate.se, 3)
            columns[f"{code}_n"] = _numbers(estimate.n.astype(float), 0)
        for i, code in enumerate(units.codes):
            head = {"unit": code, "name_zh": units.names_zh[i], "name_en": units.names_en[i]}
            head |= {"level": "county", "period": period}
            rows.append(head | {name: column[i] for name, column in columns.items()})
    return rows


def _numbers(values: np.ndarray, digits: int) -> list[str]:
    return ["" if value != value else f"{value:.{digits}f}" for value in values.tolist()]


def csv_text(rows: list[dict[str, str]]) -> str:
    """Return rows as CSV text with a header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def scored_columns(edition: Edition, header: list[str]) -> dict[str, Column]:
    """Return the passport's columns of the table that is scored."""
    fixed = {
        "unit": Column(role="unit", unit="code"), "name_zh": Column(role="name_zh", unit="text"),
        "name_en": Column(role="name_en", unit="text"), "level": Column(role="level", unit="text"),
        "period": Column(role="period", unit="date"),
    }  # fmt: skip
    columns = {}
    for name in header:
        code = name.removesuffix("_se").removesuffix("_n")
        if name in fixed:
            columns[name] = fixed[name]
        elif name in edition.measures:
            columns[name] = Column(role="measure", unit=edition.measures[name].unit.en)
        elif name == code:
            columns[name] = Column(role="value", unit=edition.indicators[code].unit.en)
        elif name.endswith("_se"):
            columns[name] = Column(role="se", unit=edition.indicators[code].unit.en, of=code)
        else:
            columns[name] = Column(role="n", unit="respondents", of=code)
    return columns


def answer_columns(edition: Edition, survey: str, table: pd.DataFrame) -> dict[str, Column]:
    """Return the passport's columns of a table of answers; items are codes of the questionnaire."""
    return {name: _column(edition, name, survey) for name in table.columns}


def _column(edition: Edition, name: str, suffix: str) -> Column:
    if name == "county":
        return Column(role="unit", unit="code")
    form = edition.questionnaires.get(suffix)
    if form is not None and name in form.items:
        item = form.items[name]
        numeric = form.scales[item.scale].kind == "numeric"
        return Column(role="context", unit="times" if numeric else "code of the answer", label=item.text)
    if name in edition.indicators:
        return Column(role="context", unit=edition.indicators[name].unit.en)
    return Column(role="context", unit=UNITS.get(name, "code of the answer"))


def _write(made: Made, folder: Path, name: str, province: Province) -> None:
    folder.mkdir(parents=True)
    kind = "csv" if isinstance(made.table, str) else "parquet"
    file = folder / f"{name.replace('-', '_')}.{kind}"
    if isinstance(made.table, str):
        file.write_text(made.table, encoding="utf-8", newline="")
    else:
        write_parquet(made.table, file)
    text = passport_text(_passport(made, file, province))
    (folder / "passport.toml").write_text(text, encoding="utf-8", newline="")


def _passport(made: Made, file: Path, province: Province) -> Passport:
    zh, en = TITLES[made.suffix]
    count = len(province.units)
    description = Text(
        zh=f"县名、代码、2020年人口和镇街数为真，其余全部为模拟（种子{province.seed}），用于学习和测试，不得作为任何县的评价结论。",
        en=f"Names, codes, the 2020 population and towns are real, all else is simulated (seed {province.seed}), "
        "for learning and tests; nothing may be concluded about any county.",
    )
    info = DatasetInfo(
        title=Text(zh=f"模拟数据：{count}个县级单位，{zh}", en=f"SIMULATED: {count} county-level units, {en}"),
        description=description, producer="yitihua simulate", citation="simulated for this project, not observed",
        licence="MIT", date=dt.date(int(NOW), 12, 31), edition=EDITION, origin="simulated", simulated=True,
    )  # fmt: skip
    source = f"yitihua simulate --seed {province.seed}, from zhejiang-2022-calibration and its scales"
    layout = FileInfo(name=file.name, sha256=sha256_of(file), layout=made.layout, derived_from=source)
    return Passport(dataset=info, file=layout, columns=made.columns, faults=made.faults)
