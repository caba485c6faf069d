"""`extends`: lay an edition over another, leave out what it drops, keep only what still makes sense."""

from __future__ import annotations

from functools import cache
from typing import Any

from yitihua.definitions.methods import STAGES
from yitihua.definitions.source import Place, Source
from yitihua.errors import FaultList, suggest

#: Tables that replace those of the base edition as a whole: merging half a formula with half
#: of another would make a third that nobody wrote.
ATOMIC = frozenset({"formula", "survey"})


@cache
def method_keys() -> frozenset[str]:
    """Return the keys that belong to a method. Where an edition states another method, the base's do not pass on."""
    staged = {key for registry in STAGES.values() for key in registry.keys}
    return frozenset({"cuts", "shares", "parameters", "scope"} | staged)


#: Tables of an index file that may be written as one word, and the key the word stands for.
SHORTHAND = {"impute": "method", "treat": "method", "normalise": "method", "aggregate": "method", "weights": "use"}

#: Places in an index file where codes of indicators or nodes are keys.
_CODED = (
    ("impute", "indicators"),
    ("treat", "indicators"),
    ("normalise", "indicators"),
    ("aggregate", "nodes"),
    ("coverage", "nodes"),
)


def extend(base: Source, child: Source) -> Source:
    """Return `base` with everything that `child` states laid over it."""
    places = {**base.places, **child.places}
    return Source(merge(base.data, child.data), places, base.files + child.files)


def extend_index(base: Source, child: Source, name: str, gone: set[str]) -> Source:
    """Return the index file of a base with a child's laid over it.

    Parameters
    ----------
    base, child : Source
        Index files; the child's may be empty.
    name : str
        The child edition.
    gone : set of str
        Codes the child drops: the base's settings and weights for them go with them.
    """
    base = Source(_pruned(_spelt_out(base.data), gone), dict(base.places), list(base.files))
    merged = extend(base, Source(_spelt_out(child.data), child.places, child.files))
    merged.places[()] = child.places.get((), Place(f"index/{name}.toml"))
    return merged


def merge(base: dict[str, Any], child: dict[str, Any]) -> dict[str, Any]:
    """Return `base` with `child` laid over it, table by table; keys of another method do not pass on.

    Examples
    --------
    >>> merge({"method": "fixed", "cuts": [1], "labels": ["a", "b"]}, {"method": "quantile"})
    {'labels': ['a', 'b'], 'method': 'quantile'}
    """
    merged = dict(base)
    if "method" in child and child["method"] != base.get("method"):
        merged = {key: value for key, value in base.items() if key not in method_keys() | {"method"}}
    for key, value in child.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict) and key not in ATOMIC:
            merged[key] = merge(old, value)
        else:
            merged[key] = value
    return merged


def _spelt_out(data: dict[str, Any]) -> dict[str, Any]:
    """Write one-word tables as tables, so that they merge like any other."""
    return {
        key: {SHORTHAND[key]: value} if key in SHORTHAND and isinstance(value, str) else value
        for key, value in data.items()
    }


def _pruned(data: dict[str, Any], gone: set[str]) -> dict[str, Any]:
    if not gone:
        return data
    pruned = dict(data)
    for section, table in _CODED:
        entries = pruned.get(section)
        if isinstance(entries, dict) and isinstance(entries.get(table), dict):
            pruned[section] = entries | {table: _kept(entries[table], gone)}
    weights = pruned.get("weights")
    if isinstance(weights, dict) and isinstance(weights.get("sets"), dict):
        sets = {name: _pruned_set(entry, gone) for name, entry in weights["sets"].items()}
        pruned["weights"] = weights | {"sets": sets}
    return pruned


def _pruned_set(entry: Any, gone: set[str]) -> Any:
    if isinstance(entry, dict) and isinstance(entry.get("weights"), dict):
        return entry | {"weights": _kept(entry["weights"], gone)}
    return entry


def _kept(table: dict[str, Any], gone: set[str]) -> dict[str, Any]:
    return {code: value for code, value in table.items() if code not in gone}


def drop(merged: Source, child: Source, faults: FaultList) -> set[str]:
    """Leave out what the child's `[edition] drop` names, with everything below it.

    Returns
    -------
    set of str
        The codes that are gone.
    """
    dropped = child.data.get("edition", {}).get("drop", [])
    if not isinstance(dropped, list):
        return set()
    sections = {name: merged.data.get(name, {}) for name in ("nodes", "indicators")}
    known = [code for entries in sections.values() for code in entries]
    gone: set[str] = set()
    for code in dropped:
        if code in known:
            gone.add(code)
        else:
            place = child.place(("edition", "drop"))
            faults.add(
                "unknown-reference", file=place.file, line=place.line, key="edition.drop",
                kind="indicator or node", name=code, options=known, hint=suggest(str(code), known),
            )  # fmt: skip
    while below := _children_of(gone, sections) - gone:
        gone |= below
    for name, entries in sections.items():
        if entries:
            merged.data[name] = _kept(entries, gone)
    return gone


def _children_of(codes: set[str], sections: dict[str, Any]) -> set[str]:
    return {
        code
        for entries in sections.values()
        for code, entry in entries.items()
        if isinstance(entry, dict) and entry.get("parent") in codes
    }
