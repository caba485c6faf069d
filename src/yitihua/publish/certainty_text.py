"""An uncertainty analysis as rows of text and as JSON, in Chinese or English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from yitihua.analysis.uncertainty.result import Uncertainty
from yitihua.definitions.levels import level_word
from yitihua.index.recipe import GradeRule
from yitihua.index.tables import group_numbers, score_order
from yitihua.publish.words import markdown_table

TITLES = {
    "rank": ("排名", "rank"),
    "name": ("单位", "unit"),
    "score": ("得分", "score"),
    "score_interval": ("得分区间", "score range"),
    "own": ("位次区间", "ranks"),
    "joint": ("同时成立", "jointly"),
    "groups": ("并列组", "tied"),
}


def certainty_rows(
    found: Uncertainty, lang: str = "en", top: int | None = 20
) -> list[tuple[str, list[list[str]], int]]:
    """Return (level, rows, how many are not shown) for every level; the first row of each is the header.

    Parameters
    ----------
    found : Uncertainty
    lang : {"en", "zh"}
    top : int or None
        Units shown a level; None for all.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = yt.evaluate("asem").uncertainty(n=200, seed=1, weights="dirichlet")
    >>> (level, rows, more), = certainty_rows(found, top=1)
    >>> rows[0]
    ['rank', 'unit', 'score', 'score range', 'ranks', 'jointly', 'stars', 'grade', 'tied']
    >>> rows[1][:3], more
    (['1', 'Switzerland', '68.38'], 50)
    """
    board, which = found.board, 0 if lang == "zh" else 1
    schemes = board.recipe.grades
    header = [TITLES[key][which] for key in ("rank", "name", "score", "score_interval", "own", "joint")]
    header += [rule.title[which] for rule in schemes] + [TITLES["groups"][which]]
    groups = group_numbers(board, found.groups)
    order = score_order(board)
    tables = []
    for level in board.level_rows:
        rows = [int(row) for row in order if board.table.levels[row] == level]
        shown = rows if top is None else rows[:top]
        body = [_row(found, row, str(groups[row]), schemes, lang) for row in shown]
        tables.append((level_word(level, lang), [header, *body], len(rows) - len(shown)))
    return tables


def _row(found: Uncertainty, row: int, group: str, schemes: Sequence[GradeRule], lang: str) -> list[str]:
    board = found.board
    low, high = board.recipe.scale
    digits = 2 if high - low > 10 else 4
    ends = [end[row] for end in found.score_interval]
    return [
        _number(board.rank[row], 0),
        board.table.name_of(row, lang),
        _number(board.total[row], digits),
        "-" if np.isnan(ends).any() else f"{ends[0]:.{digits - 1}f}–{ends[1]:.{digits - 1}f}",
        _places(found.rank_interval, row),
        _places(found.rank_sets, row),
        *(_grade(found, rule, row) for rule in schemes),
        group or "-",
    ]


def _number(value: float, digits: int) -> str:
    return "-" if np.isnan(value) else f"{value:.{digits}f}"


def _places(ends: tuple[Any, Any], row: int) -> str:
    best, worst = (end[row] for end in ends)
    if np.isnan(best) or np.isnan(worst):
        return "-"
    return f"{best:.0f}–{worst:.0f}" if best < worst else f"{best:.0f}"


def _grade(found: Uncertainty, rule: GradeRule, row: int) -> str:
    """Return the grade given and how probable it is."""
    given = int(found.board.grade_indices[rule.code][row])
    if given < 0:
        return "-"
    share = found.grade_probability[rule.code][row, given]
    return f"{rule.labels[given]} ({_percent(share)})"


def _percent(share: float) -> str:
    """Return a share as a percentage; only what is certain is said to be."""
    if np.isnan(share):
        return "-"
    if 0 < share < 0.01:
        return "<1%"
    return ">99%" if 0.99 < share < 1 else f"{share:.0%}"


def certainty_document(found: Uncertainty, lang: str = "en") -> str:
    """Return the analysis as a Markdown document: notes, a table a level, what every source does by itself.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = yt.evaluate("asem").uncertainty(n=200, seed=1, weights="dirichlet")
    >>> certainty_document(found).splitlines()[0]
    '# ASEM Sustainable Connectivity: how sure is the ranking?'
    """
    zh, title = lang == "zh", found.board.recipe.title[0 if lang == "zh" else 1]
    lines = [f"# {title}：排名有多可靠" if zh else f"# {title}: how sure is the ranking?", ""]
    lines += [f"- {note}" for note in found.notes(lang)]
    for level, rows, _ in certainty_rows(found, lang, None):
        lines += ["", f"## {level}", "", *markdown_table(rows)]
    lines += [
        "",
        "## 各来源单独的作用" if zh else "## What every source does by itself",
        "",
        *markdown_table(effect_rows(found, lang)),
    ]
    return "\n".join(lines) + "\n"


def effect_rows(found: Uncertainty, lang: str = "en") -> list[list[str]]:
    """Return what every source does by itself, the header first.

    Examples
    --------
    >>> import yitihua as yt
    >>> effect_rows(yt.evaluate("asem").uncertainty(n=200, seed=1, weights="dirichlet"))[0]
    ['source', 'rival', 'mean shift', 'largest change', 'lose or gain a score']
    """
    from yitihua.analysis.uncertainty.tables import SOURCES

    zh, which = lang == "zh", 0 if lang == "zh" else 1
    rows = [
        ["来源", "备选", "平均位次变动", "得分最大变动", "失去或得到得分"]
        if zh
        else ["source", "rival", "mean shift", "largest change", "lose or gain a score"]
    ]
    for one in found.effects.to_dict("records"):
        rows.append(
            [
                SOURCES[one["source"]][which],
                one["rival"] or "-",
                _number(one["mean_shift"], 2),
                _number(one["largest_change"], 2),
                str(one["unscored"]),
            ]
        )
    return rows


def certainty_dict(found: Uncertainty, lang: str = "en") -> dict[str, Any]:
    """Return an analysis for JSON: what was varied, notes, a row a unit, what every source does."""
    return {
        "edition": found.board.recipe.edition,
        "simulated": found.board.table.simulated or found.board.recipe.simulated,
        **found.to_dict(),
        "sound": found.sound,
        "notes": found.notes(lang),
        "units": found.table(lang, top=_tops(found)).to_dict("records"),
        "effects": found.effects.to_dict("records"),
    }


def _tops(found: Uncertainty) -> list[int]:
    most = max(len(rows) for rows in found.board.level_rows.values())
    return [k for k in (3, 10) if k < most]
