"""An IndicatorTable as JSON and back, to the same bits: what a run keeps of its input."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import numpy as np

from yitihua.definitions.framework_models import Formula
from yitihua.errors import refuse
from yitihua.indicators import origins
from yitihua.indicators.background import Background, IndicatorWords, MeasureWords
from yitihua.indicators.covariance import Covariance
from yitihua.indicators.table import Floats, IndicatorTable, Lineage, Remark

FORMAT = 1


def table_to_json(table: IndicatorTable) -> str:
    """Return a table as JSON; numbers are written so that they read back the same bits.

    Examples
    --------
    >>> table = IndicatorTable(("a",), ("x", "y"), np.array([[0.1, np.nan]]))
    >>> back = table_from_json(table_to_json(table))
    >>> back.values.tobytes() == table.values.tobytes(), back.units
    (True, ('a',))
    """
    behind = table.background
    data = {
        "format": FORMAT,
        "units": table.units,
        "indicators": table.indicators,
        "values": _listed(table.values),
        "se": _listed(table.se),
        "n": _listed(table.n),
        "covariance": _covariance(table.covariance),
        "origin": None if table.origin is None else table.origin.tolist(),
        "names": dict(table.names),
        "levels": table.levels,
        "attributes": {name: _listed(column) for name, column in table.attributes.items()},
        "measures": _columns(table.measures),
        "formulas": dict(table.formulas),
        "formula_measures": dict(table.formula_measures),
        "flags": [[unit, code, remarks] for (unit, code), remarks in table.flags.items()],
        "period": table.period,
        "simulated": table.simulated,
        "lineage": [asdict(line) for line in table.lineage],
        "notices": table.notices,
        "history": [_other_period(other) for other in table.history],
        "background": {
            "measures": {code: asdict(words) for code, words in behind.measures.items()},
            "indicators": {code: asdict(words) for code, words in behind.indicators.items()},
            "formulas": {code: f.model_dump(mode="json", exclude_defaults=True) for code, f in behind.formulas.items()},
            "before": _columns(behind.before),
            "before_period": behind.before_period,
            "months": _listed(behind.months),
            "months_before": _listed(behind.months_before),
            "places": origins.to_json(behind.places),
            "places_before": origins.to_json(behind.places_before),
            "submissions": behind.submissions,
            "made": dict(behind.made),
        },
    }
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def table_from_json(text: str, file: str = "table.json") -> IndicatorTable:
    """Return the table a JSON text holds.

    Raises
    ------
    InputError
        If it is not a table of this format.
    """
    try:
        data = json.loads(text)
        found = data.get("format")
    except (ValueError, AttributeError) as error:
        raise refuse("not-a-run", file=file, reason=str(error)) from None
    if found != FORMAT:
        raise refuse("unknown-format", file=file, found=found, options=[str(FORMAT)])
    try:
        return _table(data)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise refuse("not-a-run", file=file, reason=str(error) or type(error).__name__) from None


def _table(data: dict[str, Any]) -> IndicatorTable:
    values = _matrix(data["values"], len(data["indicators"]))
    assert values is not None
    return IndicatorTable(
        units=tuple(data["units"]),
        indicators=tuple(data["indicators"]),
        values=values,
        se=_matrix(data["se"], len(data["indicators"])),
        n=_matrix(data["n"], len(data["indicators"])),
        covariance=_covariance_of(data.get("covariance"), tuple(data["units"])),
        origin=np.array(data["origin"], dtype=object).reshape(values.shape),
        names={lang: tuple(names) for lang, names in data["names"].items()},
        levels=tuple(data["levels"]),
        attributes={name: _column(column) for name, column in data["attributes"].items()},
        measures={code: _numbers(column) for code, column in data["measures"].items()},
        formulas=data["formulas"],
        formula_measures={code: tuple(names) for code, names in data["formula_measures"].items()},
        flags={(unit, code): tuple(_pair(remark) for remark in remarks) for unit, code, remarks in data["flags"]},
        period=data["period"],
        simulated=bool(data["simulated"]),
        lineage=tuple(Lineage(**line) for line in data["lineage"]),
        notices=tuple(_pair(notice) for notice in data["notices"]),
        background=_background(data["background"]),
        history=tuple(_of_other_period(other) for other in data.get("history", ())),
    )


def _other_period(table: IndicatorTable) -> dict[str, Any]:
    return {
        "period": table.period,
        "units": table.units,
        "indicators": table.indicators,
        "values": _listed(table.values),
        "attributes": {name: _listed(column) for name, column in table.attributes.items()},
    }


def _of_other_period(data: dict[str, Any]) -> IndicatorTable:
    values = _matrix(data["values"], len(data["indicators"]))
    assert values is not None
    attributes = {name: _column(column) for name, column in data["attributes"].items()}
    units, indicators = tuple(data["units"]), tuple(data["indicators"])
    return IndicatorTable(units, indicators, values, attributes=attributes, period=data["period"])


def _background(data: dict[str, Any]) -> Background:
    return Background(
        measures={
            code: MeasureWords(**{key: _pair(text) for key, text in words.items()})
            for code, words in data["measures"].items()
        },
        indicators={
            code: IndicatorWords(_pair(words["definition"]), _pair(words["reason"]), tuple(words["evidence"]))
            for code, words in data["indicators"].items()
        },
        formulas={code: Formula(**formula) for code, formula in data["formulas"].items()},
        before={code: _numbers(column) for code, column in data["before"].items()},
        before_period=data["before_period"],
        months=None if data["months"] is None else _numbers(data["months"]),
        months_before=None if data["months_before"] is None else _numbers(data["months_before"]),
        places=origins.from_json(data["places"]) if "places" in data else {},
        places_before=origins.from_json(data["places_before"]) if "places_before" in data else {},
        submissions=tuple(data.get("submissions", ())),
        made={unit: (_pair(summed), _pair(averaged)) for unit, (summed, averaged) in data.get("made", {}).items()},
    )


def _covariance(found: Covariance | None) -> Any:
    """Return a covariance as lists; a block is symmetric, so its lower half is enough."""
    if found is None:
        return None
    lower = np.tril_indices(len(found.indicators))
    return {
        "indicators": found.indicators,
        "blocks": found.blocks[:, lower[0], lower[1]].tolist(),
        "shared": found.shared.tolist(),
    }


def _covariance_of(data: Any, units: tuple[str, ...]) -> Covariance | None:
    if data is None:
        return None
    n, k = len(units), len(data["indicators"])
    lower = np.tril_indices(k)
    blocks = np.zeros((n, k, k))
    blocks[:, lower[0], lower[1]] = blocks[:, lower[1], lower[0]] = np.array(data["blocks"], dtype=float)
    shared = np.array(data["shared"], dtype=float).reshape(len(data["shared"]), n, k)
    return Covariance(units, tuple(data["indicators"]), blocks, shared)


def _columns(columns: Any) -> dict[str, Any]:
    return {code: _listed(column) for code, column in columns.items()}


def _listed(array: Any) -> Any:
    """Return an array as lists, NaN as null; text stays text."""
    if array is None:
        return None
    plain = np.asarray(array).astype(object)
    if np.asarray(array).dtype.kind == "f":
        plain[np.isnan(array)] = None
    return plain.tolist()


def _numbers(column: list[Any]) -> Floats:
    return np.array([np.nan if value is None else value for value in column], dtype=float)


def _column(column: list[Any]) -> Any:
    if any(isinstance(value, str) for value in column):
        return np.array(column, dtype=object)
    return _numbers(column)


def _matrix(rows: list[list[Any]] | None, width: int) -> Floats | None:
    if rows is None:
        return None
    flat = [np.nan if value is None else value for row in rows for value in row]
    return np.array(flat, dtype=float).reshape(len(rows), width)


def _pair(words: Any) -> Remark:
    zh, en = words
    return (zh, en)
