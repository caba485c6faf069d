"""Two editions side by side, as lines and as JSON, in Chinese or English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from yitihua.definitions.edition import Edition
from yitihua.definitions.edition_diff import KINDS, SECTIONS, Change, Changed, EditionDiff
from yitihua.index.recipe import Label
from yitihua.publish.change_words import PATH_ZH, value_words
from yitihua.publish.summary import width
from yitihua.publish.words import method_word

KIND_WORDS: Final[dict[str, Label]] = {
    "scores": ("影响得分", "scores"),
    "meaning": ("口径", "meaning"),
    "aside": ("仅视角或未用的权重方案", "views and unused weight sets only"),
    "words": ("仅文字或文件", "words or files only"),
}
SECTION_WORDS: Final[dict[str, Label]] = {
    "nodes": ("节点", "Nodes"),
    "indicators": ("指标", "Indicators"),
    "measures": ("原始量", "Measures"),
    "checklists": ("清单", "Checklists"),
    "views": ("视角", "Views"),
    "questionnaires": ("问卷", "Questionnaires"),
}
_MORE_ZH: Final = {
    "counting_rule": "计数规则", "definition": "定义", "numerator": "分子", "denominator": "分母",
    "multiplier": "乘数", "kind": "类别", "survey": "问卷", "items": "题目", "checklist": "清单", "points": "要点",
    "must": "必备", "text": "内容", "evidence": "依据", "scored_unit": "计分对象", "measures": "原始量",
    "checklists": "清单", "sums": "汇总方式", "reason": "理由", "note": "备注", "short_name": "简称",
    "source": "来源", "record": "记录", "groups": "分组", "aggregate": "合成", "use": "采用", "sets": "方案",
    "node": "节点", "index": "总指数", "nodes": "节点", "levels": "层级", "indicators": "指标", "dataset": "数据集",
    "units": "单位名单", "former": "旧名称", "scope": "范围", "annualise": "年化", "part_of_whole": "部分与整体",
    "min_denominator": "最小分母", "undefined_when": "无定义情形", "quality_measures": "质量核对量",
    "gaming_risk": "可操纵风险", "code": "编码", "replaces": "接替", "statistic": "统计量", "rule": "规则",
    "count": "计数查询", "rows": "行",
}  # fmt: skip
_STAGES: Final = {name: name for name in ("impute", "treat", "normalise", "weights", "aggregate")}
#: Longer values are cut.
LONGEST = 44


def edition_diff_lines(found: EditionDiff, lang: str = "en") -> list[str]:
    """Return what differs between two editions, gravest first.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> from yitihua.definitions.edition_diff import compare_editions
    >>> edition = load_edition("hdi")
    >>> edition_diff_lines(compare_editions(edition, edition))[-1]
    'No definition and no method differs.'
    """
    which = 0 if lang == "zh" else 1
    heads = [("旧版", "old"), ("新版", "new")]
    lines = [
        f"{head[which]}{'：' if which == 0 else ': '}{edition.name}  {edition.title.get(lang)}"
        for head, edition in zip(heads, (found.old, found.new), strict=True)
    ]
    for edition in (found.old, found.new):
        if edition.info.notice is not None and (notice := edition.info.notice.get(lang)) not in lines:
            lines.append(notice)
    if found.is_empty:
        return [*lines, ("定义和方法没有差异。", "No definition and no method differs.")[which]]
    verdict = (
        ("同一数据的得分可能不同。", "The same data may score otherwise.")
        if found.moves_scores
        else ("同一数据的得分不变。", "The same data keep their scores.")
    )
    lines += [verdict[which], "", *_counts(found, lang)]
    for section in ("indicators", *(name for name in SECTIONS if name != "indicators")):
        lines += _section(found, section, lang)
    if found.index:
        title = ("合成方法（index）", "Index file")[which]
        lines += ["", f"{title} ({len(found.index)})", *(f"  {line}" for line in _changes(found.index, lang))]
    return lines


def _counts(found: EditionDiff, lang: str) -> list[str]:
    told = (
        ("新增", "added", found.added["indicators"]),
        ("删去", "dropped", found.dropped["indicators"]),
        ("改定义", "redefined", found.redefined),
        ("换上级", "moved", found.moved),
        ("仅改文字", "words only", found.renamed),
    )
    sizes = f"{len(found.old.indicators)} -> {len(found.new.indicators)}"
    if lang == "zh":
        return [f"指标 {sizes}：" + "，".join(f"{zh}{len(codes)}" for zh, _, codes in told)]
    return [f"indicators {sizes}: " + ", ".join(f"{len(codes)} {en}" for _, en, codes in told)]


def _section(found: EditionDiff, section: str, lang: str) -> list[str]:
    which = 0 if lang == "zh" else 1
    title = SECTION_WORDS[section][which]
    blocks: list[tuple[Label, list[str]]] = [
        (("新增", "added"), [_entry(found, found.new, section, code, lang) for code in found.added[section]]),
        (("删去", "dropped"), [_entry(found, found.old, section, code, lang) for code in found.dropped[section]]),
    ]
    entries = found.of(section)
    worded = [entry for entry in entries if entry.kinds == ("words",)]
    changed: list[str] = []
    for entry in (entry for entry in entries if entry.kinds != ("words",)):
        changed.append(f"{entry.code} {_name(found.new, section, entry.code, lang)}".rstrip())
        changed += [f"  {line}" for line in _changes(entry.changes, lang)]
    blocks.append((("改动", "changed"), changed))
    blocks.append((("仅改文字", "words only"), [_worded(entry, lang) for entry in worded]))
    counts = [len(found.added[section]), len(found.dropped[section]), len(entries) - len(worded), len(worded)]
    lines: list[str] = []
    for (words, content), count in zip(blocks, counts, strict=True):
        if content:
            lines += [
                "",
                f"{title}{' · ' if which == 0 else ', '}{words[which]} ({count})",
                *(f"  {x}" for x in content),
            ]
    return lines


def _entry(found: EditionDiff, edition: Edition, section: str, code: str, lang: str) -> str:
    line = f"{code} {_name(edition, section, code, lang)}".rstrip()
    for one in found.succeeded if section == "indicators" else ():
        if code == one.new:
            how = (("接替", "succeeds"), ("疑接替", "seems to succeed"))[not one.stated]
            why = ("", "") if one.stated else ("，公式相同", ", same formula")
            which = 0 if lang == "zh" else 1
            line += f"（{how[0]}{one.old}{why[0]}）" if which == 0 else f" ({how[1]} {one.old}{why[1]})"
    return line


def _worded(entry: Changed, lang: str) -> str:
    paths = ("、" if lang == "zh" else ", ").join(_path(change.path, lang) for change in entry.changes)
    return f"{entry.code}: {paths}"


def _name(edition: Edition, section: str, code: str, lang: str) -> str:
    name = getattr(getattr(edition, section)[code], "name", None)
    return "" if name is None else str(name.get(lang))


def _changes(changes: Iterable[Change], lang: str) -> list[str]:
    ordered = sorted(changes, key=lambda change: KINDS.index(change.kind))
    return [_change(change, lang) for change in ordered]


def _change(change: Change, lang: str) -> str:
    kind = KIND_WORDS[change.kind][0 if lang == "zh" else 1]
    old, new = change.old, change.new
    if change.path.rpartition(".")[2] in ("method", "use"):
        stage = change.path.partition(".")[0]
        old, new = (
            value if value is None else method_word(str(value), lang, _STAGES.get(stage)) for value in (old, new)
        )
    return f"{_path(change.path, lang)}: {_value(old, lang)} -> {_value(new, lang)} [{kind}]"


def _path(path: str, lang: str) -> str:
    if lang != "zh":
        return path
    words = PATH_ZH | _MORE_ZH
    return "·".join(words.get(part, part) for part in path.split("."))


def _value(value: Any, lang: str) -> str:
    if isinstance(value, Mapping) and set(value) == {"zh", "en"}:
        value = value[lang]
    if isinstance(value, list):
        value = ("、" if lang == "zh" else ", ").join(
            str(item.get(lang, item) if isinstance(item, Mapping) else item) for item in value
        )
    text = " ".join(value_words(value, lang).split())
    if width(text) <= LONGEST:
        return text
    while width(text) >= LONGEST:
        text = text[:-1]
    return text.rstrip() + "…"


def folded(lines: Iterable[str], columns: int = 80) -> list[str]:
    """Return lines that fit, what goes on set in below the line it belongs to; Chinese is parted anywhere.

    Examples
    --------
    >>> folded(["  goalposts.lower: 1 -> 2", "得分可能不同"], 16)
    ['  goalposts.lower:', '    1 -> 2', '得分可能不同']
    """
    found = []
    for line in lines:
        indent = len(line) - len(line.lstrip())
        row = " " * indent
        for piece in re.findall(
            r" *(?:[^\s\u2e80-\uffef]+|[\u2e80-\uffef][\uff0c\u3002\uff1b\uff1a\u3001\u201d\uff09]*)", line.strip()
        ):
            if width(row + piece) > columns and row.strip():
                found.append(row)
                row, piece = " " * (indent + 2), piece.lstrip()
            row += piece
        found.append(row.rstrip())
    return found


def edition_diff_dict(found: EditionDiff, lang: str = "en") -> dict[str, Any]:
    """Return the same for machines.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> from yitihua.definitions.edition_diff import compare_editions
    >>> edition = load_edition("hdi")
    >>> edition_diff_dict(compare_editions(edition, edition))["moves_scores"]
    False
    """
    return {
        "old": found.old.name,
        "new": found.new.name,
        "moves_scores": found.moves_scores,
        "added": {section: list(codes) for section, codes in found.added.items() if codes},
        "dropped": {section: list(codes) for section, codes in found.dropped.items() if codes},
        "indicators": {
            "redefined": list(found.redefined), "moved": list(found.moved), "words_only": list(found.renamed),
        },
        "succeeded": [{"old": one.old, "new": one.new, "stated": one.stated} for one in found.succeeded],
        "changes": edition_diff_rows(found, lang),
    }  # fmt: skip


def edition_diff_rows(found: EditionDiff, lang: str = "en") -> list[dict[str, Any]]:
    """Return one row an entry in one edition only, and one a key that differs: section, code, what, kind, path, values.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> from yitihua.definitions.changes import with_changes
    >>> from yitihua.definitions.edition_diff import compare_editions
    >>> hdi = load_edition("hdi")
    >>> edition_diff_rows(compare_editions(hdi, with_changes(hdi, {"score_decimals": 4})))[0]["path"]
    'score_decimals'
    """
    rows = []
    for section in SECTIONS:
        for what, codes, edition in (
            ("added", found.added[section], found.new),
            ("dropped", found.dropped[section], found.old),
        ):
            rows += [
                {"section": section, "code": code, "name": _name(edition, section, code, lang), "what": what,
                 "kind": None, "path": None, "old": None, "new": None}
                for code in codes
            ]  # fmt: skip
        for entry in found.of(section):
            name = _name(found.new, section, entry.code, lang)
            rows += [_row(section, entry.code, name, change) for change in entry.changes]
    return rows + [_row("index", "", "", change) for change in found.index]


def _row(section: str, code: str, name: str, change: Change) -> dict[str, Any]:
    what = "moved" if section in ("nodes", "indicators") and change.path == "parent" else "changed"
    return {"section": section, "code": code, "name": name, "what": what, "kind": change.kind, "path": change.path,
            "old": change.old, "new": change.new}  # fmt: skip
