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


#: Sections whose entries `[edition] drop` names bare; those of the others as "views.ssp".
_BARE = ("nodes", "indicators")
_QUALIFIED = ("measures", "views", "checklists")
_ASKED = "questionnaires."


def extend(base: Source, child: Source, faults: FaultList) -> tuple[Source, set[str]]:
    """Return `base` with everything that `child` states laid over it, and without what it drops.

    What a child drops and states anew is its own altogether: nothing of the base's entry is left in it. What is
    named in its `[edition] order` stands in that order.

    Returns
    -------
    Source, set of str
        The merged framework, and the nodes and indicators of the base of which no setting passes on.
    """
    named = _named(base, child, faults)
    anew = {(section, code) for section, code in named if _states(child, section, code)}
    kept = Source(_without(base.data, anew), {**base.places, **child.places}, base.files + child.files)
    merged = Source(merge(kept.data, child.data), kept.places, kept.files)
    gone = _drop(merged, named - anew)
    _put_in_order(merged, child, faults)
    return merged, gone | {code for section, code in anew if section in _BARE}


def extend_index(base: Source, child: Source, name: str, gone: set[str], faults: FaultList) -> Source:
    """Return the index file of a base with a child's laid over it.

    Parameters
    ----------
    base, child : Source
        Index files; the child's may be empty.
    name : str
        The child edition.
    gone : set of str
        Codes the child drops: the base's settings and weights for them go with them.
    faults : FaultList
        Gets what the child's `drop` names in vain.
    """
    content = without_codes(_spelt_out(base.data), gone)
    content.pop("drop", None)
    for path in _list_of(child.data, "drop"):
        content = _without_path(content, str(path).split("."), child, faults)
    merged = Source(merge(content, _spelt_out(child.data)), {**base.places, **child.places}, base.files + child.files)
    merged.places[()] = child.places.get((), Place(f"index/{name}.toml"))
    return merged


def _without_path(content: dict[str, Any], path: list[str], child: Source, faults: FaultList) -> dict[str, Any]:
    head, *rest = path
    if head not in content or (rest and not isinstance(content[head], dict)):
        place, known = child.place(("drop",)), list(content)
        hint = "" if head in known else suggest(head, known)
        faults.add(
            "unknown-reference", file=place.file, line=place.line, key="drop",
            kind="setting of the base edition", name=head, options=known, hint=hint,
        )  # fmt: skip
        return content
    if rest:
        return content | {head: _without_path(content[head], rest, child, faults)}
    return {key: value for key, value in content.items() if key != head}


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


def without_codes(data: dict[str, Any], gone: set[str]) -> dict[str, Any]:
    """Return an index file without settings and weights of nodes and indicators that are gone.

    Examples
    --------
    >>> without_codes({"coverage": {"nodes": {"A": 1, "B": 0.5}}}, {"A"})
    {'coverage': {'nodes': {'B': 0.5}}}
    """
    pruned = dict(data)
    for section, table in _CODED if gone else ():
        entries = pruned.get(section)
        if isinstance(entries, dict) and isinstance(entries.get(table), dict):
            pruned[section] = entries | {table: _kept(entries[table], gone)}
    weights = pruned.get("weights")
    if gone and isinstance(weights, dict) and isinstance(weights.get("sets"), dict):
        sets = {name: _pruned_set(entry, gone) for name, entry in weights["sets"].items()}
        pruned["weights"] = weights | {"sets": sets}
    return pruned


def _pruned_set(entry: Any, gone: set[str]) -> Any:
    if isinstance(entry, dict) and isinstance(entry.get("weights"), dict):
        return entry | {"weights": _kept(entry["weights"], gone)}
    return entry


def _kept(table: dict[str, Any], gone: set[str]) -> dict[str, Any]:
    return {code: value for code, value in table.items() if code not in gone}


def _list_of(table: Any, key: str) -> list[Any]:
    found = table.get(key, []) if isinstance(table, dict) else []
    return found if isinstance(found, list) else []  # what is no list is refused with its entry


def dropped_questionnaires(child: Source) -> list[str]:
    """Return the questionnaires of its base that an edition leaves out, by file stem."""
    named = [str(name) for name in _list_of(child.data.get("edition"), "drop")]
    return [name.removeprefix(_ASKED) for name in named if name.startswith(_ASKED)]


def _states(child: Source, section: str, code: str) -> bool:
    entries = child.data.get(section)
    return isinstance(entries, dict) and code in entries


def _named(base: Source, child: Source, faults: FaultList) -> set[tuple[str, str]]:
    """Return what the child's `[edition] drop` names, as (section, code)."""
    known: dict[str, set[tuple[str, str]]] = {}
    for section in (*_BARE, *_QUALIFIED):
        for source in (base, child):
            entries = source.data.get(section)
            for code in entries if isinstance(entries, dict) else ():
                known.setdefault(code if section in _BARE else f"{section}.{code}", set()).add((section, code))
    found: set[tuple[str, str]] = set()
    for name in _list_of(child.data.get("edition"), "drop"):
        if str(name).startswith(_ASKED):
            continue  # of another folder; see `dropped_questionnaires`
        if name in known:
            found |= known[name]
        else:
            _unknown(child, "drop", name, list(known), faults)
    return found


def _unknown(child: Source, key: str, name: Any, known: list[str], faults: FaultList) -> None:
    place = child.place(("edition", key))
    # What is meant bare is nearly always a node or an indicator: the others would only fill the line.
    bare = known if "." in str(name) else [code for code in known if code.split(".")[0] not in _QUALIFIED]
    faults.add(
        "unknown-reference", file=place.file, line=place.line, key=f"edition.{key}",
        kind="indicator or node", name=name, options=bare, hint=suggest(str(name), known),
    )  # fmt: skip


def _without(data: dict[str, Any], entries: set[tuple[str, str]]) -> dict[str, Any]:
    found = dict(data)
    for section in {section for section, _ in entries}:
        if isinstance(found.get(section), dict):
            found[section] = _kept(found[section], {code for where, code in entries if where == section})
    return found


def _drop(merged: Source, entries: set[tuple[str, str]]) -> set[str]:
    """Leave entries out, nodes with everything below them, views with the groups that indicators state in them."""
    gone = set(entries)
    while below := _children_of({code for section, code in gone if section == "nodes"}, merged.data) - gone:
        gone |= below
    merged.data = _without(merged.data, gone)
    views = {code for section, code in entries if section == "views"}
    if views and isinstance(merged.data.get("indicators"), dict):
        merged.data["indicators"] = {
            code: entry | {"views": _kept(entry["views"], views)}
            if isinstance(entry, dict) and isinstance(entry.get("views"), dict)
            else entry
            for code, entry in merged.data["indicators"].items()
        }
    return {code for section, code in gone if section in _BARE}


def _put_in_order(merged: Source, child: Source, faults: FaultList) -> None:
    """Put nodes and indicators into the order that the child states; those it does not name follow."""
    wanted = _list_of(child.data.get("edition"), "order")
    known = [code for name in _BARE for code in merged.data.get(name, {})]
    for name in wanted:
        if name not in known:
            _unknown(child, "order", name, known, faults)
    for section in _BARE if wanted else ():
        entries = merged.data.get(section)
        if isinstance(entries, dict):
            first = {code: entries[code] for code in wanted if code in entries}
            merged.data[section] = first | {code: entry for code, entry in entries.items() if code not in first}


def _children_of(nodes: set[str], data: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (section, code)
        for section in _BARE
        for code, entry in data.get(section, {}).items()
        if isinstance(entry, dict) and entry.get("parent") in nodes
    }
