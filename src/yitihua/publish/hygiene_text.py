"""The hygiene of data in words: what was looked at, then every flag with what to ask."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from yitihua.indicators.hygiene.report import CHECKS, STRENGTHS, HygieneReport
from yitihua.indicators.table import IndicatorTable

#: Units named in a line; the table names all.
_SHOWN = 6


def hygiene_document(found: HygieneReport, title: tuple[str, str], lang: str = "en") -> str:
    """Return the report as Markdown.

    Parameters
    ----------
    found : HygieneReport
    title : (str, str)
        Of the edition.
    lang : {"en", "zh"}

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.indicators.hygiene.report import hygiene
    >>> hdi = yt.load_edition("hdi")
    >>> hygiene_document(hygiene(yt.read_table(hdi), hdi), ("", "HDI")).splitlines()[0]
    '# Hygiene of the data: HDI'
    """
    zh, which = lang == "zh", 0 if lang == "zh" else 1
    lines = [f"# {title[0]}数据质量核查" if zh else f"# Hygiene of the data: {title[1]}", ""]
    if found.table.simulated:
        said = "模拟数据：不得作为结论引用。" if zh else "SIMULATED values 模拟: no finding may be drawn."
        lines += [f"> {said}", ""]
    lines += [
        "以下是线索，不是结论；没有改动任何数据。“明显”指：有概率模型的各项核查，偶然情况下各约一百份报告出现一次；"
        "跳变没有概率模型，指超过界限。“留意”指值得一问。"
        if zh
        else "These are leads, not verdicts; no value was changed. Strong: each check with a chance model gives one by "
        "chance in about a hundred reports; jumps, which have none, pass a threshold. Look: worth a question.",
        "",
    ]
    for check, (name, about) in CHECKS.items():
        flags = [flag for flag in found.flags if flag.check == check]
        tests = found.tests[check]
        if zh:
            said = f"检查{tests}{about[0]}，{len(flags)}处线索" if tests else "数据不具备检查条件"
        else:
            said = (
                f"{tests} {about[1]} looked at, {len(flags)} flagged" if tests else "the data do not allow this check"
            )
        lines += [f"## {name[which]}", "", f"{said}{'。' if zh else '.'}", ""]
        for flag in flags:
            ask = f"　问：{flag.ask[0]}" if zh else f" Ask: {flag.ask[1]}"
            p = "" if flag.adjusted is None else _p(flag.adjusted, lang)
            seen = flag.seen[which] + ("。" if zh else ".")
            lines.append(f"- **{STRENGTHS[flag.strength][which]}** {seen}{p}{_who(found.table, flag.units, lang)}{ask}")
        lines += [""] if flags else []
    return "\n".join(lines).rstrip() + "\n"


def _p(p: float, lang: str) -> str:
    shown = "<0.001" if p < 0.001 else f"={p:.3f}"
    return f"（校正后p{shown}）" if lang == "zh" else f" (adjusted p{shown})"


def _who(table: IndicatorTable, units: tuple[str, ...], lang: str) -> str:
    """Return names of the units that the sentence gives by code."""
    if not units:
        return ""
    place = {unit: row for row, unit in enumerate(table.units)}
    names = [table.name_of(place[unit], lang) for unit in units[:_SHOWN]]
    more = len(units) - len(names)
    if lang == "zh":
        return f"（{'、'.join(names)}{f'等{len(units)}个' if more else ''}）"
    return f" ({', '.join(names)}{f' and {more} more' if more else ''})"


def hygiene_dict(found: HygieneReport) -> dict[str, Any]:
    """Return the report for machines: tests by check, and every flag in both languages."""
    return {
        "period": found.table.period,
        "units": len(found.table.units),
        "simulated": found.table.simulated,
        "tests": dict(found.tests),
        "flags": [asdict(flag) for flag in found.flags],
    }
