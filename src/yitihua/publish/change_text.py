"""A change explained as text, as files and as JSON, in Chinese or English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from yitihua.analysis.change import ExplainedChange
from yitihua.analysis.change.explained import DEFINITION, LINES, RECIPE, REFITTED
from yitihua.analysis.change.noise import BEYOND, EXACT, UNTOLD, VERDICTS
from yitihua.analysis.diff import UNSPLIT
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.carrying import is_carried
from yitihua.publish.diff_text import place_words, rank_words, rounded_parts
from yitihua.publish.summary import notices

LINE_WORDS = {
    REFITTED: ("重新拟合的参数", "numbers fitted anew"),
    DEFINITION: ("定义", "definition"),
    RECIPE: ("方法与权重", "recipe"),
    UNSPLIT: ("未按指标分开", "not split by indicator"),
}
Rows = list[list[str]]


def change_lines(found: ExplainedChange, lang: str = "en") -> list[str]:
    """Return what is compared, what is assumed, and how many units changed beyond noise.

    Examples
    --------
    >>> import yitihua as yt
    >>> for line in change_lines(yt.panel("hdi").change())[-4:]:
    ...     print(line)
    2021 -> 2022, 204 units
    one recipe for all periods, fitted to 2021–2022 together: scores compare between periods
    neither period states a sampling error: nothing is tested
    scores: 203 cannot be told (no errors)
    """
    zh, which = lang == "zh", 0 if lang == "zh" else 1
    (old, new), count = found.periods, len(found.units)
    lines = _notices(found, lang)
    lines.append(f"{old} -> {new}，{count}个单位" if zh else f"{old} -> {new}, {count} units")
    for units, words in ((found.diff.added, ("新增", "added")), (found.diff.removed, ("减少", "removed"))):
        if units:
            shown = ", ".join(units[:8]) + (" …" if len(units) > 8 else "")
            lines.append(f"{words[which]}{'单位' if zh else ''} {len(units)}: {shown}")
    lines += [note[which] for note in found.notes]
    said = [
        f"{count}个{VERDICTS[key][0]}" if zh else f"{count} {VERDICTS[key][1]}"
        for key, count in found.counts().items()
        if count
    ]
    if said:
        lines.append(("得分变动：" if zh else "scores: ") + ("，" if zh else ", ").join(said))
    if found.has_errors:
        ranks = found.frame["rank_verdict"].tolist()
        moved = ranks.count(BEYOND)
        lines.append(
            f"位次变动：{moved}个超出误差（抽样中{0.5 + found.level / 2:.1%}以上同向），未校正多重比较"
            if zh
            else f"ranks: {moved} beyond noise (the same way in {0.5 + found.level / 2:.1%} of draws), one by one"
        )
    return lines


def _notices(found: ExplainedChange, lang: str) -> list[str]:
    return panel_notices((found.diff.old, found.diff.new), found.periods, lang)


def panel_notices(boards: Sequence[Scoreboard], periods: Sequence[str], lang: str) -> list[str]:
    """Return what must be said of all boards, then what is to be said of one period alone.

    Examples
    --------
    >>> import yitihua as yt
    >>> panel = yt.panel("hdi")
    >>> panel_notices(list(panel.boards.values()), panel.periods, "en")[-1]
    '2021: Not scored for low coverage: 1 (the notes in scores.csv say why).'
    """
    lists = [notices(board, lang) for board in boards]
    lines = [line for line in lists[0] if all(line in own for own in lists)]
    for period, own in zip(periods, lists, strict=True):
        lines += [f"{period}{'：' if lang == 'zh' else ': '}{line}" for line in own if line not in lines]
    return lines


def change_rows(found: ExplainedChange, lang: str = "en", top: int | None = 20) -> tuple[Rows, int]:
    """Return a row a unit, the largest changes first, and how many are not shown.

    Examples
    --------
    >>> import yitihua as yt
    >>> change_rows(yt.panel("hdi").change(), top=1)[0][1][2:5]
    ['0.855', '0.884', '+0.029']
    """
    zh = lang == "zh"
    header = (
        ["代码", "单位", "上期", "本期", "变动", "标准误", "p", "位次", "升位概率", "判断"]
        if zh
        else ["unit", "name", "old", "new", "change", "se", "p", "rank", "P(up)", "verdict"]
    )
    records = [row for row in found.frame.to_dict("records") if np.isfinite(row["change"])]
    table = found.diff.new.table
    rows = [header]
    for row in records[:top]:
        name = table.name_of(table.units.index(row["unit"]), lang)
        rows.append([row["unit"], name, *_numbers(found, row), *_places(row, zh), _verdict(row, lang)])
    if not found.has_errors:  # columns of tests would all be dashes
        rows = [[cell for k, cell in enumerate(row) if k not in (5, 6, 8, 9)] for row in rows]
    return rows, max(0, len(records) - len(rows) + 1)


def _decimals(found: ExplainedChange) -> int:
    low, high = found.diff.new.recipe.scale
    return 2 if high - low >= 10 else 3


def _numbers(found: ExplainedChange, row: dict[Any, Any]) -> list[str]:
    digits = _decimals(found)
    return [
        f"{row['score_old']:.{digits}f}", f"{row['score_new']:.{digits}f}", f"{_signed(row, digits)}",
        "-" if np.isnan(row["se"]) else f"{row['se']:.{digits}f}", p_words(row[_p_of(found)]),
    ]  # fmt: skip


def _signed(row: dict[Any, Any], digits: int) -> str:
    return f"{_shown_change(row, digits):+.{digits}f}"


def _shown_change(row: dict[Any, Any], digits: int) -> float:
    """Return the change between the scores as they are printed, so that what is printed adds up."""
    old, new = (float(f"{row[key]:.{digits}f}") for key in ("score_old", "score_new"))
    return round(new - old, digits) + 0.0


def _p_of(found: ExplainedChange) -> str:
    return {"holm": "p_holm", "bh": "p_bh", "none": "p"}[found.adjust]


def p_words(p: float) -> str:
    """Return a p-value at three digits.

    Examples
    --------
    >>> p_words(0.0004), p_words(0.0312)
    ('<.001', '.031')
    """
    if np.isnan(p):
        return "-"
    return "<.001" if p < 0.0005 else f"{min(p, 1.0):.3f}".removeprefix("0")


def p_said(p: float) -> str:
    """Return a p-value as it stands in a sentence.

    Examples
    --------
    >>> p_said(0.0004), p_said(0.0312)
    ('p<.001', 'p=.031')
    """
    words = p_words(p)
    return f"p{words}" if words.startswith("<") else f"p={words}"


def _places(row: dict[Any, Any], zh: bool) -> list[str]:
    places = f"{place_words(row['rank_old'])}→{place_words(row['rank_new'])}"
    return [places, "-" if np.isnan(row["up"]) else f"{row['up']:.2f}"]


def _verdict(row: dict[Any, Any], lang: str) -> str:
    return VERDICTS[row["verdict"]][0 if lang == "zh" else 1]


def unit_change_lines(found: ExplainedChange, unit: str, lang: str = "en") -> list[str]:
    r"""Return the change of one unit in words: the parts, the test, the rank.

    Examples
    --------
    >>> import yitihua as yt
    >>> print("\n".join(unit_change_lines(yt.panel("hdi").change(), "NOR")))
    NOR Norway  0.964 -> 0.966  +0.002
      = reported data +0.002
      points of the first level: health +0.002, education +0.000, income +0.004
      rank among country unchanged: by its own score +0.5, by the movement of others -0.5
    """
    zh, which = lang == "zh", 0 if lang == "zh" else 1
    code = found.diff.unit_code(unit)
    if code not in found.units:
        return ["该单位只在一期中，不比较" if zh else "this unit is in one period only: nothing to compare"]
    row = next(r for r in found.frame.to_dict("records") if r["unit"] == code)
    table, digits = found.diff.new.table, _decimals(found)
    head = f"{code} {table.name_of(table.units.index(code), lang)}"
    if np.isnan(row["change"]):
        return [head + ("  至少一期没有得分，不比较" if zh else "  without a score in one period: nothing to compare")]
    lines = [f"{head}  {row['score_old']:.{digits}f} -> {row['score_new']:.{digits}f}  {_signed(row, digits)}"]
    lines += _carried(found, code, which)
    blocks = {
        "surveys": ("调查估计", "survey estimates"), "reported": ("上报数据", "reported data"),
        "refitted": LINE_WORDS[REFITTED], "definition": LINE_WORDS[DEFINITION], "recipe": LINE_WORDS[RECIPE],
    }  # fmt: skip
    matrix = found.parts
    values = [float(row[key]) for key in blocks]
    values[2] = float(matrix[(matrix["unit"] == code) & (matrix["code"] == REFITTED)]["part"].sum())
    unsplit = float(matrix[(matrix["unit"] == code) & (matrix["code"] == UNSPLIT)]["part"].sum())
    shown = rounded_parts([*values, unsplit], _shown_change(row, digits), digits)
    words = [*(pair[which] for pair in blocks.values()), LINE_WORDS[UNSPLIT][which]]
    parts = [
        f"{word} {part:+.{digits}f}"
        for word, part, whole in zip(words, shown, [*values, unsplit], strict=True)
        if whole
    ]  # fmt: skip
    if parts:
        lines.append("  = " + ("，" if zh else ", ").join(parts))
    lines += _nodes(found, code, lang)
    if np.isfinite(row["p"]):
        lines.append(_test_words(found, row, lang))
    if np.isfinite(row["rank_own"]):
        lines.append(rank_words(row, lang))
    if found.has_errors and np.isfinite(row["up"]):
        lines.append(_rank_noise(row, lang))
    return lines


def _carried(found: ExplainedChange, unit: str, which: int) -> list[str]:
    """Say of what units a period's values were merged or apportioned."""
    lines = []
    for period, board in zip(found.periods, (found.diff.old, found.diff.new), strict=True):
        words = [words for key, words in board.table.flags.items() if key[0] == unit]
        said = dict.fromkeys(one[which] for own in words for one in own if is_carried(one))
        lines += [f"  {period}: {one}" for one in said]
    return lines


def _nodes(found: ExplainedChange, unit: str, lang: str) -> list[str]:
    """Say how far the points of the first-level nodes moved, and what of it is beyond noise."""
    children = [c for c in found.diff.new.recipe.root.children if c not in found.diff.new.recipe.codes]
    rows = found.tests[found.tests["unit"] == unit].to_dict("records")
    tests: dict[str, dict[Any, Any]] = {str(row["code"]): row for row in rows}
    which = 0 if lang == "zh" else 1
    said = []
    for code in children:
        if code not in tests or np.isnan(tests[code]["change"]):
            continue
        verdict = VERDICTS[str(tests[code]["verdict"])][which]
        words = f"{code} {tests[code]['change']:+.{_decimals(found)}f}"
        said.append(f"{words} ({verdict})" if found.has_errors else words)
    if not said:
        return []
    head, sign = ("  一级指标得分：", "；") if lang == "zh" else ("  points of the first level: ", ", ")
    return [head + sign.join(said)]


def _test_words(found: ExplainedChange, row: dict[Any, Any], lang: str) -> str:
    digits = _decimals(found)
    verdict = _verdict(row, lang)
    p, own = p_said(row[_p_of(found)]), p_said(row["p"])
    if lang == "zh":
        return f"  变动的标准误{row['se']:.{digits}f}，{own}，校正后{p}：{verdict}"
    return f"  standard error of the change {row['se']:.{digits}f}, {own}, adjusted {p}: {verdict}"


def _rank_noise(row: dict[Any, Any], lang: str) -> str:
    verdict = VERDICTS[row["rank_verdict"]][0 if lang == "zh" else 1]
    low, high = int(row["places_low"]), int(row["places_high"])
    if lang == "zh":
        return f"  抽样中位次上升的占{row['up']:.1%}，下降的占{row['down']:.1%}，变动{low:+d}至{high:+d}位：{verdict}"
    return (
        f"  higher in {row['up']:.1%} of draws, lower in {row['down']:.1%}, by {low:+d} to {high:+d} places: {verdict}"
    )


def unit_change_rows(found: ExplainedChange, unit: str, lang: str = "en") -> Rows:
    """Return one row an indicator: values of both periods, its part of the change, and the verdict on its points."""
    zh, which = lang == "zh", 0 if lang == "zh" else 1
    code = found.diff.unit_code(unit)
    header = (
        ["代码", "指标", "上期值", "本期值", "部分", "判断"]
        if zh
        else ["code", "indicator", "old", "new", "part", "verdict"]
    )
    parts = found.parts[found.parts["unit"] == code].to_dict("records")
    digits = _decimals(found) + 2
    total = round(sum(row["part"] for row in parts), digits)
    shown = rounded_parts([row["part"] for row in parts], total, digits)
    labels = found.diff.old.recipe.labels | found.diff.new.recipe.labels
    tests = found.tests[found.tests["unit"] == code].set_index("code")["verdict"]
    rows = [header]
    for row, part in zip(parts, shown, strict=True):
        key = row["code"]
        if key in LINES:
            rows.append(["", LINE_WORDS[key][which], "", "", f"{part:+.{digits}f}", ""])
            continue
        old, new = (_value(board, code, key) for board in (found.diff.old, found.diff.new))
        verdict = VERDICTS[tests.get(key, EXACT if found.has_errors else UNTOLD)][which]
        rows.append([key, labels[key][which], old, new, f"{part:+.{digits}f}", verdict])
    if not found.has_errors:
        rows = [row[:-1] for row in rows]
    return rows


def _value(board: Any, unit: str, code: str) -> str:
    table = board.table
    if code not in table.indicators:
        return "-"
    value = table.values[table.units.index(unit), table.indicators.index(code)]
    return "-" if np.isnan(value) else f"{value:.6g}"


def change_dict(found: ExplainedChange, lang: str = "en", unit: str | None = None) -> dict[str, Any]:
    """Return a change for JSON: notes, a record a unit, the parts and the tests."""
    which = 0 if lang == "zh" else 1
    code = None if unit is None else found.diff.unit_code(unit)
    table = found.diff.new.table

    def rows(frame: Any) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = (frame if code is None else frame[frame["unit"] == code]).to_dict("records")
        for row in records:
            if "name" in row:
                row["name"] = table.name_of(table.units.index(row["unit"]), lang)
        return records

    return {
        "from": found.periods[0],
        "to": found.periods[1],
        "rule": found.rule[which],
        "simulated": found.simulated,
        "notices": _notices(found, lang),
        "notes": [note[which] for note in found.notes],
        "counts": found.counts(),
        "added": list(found.diff.added),
        "removed": list(found.diff.removed),
        "units": rows(found.frame),
        "parts": rows(found.parts),
        "tests": rows(found.tests),
    }


def change_files(found: ExplainedChange, lang: str = "en") -> dict[str, bytes]:
    """Return the files that `--out` writes: units.csv, parts.csv, tests.csv, and README.txt with what is assumed."""
    made = change_dict(found, lang)
    frames = {"units": found.frame, "parts": found.parts, "tests": found.tests}
    files = {
        f"{name}.csv": frame.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")
        for name, frame in frames.items()
    }
    if found.simulated:
        for name, frame in frames.items():
            marked = frame.assign(simulated="SIMULATED 模拟")
            files[f"{name}.csv"] = marked.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")
    words = [f"{made['from']} -> {made['to']}", *made["notices"], *made["notes"]]
    files["README.txt"] = ("\n".join(words) + "\n").encode()
    return files
