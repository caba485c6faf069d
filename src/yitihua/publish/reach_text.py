"""The smallest change of weights as text, with its proof, in Chinese or English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yitihua.analysis.reach import Lift
from yitihua.index.scoreboard import Scoreboard
from yitihua.publish.summary import notices


def lift_lines(found: Lift, lang: str = "en") -> list[str]:
    """Return what was asked, what it takes, and what proves it.

    Examples
    --------
    >>> import yitihua as yt
    >>> for line in lift_lines(yt.evaluate("hdi").reach("Norway", rank=1))[1:3]:
    ...     print(line)
    NOR Norway: rank 1 at least
    smallest change: 0.0248 of weight moved below HDI
    """
    zh, board = lang == "zh", found.line.board
    lines = [*notices(board, lang)]
    name, target = board.table.name_of(found.row, lang), found.target[0 if zh else 1]
    lines.append(f"{board.table.units[found.row]} {name}{'：' if zh else ': '}{target}")
    if found.reached_already:
        return [*lines, "按现有权重已经达到，无须改变" if zh else "reached already at the weights in force"]
    lines += _what(found, lang)
    return [*lines, before_after_line(board, found.before_after, lang), *_proof(found, lang), *_kept(found, lang)]


def before_after_line(board: Scoreboard, pairs: Mapping[str, tuple[Any, Any]], lang: str = "en") -> str:
    """Return score, rank and grades of a unit before and after.

    Examples
    --------
    >>> import yitihua as yt
    >>> before_after_line(yt.evaluate("hdi"), {"rank": (2, 1)})
    'rank 2 → 1'
    """
    zh = lang == "zh"
    titles = {"score": ("得分", "score"), "rank": ("排名", "rank")}
    titles |= {rule.code: rule.title for rule in board.recipe.grades}
    words = []
    for key, (old, new) in pairs.items():
        label = titles[key][0 if zh else 1]
        words.append(f"{label} {old:.4f} → {new:.4f}" if key == "score" else f"{label} {old} → {new}")
    return ("，" if zh else ", ").join(words)


def _what(found: Lift, lang: str) -> list[str]:
    zh, node = lang == "zh", found.line.node.code
    if found.distance == "max":
        said = f"单项权重最多改变{found.amount:.4f}" if zh else f"no weight changes by more than {found.amount:.4f}"
        return [f"最小的改变：{said}（{node}之下）" if zh else f"smallest change: {said}, below {node}"]
    if zh:
        return [f"最小的改变：{node}之下共移动{found.amount:.4f}的权重"]
    return [f"smallest change: {found.amount:.4f} of weight moved below {node}"]


def _proof(found: Lift, lang: str) -> list[str]:
    proof, zh = found.solution.certificate, lang == "zh"
    if proof["kind"] == "linear":
        first = (
            f"证明：线性规划最优，对偶目标值{proof['dual_objective']:.9g}，与原目标值相差{proof['gap']:.1e}"
            if zh
            else f"proof: optimal linear programme, dual objective {proof['dual_objective']:.9g}, "
            f"gap {proof['gap']:.1e}"
        )
    else:
        kinds = {
            "mixed-integer": ("混合整数规划", "mixed-integer programme"),
            "branched": (
                ("分段规划（缺数不同的单位之间）", "programmes by parts of the score (rivals have other gaps)")
                if len(found.line.keep)
                else ("分段规划（非算术平均）", "programmes by parts of the score (means that are not arithmetic)")
            ),
        }
        first = (
            f"证明：{kinds[proof['kind']][0]}，下界{proof['bound']:.9g}，差距{proof['gap']:.1e}"
            if zh
            else f"proof: {kinds[proof['kind']][1]}, bound {proof['bound']:.9g}, gap {proof['gap']:.1e}"
        )
        if "given_up" in proof:
            first += f"，允许{proof['given_up']}个单位仍在前" if zh else f", {proof['given_up']} units stay ahead"
    if found.forced:
        second = (
            "现有权重不在界限之内：仅为满足界限就须作此改变，此时已达到"
            if zh
            else "the weights in force are outside the bounds: they alone ask for this change, which reaches the target"
        )
        return [first, second]
    if found.short_of != found.short_of:  # NaN: time ended before the answer was proven
        second = (
            "尚未证明最小：略小的改变也能达到，差距见上"
            if zh
            else "not proven smallest: a smaller change does it as well, by the gap at most"
        )
        return [first, second]
    missed = 1.0 - found.short_of
    second = (
        f"验证：按此权重重新计分，达到；少走{missed:.0e}，达不到"
        if zh
        else f"tried: scored at these weights, reached; {missed:.0e} of the way short of them, missed"
    )
    if not found.rounded_earlier:
        return [first, second]
    third = (
        "得分公布时取整，因此更小的改变也可能达到"
        if zh
        else "published scores are rounded, so that a smaller change may reach it as well"
    )
    return [first, second, third]


def _kept(found: Lift, lang: str) -> list[str]:
    """Return what is left out where units have gaps, if anything is."""
    if not len(found.line.keep):
        return []
    if lang == "zh":
        return ["有单位缺数：其权重分给所余指标；会使得分由有变无或由无变有的权重不在考虑之列"]
    return ["units have gaps: their weight goes to what is left; weights that give or take a score are left out"]


def lift_rows(found: Lift, lang: str = "en") -> list[list[str]]:
    """Return one row a weight, the header first.

    Examples
    --------
    >>> import yitihua as yt
    >>> lift_rows(yt.evaluate("hdi").reach("Norway", rank=1))[0]
    ['code', 'name', 'weight', 'new', 'change', 'bounds']
    """
    head = (
        ["代码", "名称", "权重", "新权重", "变动", "界限"]
        if lang == "zh"
        else ["code", "name", "weight", "new", "change", "bounds"]
    )
    rows = [head]
    for one in found.table(lang).to_dict("records"):
        rows.append(
            [
                one["code"],
                one["name"],
                f"{one['weight']:.4f}",
                f"{one['weight_new']:.4f}",
                f"{round(one['change'], 4) + 0.0:+.4f}",
                f"{one['lowest']:.2f}–{one['highest']:.2f}",
            ]
        )
    return rows
