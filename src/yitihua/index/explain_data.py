"""Explain: where a raw value comes from, before any recipe: measures, formula, remarks, evidence, file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yitihua.definitions.levels import origin_label
from yitihua.index.recipe import IndicatorRule, Label
from yitihua.indicators.derive import describe
from yitihua.indicators.facts import published_facts
from yitihua.indicators.origins import Columns, place_of
from yitihua.indicators.table import IndicatorTable

#: Input files named before the rest is only counted.
FILES_SHOWN = 5


@dataclass(frozen=True)
class Step:
    """One step: what it is, how it was done, and the number it gave."""

    stage: Label
    how: Label
    value: float | None
    unit: Label = ("", "")


def or_none(value: float) -> float | None:
    """Return a number, or None where it is missing.

    Examples
    --------
    >>> or_none(float("nan")) is None
    True
    """
    return None if np.isnan(value) else float(value)


def raw_steps(table: IndicatorTable, row: int, rule: IndicatorRule) -> list[Step]:
    """Return the steps from measures to the raw value and its remarks."""
    code, column = rule.code, table.indicators.index(rule.code)
    steps = _definition_steps(table, code) + _city_steps(table, row, code) + _measure_steps(table, row, code)
    assert table.origin is not None
    origin = origin_label(str(table.origin[row, column]) or "missing")
    formula = _formula_words(table, code)
    # A value that was computed stands in no cell; its measures do.
    at = ("", "") if any(formula) else _where(table, table.background.places, code, row)
    zh, en = (
        f"{text}  [{word}]{cell}" if text else f"[{word}]{cell}"
        for text, word, cell in zip(formula, origin, at, strict=True)
    )
    steps.append(Step(("原始值", "raw value"), (zh, en), or_none(float(table.values[row, column])), rule.unit))
    if table.se is not None and np.isfinite(table.se[row, column]):
        steps.append(Step(("标准误", "standard error"), ("", ""), float(table.se[row, column]), rule.unit))
    if table.n is not None and np.isfinite(table.n[row, column]):
        steps.append(Step(("样本量", "respondents"), ("", ""), float(table.n[row, column])))
    steps += [Step(("备注", "remark"), remark, None) for remark in table.flags.get((table.units[row], code), ())]
    least = _least(table, code)
    if least is not None:
        words = (f"分母低于{least:g}时注明，值照用", f"below it the value stands with a remark: {least:g}")
        steps.append(Step(("最小分母", "smallest sound denominator"), words, None))
    return steps


def _formula_words(table: IndicatorTable, code: str) -> Label:
    """Return the formula in words; a run of before 0.1 keeps only the English."""
    formula = table.background.formulas.get(code)
    if code not in table.formulas:
        return "", ""
    return (table.formulas[code],) * 2 if formula is None else (describe(formula, "zh"), describe(formula, "en"))


def _where(table: IndicatorTable, places: Columns, code: str, row: int) -> Label:
    """Return the file and cell a number stood in, and the submission it came with."""
    place = place_of(places, code, row)
    if place is None:
        return "", ""
    file, cell = place
    sent = table.background.submissions[row] if table.background.submissions else ""
    if not sent or file != table.lineage[0].name:
        return f"［{file} {cell}］", f" [{file} {cell}]"
    return f"［{file} {cell}，报送自 {sent}］", f" [{file} {cell}, submitted in {sent}]"


def _least(table: IndicatorTable, code: str) -> float | None:
    formula = table.background.formulas.get(code)
    return None if formula is None else formula.min_denominator


def _definition_steps(table: IndicatorTable, code: str) -> list[Step]:
    words = table.background.indicators.get(code)
    return [Step(("定义", "definition"), words.definition, None)] if words is not None and any(words.definition) else []


def _city_steps(table: IndicatorTable, row: int, code: str) -> list[Step]:
    """Say of a city how its counties were put together."""
    made, column = table.background.made.get(table.units[row]), table.indicators.index(code)
    if made is None:
        return []
    if code in table.formulas:
        return [Step(("市级合成", "a city's"), made[0], None)]
    return [Step(("市级合成", "a city's"), made[1], None)] if np.isfinite(table.values[row, column]) else []


def _measure_steps(table: IndicatorTable, row: int, code: str) -> list[Step]:
    """Return the measures of an indicator with their counting rules, and those of the period before."""
    behind, formula = table.background, table.background.formulas.get(code)
    names = [name for name in table.formula_measures.get(code, ()) if name in table.measures]
    stage = ("原始量", "measure")
    steps = []
    for name in names:
        at = _where(table, behind.places, name, row)
        steps.append(_measure(table, name, float(table.measures[name][row]), stage, at, True))
    if formula is not None and formula.kind == "yoy_change":
        period = behind.before_period or "?"
        stage = (f"上期原始量（{period}）", f"measure of the period before ({period})")
        for name in names:
            if name in behind.before:
                at = _where(table, behind.places_before, name, row)
                steps.append(_measure(table, name, float(behind.before[name][row]), stage, at, False))
    if formula is not None and formula.annualise:
        months = 12.0 if behind.months is None else float(behind.months[row])
        how = ("分子 x 12 / 覆盖月数", "numerator x 12 / months covered")
        steps.append(Step(("覆盖月数", "months covered"), how, or_none(months)))
    return steps


def _measure(table: IndicatorTable, name: str, value: float, stage: Label, at: Label, with_rule: bool) -> Step:
    words = table.background.measures.get(name)
    if words is None:
        return Step(stage, (f"{name}{at[0]}", f"{name}{at[1]}"), or_none(value))
    zh, en = (f"{name} {text}" for text in words.name)
    if with_rule and any(words.rule):
        zh, en = f"{zh}。计数规则：{words.rule[0]}", f"{en}. Counting rule: {words.rule[1]}"
    return Step(stage, (f"{zh}{at[0]}", f"{en}{at[1]}"), or_none(value), words.unit)


def reason_steps(table: IndicatorTable, code: str) -> list[Step]:
    """Return why the goalposts stand where they do."""
    words = table.background.indicators.get(code)
    if words is None or not any(words.reason):
        return []
    return [Step(("目标区间的理由", "why these goalposts"), words.reason, None)]


def evidence_steps(table: IndicatorTable, code: str) -> list[Step]:
    """Return the published facts behind an indicator, by id."""
    words = table.background.indicators.get(code)
    ids = words.evidence if words is not None else ()
    known = published_facts(ids)
    return [Step((f"公开依据{fact}", f"published fact {fact}"), known.get(fact, ("", "")), None) for fact in ids]


def file_steps(table: IndicatorTable, row: int, code: str) -> list[Step]:
    """Return the files a number came from, each with the sha256 of its bytes.

    Where the cells are known these are the files of the cells, and the passports beside them;
    otherwise all inputs of the table.
    """
    if not table.lineage:
        return [Step(("来源文件", "file"), ("内存中给出的表，没有文件", "a table given in memory, no file"), None)]
    behind = table.background
    places = [place_of(behind.places, name, row) for name in (code, *table.formula_measures.get(code, ()))]
    files = {place[0] for place in places if place is not None}
    folders = {file.rpartition("/")[0] for file in files if "/" in file}
    lines = [line for line in table.lineage if line.name in files or line.name.rpartition("/")[0] in folders]
    lines = lines or list(table.lineage)
    steps = []
    for line in lines[:FILES_SHOWN]:
        zh, en = (
            f"{line.name}  sha256 {line.sha256}" + "".join(f"  {text}" for text in (title, line.licence) if text)
            for title in (line.title_zh or line.title, line.title)
        )
        steps.append(Step(("来源文件", "file"), (zh, en), None))
    rest = len(lines) - FILES_SHOWN
    if rest > 0:
        steps.append(Step(("来源文件", "file"), (f"另有{rest}个，见run.json", f"{rest} more, see run.json"), None))
    return steps
