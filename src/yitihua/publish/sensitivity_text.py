"""A sensitivity analysis as rows of text, as a document and as JSON, in Chinese or English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from yitihua.analysis.sensitivity.result import Sensitivity
from yitihua.definitions.levels import level_word
from yitihua.publish.words import markdown_table

if TYPE_CHECKING:
    import pandas as pd

INDICES = {
    "first": ("一阶", "first"),
    "total": ("总", "total"),
    "effect": ("Shapley效应", "Shapley effect"),
    "second": ("二阶", "second order"),
}

Rows = list[list[str]]


def sensitivity_rows(found: Sensitivity, lang: str = "en", top: int | None = 20) -> tuple[Rows, int]:
    """Return one row a factor, the header first and the strongest next, and how many are not shown.

    Parameters
    ----------
    found : Sensitivity
    lang : {"en", "zh"}
    top : int or None
        Factors shown; None for all.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = yt.evaluate("hdi").sensitivity(n=64, aggregate="arithmetic", normalise="minmax")
    >>> rows, more = sensitivity_rows(found)
    >>> rows[0], [row[0] for row in rows[1:]], more
    (['factor', 'name', 'first', 'interval', 'total', 'interval'], ['normalise', 'aggregate'], 0)
    """
    table = found.table(lang)
    shown = table if top is None else table.head(top)
    return _rows(shown, ["factor", "name"], _head(lang), lang), len(table) - len(shown)


def source_rows(found: Sensitivity, lang: str = "en") -> Rows:
    """Return one row a source of the mix, the header first.

    Examples
    --------
    >>> import yitihua as yt
    >>> source_rows(yt.evaluate("hdi").sensitivity(n=64, weights="dirichlet"))[1]
    ['weights', 'weights', '1.000', '-', '1.000', '-']
    """
    return _rows(found.sources(lang), ["source", "name"], _head(lang), lang)


def second_rows(found: Sensitivity, lang: str = "en", top: int | None = 10) -> tuple[Rows, int]:
    """Return one row a pair of factors, the header first, and how many are not shown.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = yt.evaluate("hdi").sensitivity(n=64, aggregate="arithmetic", normalise="minmax", second=True)
    >>> second_rows(found)[0][0]
    ['factor', 'and', 'second order', 'interval']
    """
    table = found.second(lang)
    shown = table if top is None else table.head(top)
    head = ["因素一", "因素二"] if lang == "zh" else ["factor", "and"]
    return _rows(shown, ["factor_1", "factor_2"], head, lang), len(table) - len(shown)


def mover_rows(found: Sensitivity, lang: str = "en", top: int | None = 20) -> list[tuple[str, Rows, int]]:
    """Return (level, rows, how many are not shown): which choice most moves every unit; the header is the first row.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = yt.evaluate("asem").sensitivity(n=64, weights="dirichlet", normalise="minmax")
    >>> (level, rows, more), = mover_rows(found, top=1)
    >>> rows[0]
    ['rank', 'unit', 'moved most by', 'total', 'shift']
    """
    table = found.movers(lang)
    zh = lang == "zh"
    head = (
        ["排名", "单位", "影响最大的因素", "总指数", "平均变动"]
        if zh
        else ["rank", "unit", "moved most by", "total", "shift"]
    )
    tables = []
    for level in found.board.level_rows:
        own = table[table["level"] == level]
        shown = own if top is None else own.head(top)
        body = [
            [
                "-" if str(row["rank"]) == "<NA>" else str(row["rank"]),
                str(row["name"]),
                row["choice_name"] or "-",
                _number(row["total"]),
                _number(row["shift"], 2),
            ]
            for row in shown.to_dict("records")
        ]
        tables.append((level_word(level, lang), [head, *body], len(own) - len(shown)))
    return tables


def sensitivity_document(found: Sensitivity, lang: str = "en") -> str:
    """Return the analysis as a Markdown document: notes, sources, factors, pairs, which choice most moves whom.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = yt.evaluate("hdi").sensitivity(n=64, weights="dirichlet")
    >>> sensitivity_document(found).splitlines()[0]
    '# Human Development Index: what does the ranking depend on?'
    """
    zh, title = lang == "zh", found.board.recipe.title[0 if lang == "zh" else 1]
    lines = [f"# {title}：排名取决于什么" if zh else f"# {title}: what does the ranking depend on?", ""]
    lines += [f"- {note}" for note in found.notes(lang)]
    parts = [("各来源" if zh else "Sources", source_rows(found, lang))]
    parts.append(("各因素" if zh else "Factors", sensitivity_rows(found, lang, None)[0]))
    if found.indices is not None and found.indices.second is not None:
        parts.append(("两两交互" if zh else "Pairs", second_rows(found, lang, None)[0]))
    if found.sums is not None:
        what = "各单位受何因素影响最大" if zh else "What moves whom most"
        parts += [
            (f"{what}（{level}）" if zh else f"{what} ({level})", rows)
            for level, rows, _ in mover_rows(found, lang, None)
        ]
    for name, rows in parts:
        lines += ["", f"## {name}", "", *markdown_table(rows)]
    return "\n".join(lines) + "\n"


def sensitivity_dict(found: Sensitivity, lang: str = "en") -> dict[str, Any]:
    """Return an analysis for JSON: what was asked, notes, sources, factors, pairs, movers."""
    pairs = found.indices is not None and found.indices.second is not None
    return {
        "edition": found.board.recipe.edition,
        "simulated": found.board.table.simulated or found.board.recipe.simulated,
        **found.to_dict(),
        "title": found.target.title[0 if lang == "zh" else 1],
        "mean": found.mean,
        "sd": found.sd,
        "notes": found.notes(lang),
        "sources": found.sources(lang).to_dict("records"),
        "factors": found.table(lang).to_dict("records"),
        "pairs": found.second(lang).to_dict("records") if pairs else [],
        "movers": found.movers(lang).to_dict("records") if found.sums is not None else [],
    }


def _head(lang: str) -> list[str]:
    return ["代码", "因素"] if lang == "zh" else ["factor", "name"]


def _rows(table: pd.DataFrame, words: list[str], head: list[str], lang: str) -> Rows:
    which = 0 if lang == "zh" else 1
    numbers = [name for name in INDICES if name in table]
    header = list(head)
    for name in numbers:
        header += [INDICES[name][which], ("区间", "interval")[which]]
    rows = [header]
    for row in table.to_dict("records"):
        cells = [str(row[word]) for word in words]
        for name in numbers:
            cells += [_number(row[name]), _ends(row[f"{name}_low"], row[f"{name}_high"])]
        rows.append(cells)
    return rows


def _number(value: float, digits: int = 3) -> str:
    # A number that rounds to nothing has no sign.
    return "-" if math.isnan(value) else f"{value:.{digits}f}".replace("-0.000", "0.000")


def _ends(low: float, high: float) -> str:
    if math.isnan(low) or low == high:
        return "-"
    return f"{_number(low, 2)}–{_number(high, 2)}".replace("-0.00", "0.00")
