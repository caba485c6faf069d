"""The report of a collection: on screen, as a table for Excel, as JSON."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from yitihua.errors import listing
from yitihua.indicators.collecting import Asked, Collected, Line, csv_bytes

STATUS: Final = {
    "collected": ("已汇总", "collected"),
    "faulty": ("有问题", "faulty"),
    "double": ("重复报送", "double"),
    "older": ("较早的一份，未用", "older, not used"),
    "missing": ("未报送", "missing"),
}
#: Notes shown on screen where the table has the rest.
SHOWN: Final = 10
_DATED: Final = {"stated": ("填报日期", "date stated"), "file": ("文件修改日期", "date of the file"), "": ("", "")}


def _pick(words: tuple[str, str], lang: str) -> str:
    return words[0 if lang == "zh" else 1]


def report_lines(lines: list[Line], asked: Asked, lang: str, written: bool = True) -> list[str]:
    """Return the report in words: how many of what, and who; `written` is whether the table was written."""
    zh = lang == "zh"
    count = Counter(line.status for line in lines)
    total = len({line.unit for line in lines if line.unit})
    sent = sum(line.status != "missing" for line in lines)
    expected = len(asked.registry.units) or total
    title = asked.form.title.get(lang)
    out = [
        f"{title}，{asked.period}年：应报{expected}个单位，收到{sent}份。"
        if zh
        else f"{title}, {asked.period}: {expected} units asked, {sent} submissions."
    ]
    if asked.simulated:
        out.append("  模拟数据，不得作为结论引用" if zh else "  SIMULATED 模拟: no finding may be drawn")
    colon = "：" if zh else ": "
    for status, words in STATUS.items():
        who = _counted([_who(line) for line in lines if line.status == status])
        if not who:
            continue
        names = "" if status == "collected" else f"  {listing(who, 10)}"
        shown = words if written or status != "collected" else ("可汇总", "sound")
        out.append(f"  {_pick(shown, lang)}{colon}{count[status]}{names}")
    late = [f"{_who(line)} {line.date} ({_pick(_DATED[line.dated_by], lang)})" for line in lines if line.late]
    if late:
        limit = f"逾期（截止{asked.deadline}）" if zh else f"late (deadline {asked.deadline})"
        out.append(f"  {limit}{colon}{len(late)}  {listing(late, 6)}")
    asked_cells = sum(line.asked for line in lines if line.status == "collected")
    if asked_cells:
        filled = sum(line.filled for line in lines if line.status == "collected") / asked_cells
        out.append(f"  本期数值已填{filled:.0%}" if zh else f"  {filled:.0%} of this period's numbers are filled in")
    out += _notes(lines, lang, written)
    return out


def _notes(lines: list[Line], lang: str, written: bool) -> list[str]:
    """Return what is no fault but should be known; beyond `SHOWN` the table has it, where there is one."""
    zh = lang == "zh"
    notes = [f"    {_who(line)}{'：' if zh else ': '}{_pick(note, lang)}" for line in lines for note in line.notes]
    if not notes:
        return []
    shown = notes[:SHOWN] if written else notes
    title = f"  提示{len(notes)}条：" if zh else f"  {len(notes)} notes:"
    more = [] if shown == notes else ["    其余见collect-report.csv" if zh else "    the rest is in collect-report.csv"]
    return [title, *shown, *more]


def _counted(who: list[str]) -> list[str]:
    """Return names once, with how often they occur."""
    return [name if times == 1 else f"{name}×{times}" for name, times in Counter(who).items()]


def _who(line: Line) -> str:
    return f"{line.unit} {line.name}".strip() or line.file


def report_csv(lines: list[Line], lang: str) -> bytes:
    """Return the report as a table."""
    zh = lang == "zh"
    header = ["单位代码", "名称", "状态", "逾期", "文件", "日期", "日期来源", "已填", "应填", "问题数", "提示"]
    if not zh:
        header = ["unit", "name", "status", "late", "file", "date", "dated_by", "filled", "asked", "faults", "notes"]
    rows = [header]
    for line in lines:
        yes, no = ("是", "否") if zh else ("yes", "no")
        late = "" if line.date is None else (yes if line.late else no)
        date = "" if line.date is None else line.date.isoformat()
        notes = "；".join(note[0] for note in line.notes) if zh else "; ".join(note[1] for note in line.notes)
        rows.append([
            line.unit, line.name, _pick(STATUS[line.status], lang), late, line.file, date,
            _pick(_DATED[line.dated_by], lang), str(line.filled), str(line.asked), str(line.faults), notes,
        ])  # fmt: skip
    return csv_bytes(rows)


def report_dict(outcome: Collected, asked: Asked, lang: str, written: list[str]) -> dict[str, Any]:
    """Return the report for JSON."""
    lines = [
        {
            "unit": line.unit, "name": line.name, "status": line.status, "late": line.late, "file": line.file,
            "date": line.date, "dated_by": line.dated_by, "filled": line.filled, "asked": line.asked,
            "faults": line.faults, "notes": [_pick(note, lang) for note in line.notes],
        }
        for line in outcome.lines
    ]  # fmt: skip
    counts = Counter(line.status for line in outcome.lines)
    faults = [fault.to_dict(lang) for fault in outcome.faults]
    return {"ok": not faults, "period": asked.period, "simulated": asked.simulated, "counts": dict(counts),
            "lines": lines, "faults": faults, "written": written}  # fmt: skip
