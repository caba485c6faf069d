"""The audit as a document in Markdown, in Chinese or English, and as JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from yitihua.analysis.audit.audit import Audit
from yitihua.analysis.audit.findings import HANDBOOK, STEPS, VERDICTS, Finding
from yitihua.index.scoreboard import Scoreboard
from yitihua.publish.summary import notices
from yitihua.publish.words import weights_words


def audit_document(found: Audit, lang: str = "en") -> str:
    """Return the document: what was audited, the verdicts, the concerns, every step, and the names of codes.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.analysis.audit.audit import audit
    >>> audit_document(audit(yt.evaluate("asem"))).splitlines()[0]
    '# Statistical audit: ASEM Sustainable Connectivity'
    """
    zh, place = lang == "zh", 0 if lang == "zh" else 1
    title = found.board.recipe.title[place] or found.board.recipe.edition
    lines = [f"# {title}统计审计" if zh else f"# Statistical audit: {title}", ""]
    for notice in notices(found.board, lang):
        lines += [f"> {notice}", ">"]
    lines[-1] = "" if lines[-1] == ">" else lines[-1]
    lines += _opening(found, lang)
    lines += ["## 需关注的事项" if zh else "## Concerns", ""]
    lines += [
        f"- 步骤{f.step}，{f.checked[0]}：{f.words[0]}" if zh else f"- Step {f.step}, {f.checked[1]}: {f.words[1]}"
        for f in found.concerns
    ] or ["无。" if zh else "None."]
    for number, name in enumerate(STEPS, start=1):
        lines += ["", f"## {number}. {name[place]}", ""]
        for finding in (f for f in found.findings if f.step == number):
            lines += _block(finding, lang)
    return "\n".join([*lines, *_codes(found, lang)]) + "\n"


def _opening(found: Audit, lang: str) -> list[str]:
    board, counts = found.board, found.counts
    recipe, weights = board.recipe, weights_words(board.recipe, lang)
    units, codes, checks = len(board.table.units), len(recipe.codes), len(found.findings)
    if lang == "zh":
        period = f"，时期{recipe.period}" if recipe.period else ""
        return [
            f"评价版本{recipe.edition}{period}，{units}个单位，{codes}个指标，权重：{weights}。",
            "",
            f"共检查{checks}项：通过{counts['pass']}项，关注{counts['concern']}项，说明{counts['note']}项。"
            "“关注”指超过所列界限，应当说明理由或改进，不等于错误；“说明”指没有公认界限的数字。",
            "",
            f"步骤依据：{HANDBOOK}。",
            "",
        ]
    period = f", period {recipe.period}" if recipe.period else ""
    return [
        f"Edition {recipe.edition}{period}, {units} units, {codes} indicators, weights: {weights}.",
        "",
        f"{checks} checks: {counts['pass']} pass, {counts['concern']} concerns, {counts['note']} notes. "
        "A concern passes a threshold and wants a reason or an improvement, it need not be an error; "
        "a note is a figure without an agreed threshold.",
        "",
        f"Order of steps: {HANDBOOK}.",
        "",
    ]


def _block(finding: Finding, lang: str) -> list[str]:
    place = 0 if lang == "zh" else 1
    verdict, threshold, words = VERDICTS[finding.verdict][place], finding.threshold[place], finding.words[place]
    source = "" if finding.source[place] == "-" else finding.source[place]
    figure = "" if finding.figure[place] == "-" else finding.figure[place]
    if lang == "zh":
        return [
            f"- **{finding.checked[0]}**" + (f"：{figure}" if figure else ""),
            f"  - 界限：{threshold}" + (f"（{source}）" if source else ""),
            f"  - **{verdict}**：{words}",
        ]
    return [
        f"- **{finding.checked[1]}**" + (f": {figure}" if figure else ""),
        f"  - threshold: {threshold}" + (f" ({source})" if source else ""),
        f"  - **{verdict}**: {words}",
    ]


def _codes(found: Audit, lang: str) -> list[str]:
    """Return the names of the indicators and nodes that the findings mention, in the order of the tree."""
    zh, recipe = lang == "zh", found.board.recipe
    mentioned = named_codes(found.board, [text for f in found.findings for text in (f.figure[1], f.words[1])])
    if not mentioned:
        return []
    colon = "：" if zh else ": "
    names = [f"- {code}{colon}{recipe.labels[code][0 if zh else 1]}" for code in mentioned]
    return ["", "## 文中代码" if zh else "## Codes in this document", "", *names]


def named_codes(board: Scoreboard, texts: Sequence[str]) -> list[str]:
    """Return the codes of a board that texts mention as whole words and that do not name themselves, nodes first.

    Examples
    --------
    >>> import yitihua as yt
    >>> named_codes(yt.evaluate("hdi"), ["first in health, then education", "healthy"])
    ['health', 'education']
    """
    recipe = board.recipe
    words = {word for text in texts for word in re.findall(r"[^\s,;:、，；：()（）–]+", text)}
    nodes = [recipe.root.code, *(child for node in reversed(recipe.nodes) for child in node.children)]
    codes = [*(code for code in nodes if code not in recipe.codes), *recipe.codes]
    return [code for code in codes if code in words and recipe.labels[code] != (code, code)]


def audit_dict(found: Audit, lang: str = "en") -> dict[str, Any]:
    """Return the audit for machines: facts, counts, and every finding in both languages."""
    board = found.board
    return {
        "edition": board.recipe.edition,
        "period": board.recipe.period,
        "units": len(board.table.units),
        "simulated": board.table.simulated or board.recipe.simulated,
        "notices": notices(board, lang),
        "counts": dict(found.counts),
        "findings": [asdict(finding) for finding in found.findings],
    }
