"""Records in words: what was read, what was rejected, what was counted, and where typed numbers differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.records import RecordBook
from yitihua.index.explain_data import Step
from yitihua.indicators.records.reconcile import STATES, Difference
from yitihua.indicators.records.rejects import NOTES, REASONS, REPLACED, Rejects
from yitihua.publish.records_files import number

if TYPE_CHECKING:
    from yitihua.indicators.records.measuring import Behind, Counted
    from yitihua.indicators.records.store import FileRead

#: Differences, ids and counties that are printed; files hold all.
SHOWN = 10


def notice(simulated: bool, lang: str) -> list[str]:
    """Return the line that says that records are simulated."""
    if not simulated:
        return []
    return ["模拟记录：不得作为任何县的结论。" if lang == "zh" else "SIMULATED records 模拟: no finding may be drawn."]


def checked_text(
    files: Sequence[FileRead], rejects: Rejects, skipped: Sequence[tuple[str, str]], unknown: Sequence[str],
    book: RecordBook, lang: str,
) -> str:  # fmt: skip
    """Return what was read and what was rejected, by type and reason."""
    zh, which = lang == "zh", 0 if lang == "zh" else 1
    lines = []
    for kind, schema in book.types.items():
        read = rejects.read[kind]
        if not read:
            continue
        name = schema.record.name.get(lang)
        encodings = sorted({file.encoding for file in files if file.kind == kind})
        bad = rejects.of(kind)
        share = f"{rejects.share(kind):.2%}"
        of_files = (f"（{'、'.join(encodings)}）" if zh else f" ({', '.join(encodings)})") if encodings else ""
        lines.append(
            f"{name}：{read:,}条{of_files}，未通过{bad:,}条，{share}"
            if zh
            else f"{name}: {read:,} records{of_files}, {bad:,} rejected, {share}"
        )
        for of, reason, count in rejects.summary():
            if of == kind:
                words = (REASONS | NOTES)[reason][which]
                note = ("（不计入未通过）" if zh else " (not counted as rejected)") if reason in REPLACED else ""
                lines.append(f"    {words}{'：' if zh else ': '}{count:,}{note}")
    for file, reason in skipped:
        lines.append(f"无法读取 {file}：{reason}" if zh else f"cannot be read: {file}: {reason}")
    if unknown:
        names = ", ".join(unknown[:SHOWN]) + (", …" if len(unknown) > SHOWN else "")
        lines.append(f"不属于任何记录类型的文件：{names}" if zh else f"files of no known type: {names}")
    return "\n".join(lines)


def counted_text(counted: Counted, edition: Edition, book: RecordBook, lang: str) -> str:
    """Return how many measures were counted, of whom, and what is missing and why."""
    zh = lang == "zh"
    known = [name for name, values in counted.values.items() if np.isfinite(values).any()]
    periods = ", ".join(period.name for period in counted.periods)
    every = len(book.counts)
    lines = [
        f"已计数：{every}项原始量中的{len(known)}项，{len(counted.counties)}个单位，{periods}"
        if zh
        else f"Counted: {len(known)} of {every} measures, {len(counted.counties)} units, {periods}"
    ]
    for kind in sorted({kind for kinds in counted.absent.values() for kind in kinds}):
        without = [name for name, kinds in counted.absent.items() if kind in kinds]
        name = book.types[kind].record.name.get(lang)
        listed = ", ".join(without[:4]) + (", …" if len(without) > 4 else "")
        what = ("表" if zh else "table") if counted.where else ("文件" if zh else "file")
        lines.append(f"没有“{name}”{what}，缺{len(without)}项：{listed}" if zh
                     else f"no {what} of {name}: {len(without)} measures missing: {listed}")  # fmt: skip
    for kind, counties in counted.silent.items():
        if counties:
            name = book.types[kind].record.name.get(lang)
            who = "、".join(counted.names[c][0] for c in counties[:SHOWN]) if zh else ", ".join(counties[:SHOWN])
            more = "……" if len(counties) > SHOWN else ""
            lines.append(
                f"没有任何“{name}”记录、按缺失处理的单位（{len(counties)}个）：{who}{more}"
                if zh
                else f"{len(counties)} units without any {name}, counted as missing: {who}{more}"
            )
    return "\n".join(lines)


def differences_text(differences: Sequence[Difference], edition: Edition, lang: str) -> str:
    """Return the largest differences between typed and counted measures."""
    zh, which = lang == "zh", 0 if lang == "zh" else 1
    many = {state: sum(d.state == state for d in differences) for state in STATES}
    words = [f"{STATES[state][which]} {count:,}" for state, count in many.items() if count]
    lines = [("填报数与计数：" if zh else "Typed and counted: ") + ("，" if zh else ", ").join(words)]
    largest = [d for d in differences if d.state == "differs"][:SHOWN]
    if largest:
        lines.append("差异最大的（填报 / 计数）：" if zh else "The largest differences (typed / counted):")
    for d in largest:
        name = edition.measures[d.measure].name.get(lang)
        relative = "" if not np.isfinite(d.relative) else f"  {d.relative:+.1%}"
        lines.append(
            f"    {d.unit} {d.name} {d.period} {d.measure} {name}: {number(d.typed)} / {number(d.counted)}{relative}"
        )
    return "\n".join(lines)


#: Records that an explanation names one by one.
NAMED = 20


def counted_steps(
    measures: Sequence[str], said: Mapping[str, Any], unit: str, period: str, folder: str, behind: Mapping[str, Behind]
) -> list[Step]:
    """Return how the measures of an indicator were counted: from which records, by which query, and by which rows.

    Parameters
    ----------
    measures : sequence of str
        Those of the indicator.
    said : mapping
        The account that stands beside the counted measures, or {} where only the records are at hand.
    unit, period : str
        Whose number.
    folder : str
        Where the records are, as the commands that are named take it.
    behind : mapping
        Measure -> its rows, for those who hold the records.
    """
    steps = []
    for measure in measures:
        query = said.get("measures", {}).get(measure)
        if query is not None:
            read = [(kind, said["records"].get(kind, {"read": 0, "rejected": 0})) for kind in query["records"]]
            zh = "、".join(f"{kind} {n['read']:,}条，未通过{n['rejected']:,}条" for kind, n in read)
            en = ", ".join(f"{kind} {n['read']:,} records, {n['rejected']:,} rejected" for kind, n in read)
            command = f"yitihua records rows {folder} {measure} --unit {unit} --period {period}"
            words = (f"{measure}：{zh}。规则：yitihua records sql {measure}；逐条：{command}",
                     f"{measure}: {en}. Its rule: yitihua records sql {measure}; one by one: {command}")  # fmt: skip
            steps.append(Step(("由记录计数", "counted from records"), words, None))
        if measure in behind:
            found = behind[measure]
            ids = ", ".join(key for key, _ in found.rows[:NAMED])
            more = len(found.rows) - NAMED
            words = (f"{measure}：{ids}" + (f"，另有{more:,}条" if more > 0 else ""),
                     f"{measure}: {ids}" + (f", and {more:,} more" if more > 0 else ""))  # fmt: skip
            steps.append(
                Step((f"记录编号（{len(found.rows):,}条）", f"ids of {len(found.rows):,} records"), words, found.value)
            )
    return steps
