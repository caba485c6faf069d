"""Chain-linked scores as text and as files, in Chinese or English: the break first."""

from __future__ import annotations

import math
from typing import Any

from yitihua.analysis.chain import Break, Chain
from yitihua.definitions.levels import level_word
from yitihua.publish.summary import notices


def chain_lines(found: Chain, lang: str = "en") -> list[str]:
    """Return the rule, and for every break what the new definitions alone do to ranks, grades and scores.

    Examples
    --------
    >>> import yitihua as yt
    >>> chain_lines(yt.chain(["hdi", "hdi"], [2021]))[-3]
    'The new definitions move no score of the overlap.'
    """
    zh = lang == "zh"
    boards = [board for panel in found.panels for board in panel.boards.values()]
    # One thing a line, so that none is torn at the edge of a terminal.
    lines = found.rule[0].replace("。", "；").split("；") if zh else found.rule[1].split("; ")
    lines += dict.fromkeys(notice for board in boards for notice in notices(board, lang))
    for one in found.breaks:
        lines += ["", f"断点 {one.label}" if zh else f"Break at {one.label}", *_effects(one, lang)]
    if found.unlinked:
        names = ", ".join(found.unlinked[:10]) + (", …" if len(found.unlinked) > 10 else "")
        count = len(found.unlinked)
        lines += ["", f"无法链接的单位{count}个（断点时期缺一版得分）：{names}" if zh
                  else f"Without a link, for want of a score under both editions ({count}): {names}"]  # fmt: skip
    return lines


def _effects(one: Break, lang: str) -> list[str]:
    zh = lang == "zh"
    if all(found.frame["score_change"].fillna(0).eq(0).all() for found in one.effects.values()):
        return ["新定义不改变重叠期的任何得分。" if zh else "The new definitions move no score of the overlap."]
    lines = []
    for level, found in one.effects.items():
        same, change = found.agreement, found.frame["score_change"].dropna()
        titles = {rule.code: rule.title[0 if zh else 1] for rule in one.new.recipe.grades}
        grades = [(titles[scheme], count) for scheme, count in found.grade_changes.items()]
        word = level_word(level, lang)
        if zh:
            lines.append(
                f"  {word}：{same.units}个单位，Spearman {_number(same.spearman)}，Kendall {_number(same.kendall)}，"
                f"位次变动{same.moved}个（最大{_places(same.max_shift)}位）"
            )
            lines.append(
                f"    得分变动 {change.min():+.4f} 至 {change.max():+.4f}，平均 {change.mean():+.4f}；等级变动 "
                + "，".join(f"{scheme} {count}个" for scheme, count in grades)
            )
        else:
            lines.append(
                f"  {word}: {same.units} units, Spearman {_number(same.spearman)}, Kendall {_number(same.kendall)}, "
                f"{same.moved} ranks moved (by {_places(same.max_shift)} at most)"
            )
            lines.append(
                f"    scores moved by {change.min():+.4f} to {change.max():+.4f}, mean {change.mean():+.4f}; "
                "grades changed: " + ", ".join(f"{scheme} {count}" for scheme, count in grades)
            )
    return lines


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"


def _places(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.0f}"


def chain_rows(found: Chain, lang: str, top: int | None) -> tuple[list[list[str]], int]:
    """Return the linked scores as a table with a header, and how many units it does not show.

    Scores behind a break are marked ``*``; the last period decides the order.
    """
    wide = found.wide(lang)
    last = wide.columns[-1]
    wide = wide.sort_values(last, ascending=False, na_position="last", kind="stable")
    frame = found.frame(lang)
    names = dict(zip(frame["unit"], frame["name"], strict=True))
    bare = set(frame.loc[frame["break"] == "", "period"])
    header = ["代码", "单位"] if lang == "zh" else ["unit", "name"]
    rows = [[*header, *(period if period in bare else f"{period}*" for period in wide.columns)]]
    for unit, scores in list(wide.iterrows())[:top]:
        rows.append([str(unit), str(names[unit]), *("-" if math.isnan(x) else f"{x:.4f}" for x in scores)])
    return rows, len(wide) - len(rows) + 1


def chain_files(found: Chain, lang: str = "en") -> dict[str, bytes]:
    """Return chain.csv (a row a unit, period and edition, with its breaks), breaks.csv and chain.txt.

    Examples
    --------
    >>> import yitihua as yt
    >>> sorted(chain_files(yt.chain(["hdi", "hdi"], [2021])))
    ['breaks.csv', 'chain.csv', 'chain.txt']
    """
    frame = found.frame(lang)
    if found.simulated:
        frame["simulated"] = True
    parts: dict[str, Any] = {"chain.csv": frame, "breaks.csv": found.break_frame(lang)}
    files = {name: table.to_csv(index=False, lineterminator="\n").encode("utf-8-sig") for name, table in parts.items()}
    return files | {"chain.txt": ("\n".join(chain_lines(found, lang)) + "\n").encode("utf-8")}
