"""What-if on an edition: the same edition with some settings of its index file changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from yitihua.definitions.checks import Context
from yitihua.definitions.edition import Edition
from yitihua.definitions.framework_models import SECTIONS
from yitihua.definitions.index_checks import check_index
from yitihua.definitions.index_models import IndexSpec
from yitihua.definitions.inheritance import merge
from yitihua.definitions.source import Place, Source
from yitihua.definitions.validation import validate
from yitihua.errors import FaultList, refuse, suggest

#: Settings that may be given as a bare method name, which then replaces the whole table.
_METHODS = frozenset({"impute", "treat", "normalise", "aggregate"})


def with_changes(edition: Edition, changes: Mapping[str, Any]) -> Edition:
    """Return the edition with settings changed, checked like a file.

    Parameters
    ----------
    edition : Edition
        The edition to start from.
    changes : mapping
        Key of the index file -> new value. A method name replaces the whole table
        (``aggregate="geometric"``); a dict is laid over it. ``weights`` is the name of a set, or
        codes and numbers (``{"A": 3, "B": 1, ...}``).

    Raises
    ------
    InputError
        For an unknown setting or value.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> with_changes(load_edition("hdi"), {"aggregate": "arithmetic"}).spec.aggregate.method
    'arithmetic'
    """
    if not changes:
        return edition
    options = [name for name in IndexSpec.model_fields if name not in ("extends", "drop")]
    for name in changes:
        if name not in options:
            raise refuse("unknown-change", name=name, options=options, hint=suggest(name, options))
    settings = edition.spec.model_dump(exclude_none=True, exclude_defaults=True)
    for name, value in changes.items():
        settings[name] = _laid_over(name, settings.get(name), value)
    faults = FaultList()
    source = Source(places={(): Place("")})
    spec = validate(IndexSpec, settings, source, (), faults)
    if spec is not None:
        content = {
            name: {c: e.model_dump(exclude_none=True) for c, e in getattr(edition, name).items()} for name in SECTIONS
        }
        parts = {name: dict(getattr(edition, name)) for name in SECTIONS}
        check_index(spec, Context(content, parts, source, faults), source)
    faults.raise_if_any()
    assert spec is not None
    return dataclasses.replace(edition, spec=spec)


def _laid_over(name: str, old: Any, value: Any) -> Any:
    if name in _METHODS and isinstance(value, str):
        return {"method": value}
    if name == "weights":
        return _weights(old, value)
    if isinstance(value, Mapping) and isinstance(old, Mapping):
        return merge(dict(old), dict(value))
    return dict(value) if isinstance(value, Mapping) else value


def _weights(old: Any, value: Any) -> Any:
    stated = dict(old or {})
    if isinstance(value, str):
        return stated | {"use": value}
    if isinstance(value, Mapping) and not set(value) & {"use", "sets"}:
        sets = dict(stated.get("sets", {}))
        sets["custom"] = {"weights": dict(value)}
        return {"use": "custom", "sets": sets}
    return stated | dict(value)
