"""What goes into a bundle: a board and its sources -> files.

Numbers that are computed stand rounded to the decimals of the index, so that the last bits of another machine's BLAS
change no byte. What stands in full, bit by bit, is what went in: measures, estimates, covariance.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yitihua.index.grade import rounded
from yitihua.index.scoreboard import Scoreboard
from yitihua.index.tables import score_table
from yitihua.indicators.covariance import Covariance
from yitihua.indicators.table import Floats, IndicatorTable
from yitihua.indicators.table_json import table_to_json
from yitihua.publish.bundle.archive import MANIFEST
from yitihua.publish.bundle.manifest import Stated, manifest_bytes

if TYPE_CHECKING:
    import pandas as pd

#: Scores are written with the decimals of the index, but not with more than this.
MOST_DECIMALS: Final = 9
#: Coverage, and what is drawn: errors, intervals, probabilities.
_OTHER_DECIMALS: Final = 6
#: A difference that is none whatever the number's size: eps times what a few dozen operations leave.
_ZERO: Final = 1e-14
#: From this tolerance on numbers come from eigenvectors and iterations, whose errors are those of the whole list.
_ITERATED: Final = 1e-10


def bundle_files(board: Scoreboard, stated: Stated, sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of a bundle.

    Parameters
    ----------
    board : Scoreboard
        What was scored.
    stated : Stated
        What the manifest says beside its list of files.
    sources : mapping
        Definitions and passports by their names in the bundle, byte for byte.

    Returns
    -------
    dict
        Name -> content: table.json (all that went in) and the same as values.csv, measures.csv, estimates.csv and
        covariance.csv for people; recipe.json; scores.csv and scores.zh.csv; `sources`; manifest.json.
    """
    table = board.table
    tables = {"values.csv": _wide(table, dict(zip(table.indicators, table.values.T, strict=True)))}
    if table.measures:
        tables["measures.csv"] = _wide(table, table.measures)
    if table.se is not None or table.n is not None:
        tables["estimates.csv"] = _estimates(table)
    if table.covariance is not None:
        tables["covariance.csv"] = _covariance(table.covariance)
    files = {name: _csv(frame) for name, frame in tables.items()}
    files |= {
        "table.json": table_to_json(table).encode("utf-8"),
        "recipe.json": board.recipe.to_json().encode("utf-8"),
        "scores.csv": _csv(rounded_scores(board, "en")),
        "scores.zh.csv": b"\xef\xbb\xbf" + _csv(rounded_scores(board, "zh")),  # Excel shows nonsense without the mark
        **sources,
    }
    return files | {MANIFEST: manifest_bytes(stated, files)}


def rounded_scores(board: Scoreboard, lang: str) -> pd.DataFrame:
    """Return the table of scores, every number rounded as it is ranked.

    Examples
    --------
    >>> import yitihua as yt
    >>> rounded_scores(yt.evaluate("hdi"), "en")["score"].head(2).to_list()
    [0.967, 0.966]
    """
    frame = score_table(board, lang)
    decimals = min(board.recipe.score_decimals, MOST_DECIMALS)
    scored = {"score", *board.recipe.first_level}
    for name in frame.columns:
        if frame[name].dtype.kind == "f":
            places = decimals if name in scored else _OTHER_DECIMALS
            frame[name] = rounded(frame[name].to_numpy(), places)
    return frame


def settled(found: Any, stated: Any, within: float, scale: float = 0.0) -> Any:
    """Return what was computed anew, with the stated number wherever the two are the same but for the last bits.

    Parameters
    ----------
    found, stated : JSON
        What comes out here, and what the bundle holds.
    within : float
        Relative difference that another machine's arithmetic may make; what is 0 but for rounding is 0.
    scale : float
        Size that a difference is relative to, where the number itself is smaller.

    Examples
    --------
    >>> settled({"a": [0.1 + 0.2, 1.0], "b": 1e-17}, {"a": [0.3, 2.0], "b": 0.0}, 1e-9)
    {'a': [0.3, 1.0], 'b': 0.0}
    """
    if isinstance(found, dict) and isinstance(stated, dict):
        return {key: settled(value, stated.get(key), within) for key, value in found.items()}
    if isinstance(found, list) and isinstance(stated, list) and len(found) == len(stated):
        # A zero among loadings or weights is as exact as its neighbours, no more.
        largest = max((abs(value) for value in found if _is_number(value)), default=0.0)
        scale = largest if within >= _ITERATED else 0.0
        return [settled(one, other, within, scale) for one, other in zip(found, stated, strict=True)]
    if _is_number(found) and _is_number(stated):
        size = max(abs(found), abs(stated), scale)
        return stated if abs(found - stated) <= max(within * size, _ZERO) else found
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def settled_text(found: str, stated: bytes, within: float) -> str:
    """Return a JSON text computed anew with the stated numbers where they are the same but for the last bits."""
    return json.dumps(settled(json.loads(found), json.loads(stated), within), ensure_ascii=False)


def _named(table: IndicatorTable, rows: Any) -> dict[str, list[str]]:
    return {
        "unit": [table.units[row] for row in rows],
        "name_zh": [table.name_of(int(row), "zh") for row in rows],
        "name_en": [table.name_of(int(row), "en") for row in rows],
    }


def _wide(table: IndicatorTable, columns: Mapping[str, Floats]) -> pd.DataFrame:
    import pandas as pd

    rows = range(len(table.units))
    return pd.DataFrame({**_named(table, rows), "level": list(table.levels), **columns})


def _estimates(table: IndicatorTable) -> pd.DataFrame:
    """Return a row an estimate: value, standard error and respondents."""
    import pandas as pd

    nothing = np.full(table.values.shape, np.nan)
    se, n = (nothing if array is None else array for array in (table.se, table.n))
    rows, columns = np.nonzero(np.isfinite(se) | np.isfinite(n))
    codes = [table.indicators[j] for j in columns]
    numbers = {"value": table.values[rows, columns], "se": se[rows, columns], "n": n[rows, columns]}
    return pd.DataFrame({**_named(table, rows), "indicator": codes, **numbers})


def _covariance(found: Covariance) -> pd.DataFrame:
    """Return a row a number, as `indicators.covariance_file` says; what is 0 is left out."""
    import pandas as pd

    own, common = np.argwhere(found.blocks), np.argwhere(found.shared)
    own = own[own[:, 1] <= own[:, 2]]
    units, codes = found.units, found.indicators
    return pd.DataFrame({
        "factor": [0] * len(own) + [int(r) + 1 for r in common[:, 0]],
        "unit": [units[u] for u in own[:, 0]] + [units[u] for u in common[:, 1]],
        "first": [codes[i] for i in own[:, 1]] + [codes[i] for i in common[:, 2]],
        "second": [codes[i] for i in own[:, 2]] + [""] * len(common),
        "value": [*found.blocks[tuple(own.T)], *found.shared[tuple(common.T)]],
    })  # fmt: skip


def _csv(frame: pd.DataFrame) -> bytes:
    content: bytes = frame.to_csv(index=False, lineterminator="\n").encode("utf-8")
    return content
