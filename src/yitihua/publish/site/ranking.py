"""The first page: the ranking of every level, with what is sure of it and what is not."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from yitihua.definitions.levels import level_pair, level_word
from yitihua.index.tables import notes
from yitihua.publish.site.certainty import certainty_lines, robust_line
from yitihua.publish.site.context import Site
from yitihua.publish.site.render import Pair, counted, from_to, number, percent, render
from yitihua.publish.site.tilemap import tile_map
from yitihua.publish.summary import grade_word
from yitihua.publish.words import TITLES

#: Names up to so many characters are found by other readings too.
LONG = 12


def ranking_page(site: Site, version: str, bar: Any) -> bytes:
    """Return index.html."""
    levels = [_level(site, level) for level in dict.fromkeys(site.board.table.levels)]
    page = {
        "title": ("排名", "Ranking"), "root": "", "file": "index.html", "scripts": ("site.js",),
        "cards": _cards(site), "lead": _lead(site), "levels": levels, "legend": _legend(site),
    }  # fmt: skip
    digits = max(site.digits - 1, 1) if site.digits == 2 else site.digits
    return render(
        "ranking.html", page=page, site=site, version=version, bar=bar, scale=site.board.recipe.scale, digits=digits
    )


def _cards(site: Site) -> list[dict[str, Any]]:
    """Return the figures on top: of the first level, because counts over counties and their cities say nothing."""
    board = site.board
    level, rows = next(iter(board.level_rows.items()))
    scored, several = np.isfinite(board.total[rows]), len(board.level_rows) > 1
    words = ("单位", "units")
    if several:
        words = counted(level_word(level, "zh")), f"units, level {level_word(level, 'en')}"
    cards: list[dict[str, Any]] = [
        {"value": f"{len(rows):,}", "what": (f"个{words[0]}", words[1])},
        {"value": number(float(np.nanmedian(board.total[rows])) if scored.any() else None, site.digits),
         "what": ("得分中位数", "median score")},
    ]  # fmt: skip
    for rule in board.recipe.grades[-1:]:
        given = board.grade_indices[rule.code][rows]
        for index in reversed(range(len(rule.names))):
            zh, en = grade_word(rule, index)
            what = (f"{zh}（{rule.title[0]}）", f"{rule.title[1]} {en}")
            cards.append({"value": f"{int((given == index).sum()):,}", "what": what})
    if not scored.all():
        cards.append({"value": f"{int((~scored).sum()):,}", "what": ("个不评分", "without a score")})
    return cards


def _lead(site: Site) -> Pair:
    first = [site.board.recipe.labels[code] for code in site.board.recipe.first_level]
    return (
        f"由{'、'.join(name[0] for name in first)}合成。得分之差在误差之内的单位不分先后，标为同一并列组。",
        f"Made of {', '.join(name[1] for name in first)}. Units that cannot be told apart share a tied group.",
    )


def _legend(site: Site) -> list[Pair]:
    return [
        *certainty_lines(site.certainty),
        (
            "并列组：组内任意两个单位都分不出先后；各组可以重叠，“3–5”表示同属第3至第5组。指向一行，与它分不出先后的单位即加底色。",
            "Tied groups: no two units of a group can be told apart; groups overlap, 3–5 is in groups 3 to 5. Point at "
            "a row and those that cannot be told apart from it are shaded.",
        ),
        robust_line(site.robust),
        (
            "覆盖率：总权重中有实际观测值的比例。点列标题排序，点单位名称看画像。",
            "Coverage: the share of all weight that was observed. Click a heading to sort, a name for its portrait.",
        ),
    ]


def _columns(site: Site, groups: bool) -> list[dict[str, Any]]:
    recipe = site.board.recipe

    def column(word: Pair, kind: str = "n", told: Pair | None = None) -> dict[str, Any]:
        return {"word": word, "kind": kind, "look": "n" if kind == "n" else "", "told": told}

    level = f"{site.certainty.level:.0%}"
    found = [column(TITLES["rank"]), column(TITLES["name"], "t")]
    found += [column(site.group_word, "t")] if groups else []
    found += [
        column(TITLES["score"]),
        column((f"{level}得分区间", f"{level} interval")) | {"look": ""},
        column((f"{level}排名区间", f"{level} ranks")),
        *(column(rule.title) | {"look": ""} for rule in recipe.grades),
        column(("并列组", "tied groups")),
        column(("换权重和方法时的排名", "ranks, other choices")),
        column(TITLES["coverage"]),
    ]
    return found + [column((code, code), told=recipe.labels[code]) for code in recipe.first_level]


def _level(site: Site, level: str) -> dict[str, Any]:
    board, recipe = site.board, site.board.recipe
    rows = [row for row in site.order if board.table.levels[row] == level]
    groups = list(dict.fromkeys(site.group_of[row] for row in rows if site.group_of[row][0]))
    groups = groups if 1 < len(groups) <= 100 else []
    word = level_pair(level)
    unscored = [row for row in rows if not np.isfinite(board.total[row])]
    told = {lang: notes(board, lang) for lang in ("zh", "en")} if unscored else {}
    tiles, columns = tile_map(site, rows, board.total, max(site.digits - 1, 1))
    return {
        "word": word,
        "caption": (f"{word[0]}排名，{len(rows)}个单位", f"Ranking, level {word[1]}, {len(rows)} units"),
        "groups": groups,
        "schemes": [
            {
                "title": rule.title,
                "words": [{"index": k, "name": grade_word(rule, k)} for k in reversed(range(len(rule.names)))],
            }
            for rule in recipe.grades
        ],
        "columns_shown": _columns(site, bool(groups)),
        "units": [_unit(site, row, groups) for row in rows],
        "unscored": [
            {"href": site.files[row], "name": site.names[row], "note": (told["zh"][row], told["en"][row])}
            for row in unscored
        ],
        "range": _range(site, rows),
        "tiles": tiles,
        "columns": columns,
    }


def _range(site: Site, rows: list[int]) -> tuple[float, float]:
    """Return between which scores the lines of intervals are drawn."""
    low, high = (end[rows] for end in site.certainty.score_interval)
    ends = np.concatenate([low, high, site.board.total[rows]])
    ends = ends[np.isfinite(ends)]
    if not ends.size or ends.min() == ends.max():
        return site.board.recipe.scale
    return float(ends.min()), float(ends.max())


def _unit(site: Site, row: int, groups: list[Pair]) -> dict[str, Any]:
    board, recipe = site.board, site.board.recipe
    scored = bool(np.isfinite(board.total[row]))
    tied, group = site.tied[row], site.group_of[row]
    low, high = (float(end[row]) for end in site.certainty.score_interval)
    found: dict[str, Any] = {
        "search": search_words(board.table.units[row], site.names[row]),
        "group": groups.index(group) + 1 if group in groups else "",
        "schemes": ",".join(str(int(board.grade_indices[rule.code][row])) for rule in recipe.grades),
        "tied": "" if tied is None else f"{tied[0]}-{tied[1]}",
        "rank": float(board.rank[row]), "href": site.files[row], "name": site.names[row], "city": group,
        "score": float(board.total[row]),
        "low": low if scored and np.isfinite(low) else None, "high": high, "width": high - low,
        "groups": "–" if tied is None else from_to(*tied), "group_first": "" if tied is None else tied[0],
        "coverage": float(board.coverage[row]),
        "first": [float(board.points[row, recipe.plan.column[code]]) for code in recipe.first_level],
    }  # fmt: skip
    for name, source in (("ranks", site.certainty), ("robust", site.robust)):
        best, worst = (float(end[row]) for end in source.rank_interval)
        there = scored and np.isfinite(best)
        found["best" if name == "ranks" else "robust_best"] = best if there else None
        found[name] = from_to(int(best), int(worst)) if there else "–"
    found["grades"] = []
    for rule in recipe.grades:
        word, chance = site.grade(rule, row), site.grade_probability(rule, row)
        found["grades"].append({
            "index": int(board.grade_indices[rule.code][row]), "word": word or ("–", "–"),
            "chance": "" if word is None or chance is None else percent(chance),
        })  # fmt: skip
    return found


@cache
def search_words(code: str, names: Pair) -> str:
    """Return what a unit is found by: code, names, pinyin in full and by first letters, without spaces.

    Examples
    --------
    >>> search_words("330382", ("乐清市", "Yueqing City"))
    '330382 乐清市 yueqingcity yueqingshi leqingshi yueqingfu yqs'
    """
    from pypinyin import Style, lazy_pinyin, pinyin

    words = [code, names[0], names[1]]
    if any("\u4e00" <= sign <= "\u9fff" for sign in names[0]):
        usual = lazy_pinyin(names[0])
        # A name whose usual reading is not that of the place is found with one character read otherwise.
        readings = [usual]
        for k, sign in enumerate(names[0] if len(usual) == len(names[0]) <= LONG else ""):
            sounds = pinyin(sign, style=Style.NORMAL, heteronym=True)[0]
            readings += [[*usual[:k], sound, *usual[k + 1 :]] for sound in sounds]
        words += ["".join(reading) for reading in readings] + ["".join(sound[:1] for sound in usual)]
    plain = ("".join(word.split()).lower() for word in words)
    return " ".join(dict.fromkeys(word for word in plain if word))
