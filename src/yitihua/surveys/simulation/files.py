"""A simulated province as files: a project folder of datasets, each with its passport."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from yitihua.definitions import load_edition
from yitihua.definitions.edition import Edition
from yitihua.definitions.passport import (
    Column,
    CovarianceInfo,
    DatasetInfo,
    FileInfo,
    Passport,
    PlantedFault,
    sha256_of,
)
from yitihua.definitions.passport_text import passport_text
from yitihua.definitions.text import Text
from yitihua.indicators.covariance_file import write_covariance
from yitihua.indicators.parquet import Spool, write_parquet
from yitihua.indicators.simulate import PERIODS, Province
from yitihua.indicators.simulation import faults
from yitihua.surveys.direct import Plain, estimates, joined
from yitihua.surveys.simulate import COUNTIES_A_BATCH, in_batches, typical_estimates

if TYPE_CHECKING:
    import pandas as pd

EDITION = "zhejiang-2022"
NOW = PERIODS[-1]
COVARIANCE = "covariance.parquet"
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
    "record": "text", "record_month": "month of the year",
    "start": "date", "device": "code", "disposition": "text", "weight": "residents, firms or records a respondent",
    "town": "number of the town within the county", "duration": "seconds", "interviewer": "number within the county",
    "survey": "text", "stage": "1 or 2", "units": "communities, residents, firms or records",
    "selected": "communities, residents, firms or records",
    "variable": "text", "level": "code", "total": "residents or firms",
}  # fmt: skip
#: What a reader of answers has to know of columns that are no questions.
LABELS = {
    "stratum": ("抽样层", "stratum it was drawn in"),
    "psu": (
        "初级抽样单元：群众为社区，其余为本人或本户",
        "primary sampling unit: community of citizens, else the unit itself",
    ),
    "mode": ("填答方式", "how it was answered: web, face to face, telephone"),
    "weight": ("设计权重，未作无应答调整", "inverse of the selection probability; no adjustment for non-response"),
    "disposition": (
        "结果（AAPOR编码）：完成complete 1.1，部分partial 1.2，拒访refusal 2.1，未联系上not reached 2.2，"
        "不合格not eligible 4.0",
        "AAPOR outcome: complete 1.1, partial 1.2, refusal 2.1, not reached 2.2, not eligible 4.0",
    ),
    "device": ("设备摘要，仅网络答卷", "digest of the device, web only"),
    "interviewer": ("访问员，网络答卷为空", "interviewer; empty on the web"),
    "record": ("回访的记录：案件或问题，仅B部分", "the record called about: case or problem, part B only"),
    "record_month": ("该记录的月份，仅B部分", "month of that record, part B only"),
    "part": ("A居民，B记录回访", "A residents, B call-backs of records"),
}


@dataclass(frozen=True, slots=True)
class Made:
    """One dataset to be written: what its columns are, what was planted."""

    suffix: str
    columns: dict[str, Column]
    layout: Literal["wide", "reference"] = "reference"
    faults: tuple[PlantedFault, ...] = ()


def write_province(province: Province, root: Path, surveys: bool = True, counties: int = COUNTIES_A_BATCH) -> list[str]:
    """Write a simulated province as a project folder; return the names of its datasets.

    Parameters
    ----------
    province : Province
        From `simulate_measures`.
    root : Path
        An existing folder.
    surveys : bool
        Whether to simulate respondents. Without, survey values are truth plus an error of the usual size.
    counties : int
        How many are in memory at a time; the files do not depend on it.
    """
    edition = load_edition(EDITION)
    base = f"{'zhejiang' if len(province.units) <= ZHEJIANG_UNITS else 'china'}-{NOW}-simulated"
    names: list[str] = []

    def folder_of(suffix: str) -> Path:
        names.append(f"{base}-{suffix}" if suffix else base)
        folder = root / "data" / names[-1]
        folder.mkdir(parents=True)
        return folder

    with Spool(root) as spool:
        planted: Counter[tuple[str, str]] = Counter()
        if surveys:
            found = {period: _spooled(province, period, edition, counties, spool, planted) for period in PERIODS}
        else:
            found = {period: typical_estimates(province, period) for period in PERIODS}
        rows = scored_rows(province, found)
        scored = Made("", scored_columns(edition, list(rows[0])), "wide")
        folder = folder_of("")
        file = folder / f"{names[-1].replace('-', '_')}.parquet"
        write_parquet(scored_table(rows, scored.columns), file)
        write_covariance(found[NOW].covariance, folder / COVARIANCE)
        _write_passport(scored, folder, file, province)
        if len(rows) >= 2 * faults.NEEDED:
            spoilt, listed = faults.plant(rows, NOW)
            folder = folder_of("faulty")
            # Text in the cells of numbers, as in what offices send: only CSV can hold that.
            file = folder / f"{names[-1].replace('-', '_')}.csv"
            file.write_text(csv_text(spoilt), encoding="utf-8", newline="")
            _write_passport(Made("faulty", scored.columns, "wide", listed), folder, file, province)
        for suffix, header in spool.tables().items():
            columns = {name: _column(edition, name, suffix) for name in header}
            of_answers = tuple(
                _among_answers(kind, count)
                for (survey, kind), count in sorted(planted.items())
                if survey == suffix and count
            )
            folder = folder_of(suffix)
            file = folder / f"{names[-1].replace('-', '_')}.parquet"
            spool.write(suffix, file)
            _write_passport(Made(suffix, columns, faults=of_answers), folder, file, province)
    text = (
        "# 模拟数据，不得作为任何县的评价结论。SIMULATED: nothing may be concluded about any county.\n"
        f'edition = "{EDITION}"\ndata = "{base}"\nperiod = "{NOW}"\n'
    )
    if surveys:
        answers = "".join(f'{name} = "{base}-{name}"\n' for name in edition.questionnaires if f"{base}-{name}" in names)
        text += f'frame = "{base}-frame"\nmargins = "{base}-margins"\n\n[answers]\n{answers}'
    (root / "project.toml").write_text(text, encoding="utf-8")
    return names


def _spooled(
    province: Province,
    period: str,
    edition: Edition,
    counties: int,
    spool: Spool,
    planted: Counter[tuple[str, str]],
) -> Plain:
    """Return the estimates of one year; this year's answers go to the spool, county by county."""
    pieces: list[Plain] = []
    for made in in_batches(province, period, counties):
        codes = tuple(made.truth["county"])
        pieces.append(estimates(made.answers, edition.questionnaires, codes))
        if period != NOW:
            continue
        for survey, table in (*made.answers.items(), *made.others.items()):
            spool.add(survey, table)
        for survey, kinds in made.planted.items():
            planted.update({(survey, kind): count for kind, count in kinds.items()})
    return joined(pieces)


#: What the field does to answers, by kind: how it is done and where it shows.
BLEMISHES = {
    "one-answer-throughout": (
        "粗心：{n}人对一组题全选同一答案，用时约为常人四分之一", "{n} careless people tick one answer throughout, fast",
    ),
    "answered-twice": ("{n}份网络答卷4分钟后从同一设备重交", "{n} web forms sent again by one device, 4 minutes later"),
    "broken-off": ("{n}人中途退出，其后各题为空", "{n} people break off; later answers are empty"),
    "skipped-question": ("{n}处漏答（应答而空）", "{n} questions skipped that should have an answer"),
}  # fmt: skip
SHOWN_IN = {"one-answer-throughout": "duration", "answered-twice": "device", "broken-off": "disposition"}
MANY = "*"


def _among_answers(kind: str, count: int) -> PlantedFault:
    zh, en = (text.format(n=count) for text in BLEMISHES[kind])
    return PlantedFault(
        unit=MANY, column=SHOWN_IN.get(kind, MANY), kind=kind, description=Text(zh=zh, en=en), refused=False
    )


def scored_rows(province: Province, found: Mapping[str, Plain]) -> list[dict[str, str]]:
    """Return the table that is scored, a row a unit and period: names, measures, estimates with se and n."""
    units = province.units
    rows = []
    for period in PERIODS:
        columns: dict[str, list[str]] = {
            name: _numbers(values, 0) for name, values in province.measures[period].items()
        }
        for code, estimate in found[period].by.items():
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


def scored_table(rows: list[dict[str, str]], columns: Mapping[str, Column]) -> pd.DataFrame:
    """Return the table that is scored with numbers as numbers: whole ones for measures and respondents."""
    import pandas as pd

    table = pd.DataFrame(rows)
    kinds: dict[str, Literal["Int64", "Float64"]] = {
        "measure": "Int64",
        "n": "Int64",
        "value": "Float64",
        "se": "Float64",
    }
    for name, column in columns.items():
        if column.role in kinds:
            numbers = table[name].map(lambda cell: float(cell) if cell else None)
            table[name] = pd.array(numbers.tolist(), dtype=kinds[column.role])
    return table


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
    unit = UNITS.get(name, "code of the answer")
    if form is None or name not in LABELS:
        return Column(role="context", unit=unit)
    zh, en = LABELS[name]
    return Column(role="context", unit=unit, label=Text(zh=zh, en=en))


def _write_passport(made: Made, folder: Path, file: Path, province: Province) -> None:
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
    beside = file.with_name(COVARIANCE)
    covariance = CovarianceInfo(name=COVARIANCE, sha256=sha256_of(beside), period=NOW) if beside.is_file() else None
    return Passport(dataset=info, file=layout, covariance=covariance, columns=made.columns, faults=made.faults)
