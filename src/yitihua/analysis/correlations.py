"""Correlations on a board: of all with all, within parents, along the tree, with denominators.

Every table is long, one line a pair: r, units that have both values (n), the two-sided p, and p corrected
for all tests of the table. How p is taken is said in `yitihua.analysis.association`. What a table was made
from stands in its ``.attrs``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.analysis.association import adjust_p, associate
from yitihua.analysis.stages import ancestors_of, chosen_codes, level_rows, marked, node_of, stage_values
from yitihua.errors import refuse, suggest
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

#: Up to this a correlation is negative, up to this weak, from this high (COINr, R/plot_corr.R, flagthresh).
THRESHOLDS = (-0.4, 0.3, 0.9)

#: Words of flags: Chinese, English.
FLAGS = {"negative": ("负相关", "negative"), "weak": ("弱", "weak"), "ok": ("适中", "ok"), "high": ("过高", "high")}

#: A correlation with a denominator above this may call for dividing by it (COINr, `get_denom_corr`).
DENOMINATOR = 0.6

Pairs = list[tuple[int, int]]


def correlation_flags(
    r: Floats, thresholds: tuple[float, float, float] = THRESHOLDS, lang: str = "en"
) -> npt.NDArray[np.object_]:
    """Return "negative", "weak", "ok" or "high" for correlations, "" for NaN.

    Parameters
    ----------
    r : ndarray, any shape
        Taken at two decimals, as COINr does.
    thresholds : (float, float, float)
        Negative up to the first, weak up to the second, high from the third.

    References
    ----------
    COINr, R/plot_corr.R: ``ifelse(Correlation >= hithresh, "High", "OK")``, then ``<= weakthresh`` is "Weak"
    and ``<= negthresh`` "Negative", of ``round(Correlation, 2)``.

    Examples
    --------
    >>> correlation_flags(np.array([-0.7, 0.1, 0.5, 0.93, np.nan])).tolist()
    ['negative', 'weak', 'ok', 'high', '']
    """
    negative, weak, high = thresholds
    words = {key: pair[0 if lang == "zh" else 1] for key, pair in FLAGS.items()}
    rounded = np.round(np.asarray(r, dtype=float), 2)
    found = np.full(rounded.shape, "", dtype=object)
    found[np.isfinite(rounded)] = words["ok"]
    found[rounded >= high] = words["high"]
    found[rounded <= weak] = words["weak"]
    found[rounded <= negative] = words["negative"]
    return found


def correlation_matrix(
    board: Scoreboard,
    codes: str | Sequence[str] = "indicators",
    kind: str = "pearson",
    stage: str = "normalised",
    level: str | None = None,
    directed: bool = False,
) -> pd.DataFrame:
    """Return the square table of correlations, NaN where there is none.

    Parameters
    ----------
    board, codes, kind, stage, level, directed
        See `correlation_table`.

    Examples
    --------
    >>> import yitihua as yt
    >>> correlation_matrix(yt.evaluate("asem"), ["Sust", "Conn", "Index"]).round(2).loc["Index"].to_list()
    [0.84, 0.94, 1.0]
    """
    import pandas as pd

    labels = list(chosen_codes(board.recipe, codes))
    found = associate(stage_values(board, labels, stage, level, directed), kind)
    frame = pd.DataFrame(found.r, index=pd.Index(labels, name="code"), columns=labels)
    return marked(frame, board, "en", kind=kind, stage=stage)


def correlation_table(
    board: Scoreboard,
    codes: str | Sequence[str] = "indicators",
    against: str | Sequence[str] | None = None,
    kind: str = "pearson",
    stage: str = "normalised",
    level: str | None = None,
    directed: bool = False,
    correction: str = "holm",
    lang: str = "en",
) -> pd.DataFrame:
    """Return correlations between indicators, nodes, or both.

    Parameters
    ----------
    board : Scoreboard
    codes : {"indicators", "nodes", "both"} or sequence of str
        What to correlate.
    against : same, optional
        With what; default: each pair among `codes` once.
    kind : {"pearson", "spearman", "kendall"}
    stage : {"raw", "denominated", "filled", "treated", "normalised"}
        Which values of the indicators; nodes have their scores.
    level : str, optional
        Units of one level; default: the level with the most.
    directed : bool
        Turn indicators of which less is better, at stages before the points (COINr's `use_directions`).
    correction : {"holm", "bonferroni", "fdr", "none"}
        For `p_adjusted`, over all tests of this table.
    lang : {"en", "zh"}
        Of names and flags.

    Returns
    -------
    DataFrame
        code, name, other, other_name, r, n, p, p_adjusted, exact (p from the permutation distribution),
        flag. A pair that has no correlation (under two shared units, no spread) has NaN.

    Raises
    ------
    InputError
        If a code or an option is unknown.

    References
    ----------
    COINr, R/correlations.R, `get_corr`, which blanks correlations with p above 0.05, uncorrected; here all
    stay, with their p.

    Examples
    --------
    >>> import yitihua as yt
    >>> table = correlation_table(yt.evaluate("asem"), ["CO2", "Renew"], stage="raw")
    >>> table[["code", "other", "r", "n"]].round(4).values.tolist()
    [['CO2', 'Renew', -0.5986, 51]]
    """
    first = chosen_codes(board.recipe, codes)
    second = first if against is None else chosen_codes(board.recipe, against)
    labels = tuple(dict.fromkeys((*first, *second)))
    place = {code: i for i, code in enumerate(labels)}
    pairs = [(place[a], place[b]) for a in first for b in second if a != b]
    if against is None:
        pairs = [(i, j) for i, j in pairs if i < j]
    z = stage_values(board, labels, stage, level, directed)
    return _table(board, labels, z, pairs, {}, kind, stage, correction, lang)


def sibling_correlations(
    board: Scoreboard,
    node: str | None = None,
    kind: str = "pearson",
    stage: str = "normalised",
    level: str | None = None,
    directed: bool = False,
    correction: str = "holm",
    lang: str = "en",
) -> pd.DataFrame:
    """Return correlations within parents: each pair of children of one node, once.

    Parameters
    ----------
    board : Scoreboard
    node : str, optional
        One node; default: all.
    kind, stage, level, directed, correction, lang
        See `correlation_table`; p is corrected over the pairs of all nodes in the table.

    Returns
    -------
    DataFrame
        parent, then the columns of `correlation_table`.

    Raises
    ------
    InputError
        If the node or an option is unknown.

    Examples
    --------
    >>> import yitihua as yt
    >>> table = sibling_correlations(yt.evaluate("asem"), "Index")
    >>> table[["parent", "code", "other", "r"]].round(3).values.tolist()
    [['Index', 'Sust', 'Conn', 0.601]]
    """
    recipe = board.recipe
    nodes = recipe.nodes if node is None else (node_of(recipe, node),)
    labels = chosen_codes(recipe, "both")
    place = {code: i for i, code in enumerate(labels)}
    pairs: Pairs = []
    parents: list[str] = []
    for rule in nodes:
        found = [(a, b) for i, a in enumerate(rule.children) for b in rule.children[i + 1 :]]
        pairs += [(place[a], place[b]) for a, b in found]
        parents += [rule.code] * len(found)
    z = stage_values(board, labels, stage, level, directed)
    return _table(board, labels, z, pairs, {"parent": parents}, kind, stage, correction, lang)


def family_correlations(
    board: Scoreboard,
    codes: str | Sequence[str] = "both",
    kind: str = "pearson",
    stage: str = "normalised",
    level: str | None = None,
    directed: bool = False,
    correction: str = "holm",
    lang: str = "en",
) -> pd.DataFrame:
    """Return correlations of indicators and nodes with their parent and all nodes above.

    A node's score holds the indicator itself, so r is above 0 even where the indicator has nothing to do
    with its siblings (about 1 / sqrt(k) for k alike in weight and spread), and p answers less than it seems
    to; the item-rest correlation of `yitihua.analysis.reliability` leaves the indicator out.

    Parameters
    ----------
    board : Scoreboard
    codes : {"both", "indicators", "nodes"} or sequence of str
        Whose families.
    kind, stage, level, directed, correction, lang
        See `correlation_table`.

    Returns
    -------
    DataFrame
        The columns of `correlation_table`, where `other` is the node above, and `steps` (1 is the parent).

    Raises
    ------
    InputError
        If a code or an option is unknown.

    References
    ----------
    COINr, R/correlations.R, `get_corr(withparent = "family")`; `withparent = TRUE` is `steps` 1.

    Examples
    --------
    >>> import yitihua as yt
    >>> table = family_correlations(yt.evaluate("asem"), ["CO2"])
    >>> table[["other", "steps", "r"]].round(3).values.tolist()
    [['Environ', 1, 0.784], ['Sust', 2, 0.214], ['Index', 3, -0.148]]
    """
    recipe = board.recipe
    labels = chosen_codes(recipe, "both")
    place = {code: i for i, code in enumerate(labels)}
    pairs: Pairs = []
    steps: list[int] = []
    for code in chosen_codes(recipe, codes):
        above = ancestors_of(recipe, code)
        pairs += [(place[code], place[node]) for node in above]
        steps += range(1, len(above) + 1)
    z = stage_values(board, labels, stage, level, directed)
    return _table(board, labels, z, pairs, {"steps": steps}, kind, stage, correction, lang)


def attribute_correlations(
    board: Scoreboard,
    attributes: Sequence[str] | None = None,
    codes: str | Sequence[str] = "indicators",
    threshold: float = DENOMINATOR,
    kind: str = "pearson",
    stage: str = "raw",
    level: str | None = None,
    correction: str = "holm",
    lang: str = "en",
) -> pd.DataFrame:
    """Return correlations of indicators with denominators and other numeric columns of the data.

    An undivided value that goes with the size of the unit may have to be divided by it; a divided one that
    still does tells that size decides the ranking.

    Parameters
    ----------
    board : Scoreboard
    attributes : sequence of str, optional
        Columns of the data besides the indicators; default: all that hold numbers.
    codes : {"indicators", "nodes", "both"} or sequence of str
    threshold : float
        ``|r|`` above it is marked.
    kind, stage, level, correction, lang
        See `correlation_table`; here the raw values by default.

    Returns
    -------
    DataFrame
        code, name, attribute, divides (whether the indicator is divided by it), r, n, p, p_adjusted, exact,
        above. No line where the data has no such column.

    Raises
    ------
    InputError
        If a column is absent or holds no numbers, or an option is unknown.

    References
    ----------
    COINr, R/correlations.R, `get_denom_corr`, which lists pairs with ``abs(Value) > cor_thresh``, 0.6.

    Examples
    --------
    >>> import yitihua as yt
    >>> table = attribute_correlations(yt.evaluate("asem"), ["Den_GDP"], ["Goods"])
    >>> table[["code", "attribute", "r", "above"]].round(2).values.tolist()
    [['Goods', 'Den_GDP', 0.8, True]]
    """
    names = _numeric(board, attributes)
    labels = chosen_codes(board.recipe, codes)
    rows, m = level_rows(board, level), len(labels)
    z = stage_values(board, labels, stage, level)
    others = [np.asarray(board.table.attributes[name][rows], dtype=float) for name in names]
    pairs = [(i, m + j) for i in range(m) for j in range(len(names))]
    frame = _table(board, (*labels, *names), np.column_stack([z, *others]), pairs, {}, kind, stage, correction, lang)
    by = {rule.code: rule.denominate_by for rule in board.recipe.indicators}
    frame = frame.drop(columns=["other_name", "flag"]).rename(columns={"other": "attribute"})
    divides = [by.get(code) == name for code, name in zip(frame["code"], frame["attribute"], strict=True)]
    frame.insert(3, "divides", divides)
    frame["above"] = frame["r"].abs() > threshold
    frame.attrs["threshold"] = threshold
    return frame


def _numeric(board: Scoreboard, wanted: Sequence[str] | None) -> list[str]:
    columns = board.table.attributes
    numeric = [name for name, column in columns.items() if np.issubdtype(np.asarray(column).dtype, np.number)]
    if wanted is None:
        return numeric
    for name in wanted:
        if name not in numeric:
            raise refuse(
                "unknown-reference", kind="numeric column", name=name, options=numeric, hint=suggest(name, numeric)
            )
    return list(wanted)


def _table(
    board: Scoreboard,
    labels: Sequence[str],
    z: Floats,
    pairs: Pairs,
    more: dict[str, list[Any]],
    kind: str,
    stage: str,
    correction: str,
    lang: str,
) -> pd.DataFrame:
    """Return the long table of pairs of columns of z."""
    import pandas as pd

    found = associate(z, kind)
    index = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    i, j = index[:, 0], index[:, 1]
    words = {code: label[0 if lang == "zh" else 1] for code, label in board.recipe.labels.items()}
    r, p = found.r[i, j], found.p[i, j]
    frame = pd.DataFrame(
        {
            **{key: values for key, values in more.items() if key == "parent"},
            "code": [labels[a] for a in i],
            "name": [words.get(labels[a], labels[a]) for a in i],
            "other": [labels[b] for b in j],
            "other_name": [words.get(labels[b], labels[b]) for b in j],
            **{key: values for key, values in more.items() if key != "parent"},
            "r": r,
            "n": found.n[i, j],
            "p": p,
            "p_adjusted": adjust_p(p, correction),
            "exact": found.exact[i, j],
            "flag": correlation_flags(r, lang=lang),
        }
    )
    tests = int(np.isfinite(p).sum())
    return marked(frame, board, lang, kind=kind, stage=stage, correction=correction, tests=tests)
