"""Keys of a group-by as numbers, cells folded together, and what no estimate can be made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from yitihua.errors import FaultList, listing
from yitihua.surveys.engines.query import SumsQuery
from yitihua.surveys.estimation.design import Codes, Floats
from yitihua.surveys.estimation.stages import used


@dataclass(frozen=True, eq=False)
class Key:
    """One key: labels in order, and the number of each row's label, -1 where missing."""

    labels: tuple[str, ...]
    codes: Codes

    @classmethod
    def of(cls, parts: Sequence[npt.NDArray[Any]]) -> Key:
        """Return the key of a column in parts; 3, 3.0 and "3" are one label, whatever type the engine gave it.

        Examples
        --------
        >>> key = Key.of([np.array(["b", None], dtype=object), np.array(["a", "b"], dtype=object)])
        >>> key.labels, key.codes.tolist()
        (('a', 'b'), [1, -1, 0, 1])
        """
        place: dict[Any, int] = {}
        plain = [value for values in parts for value in values.tolist()]
        first = np.array([place.setdefault(value, len(place)) for value in plain], dtype=np.int64)
        labels = list(place) if all(type(value) is str for value in place) else [_label(value) for value in place]
        return cls._ordered(labels, first)

    @classmethod
    def joined(cls, keys: Sequence[Key], size: int) -> Key:
        """Return one key of several, labels joined by "/"; a missing part makes it missing.

        Examples
        --------
        >>> parts = [Key(("a", "b"), np.array([0, 1, 0])), Key(("x",), np.array([0, 0, -1]))]
        >>> Key.joined(parts, 3).labels, Key.joined(parts, 3).codes.tolist()
        (('a/x', 'b/x'), [0, 1, -1])
        """
        if len(keys) == 1:
            return keys[0]
        if not keys:
            return cls(("",), np.zeros(size, dtype=np.int64))
        both = np.zeros(size, dtype=np.int64)
        for key in keys:
            both = both * (len(key.labels) + 1) + key.codes + 1
        _, first, inverse = np.unique(both, return_index=True, return_inverse=True)
        labels = []
        for pair in np.column_stack([key.codes[first] for key in keys]).tolist():
            parts = [key.labels[code] for key, code in zip(keys, pair, strict=True) if code >= 0]
            labels.append("/".join(parts) if len(parts) == len(keys) else None)
        return cls._ordered(labels, np.asarray(inverse, dtype=np.int64))

    @classmethod
    def _ordered(cls, labels: Sequence[str | None], codes: Codes) -> Key:
        ordered = sorted({label for label in labels if label is not None})
        place: dict[str | None, int] = {label: i for i, label in enumerate(ordered)}
        place[None] = -1
        return cls(tuple(ordered), np.array([place[label] for label in labels], dtype=np.int64)[codes])


def pairs(outer: Key, inner: Key) -> Codes:
    """Return numbers of pairs of labels, every number from 0 in use.

    Examples
    --------
    >>> pairs(Key(("a", "b"), np.array([0, 1, 1])), Key(("x", "y"), np.array([1, 0, 0]))).tolist()
    [0, 1, 1]
    """
    return used((outer.codes + 1) * (len(inner.labels) + 1) + inner.codes + 1)[0]


def _label(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    try:
        whole = int(value) == value
    except (TypeError, ValueError, OverflowError):
        return str(value)
    return str(int(value)) if whole else str(value)


class Fold:
    """Adds up the rows that have the same codes, in the order of the codes.

    Parameters
    ----------
    codes : ndarray of int, shape (rows, keys)
    """

    def __init__(self, codes: Codes) -> None:
        self._order = np.lexsort(codes.T[::-1])
        ordered = codes[self._order]
        new = np.ones(len(codes), dtype=bool)
        new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
        self._starts = np.flatnonzero(new)
        self.codes: Codes = ordered[self._starts]

    def __call__(self, values: Floats) -> Floats:
        """Return sums, shape (cells, ...)."""
        return np.asarray(np.add.reduceat(values[self._order], self._starts, axis=0))

    def least(self, values: Floats) -> Floats:
        """Return the smallest values, shape (cells,); NaN is passed over."""
        return np.asarray(np.fmin.reduceat(values[self._order], self._starts))


def check_sums(sums: Mapping[str, Floats], keys: Sequence[Key], query: SumsQuery, source: str) -> None:
    """Refuse no rows, rows without stratum or cluster, weights and populations that are none.

    Only numbers of rows are told, never what a row holds.
    """
    faults = FaultList()
    n = sums["n"]
    if not n.sum():
        faults.add("engine-no-rows", file=source)
    faults.raise_if_any()
    design = [*query.stratum, *(() if query.psu is None else (query.psu,))]
    for name, key in zip(design, keys[query.domain_parts :], strict=False):
        if missing := int(n[key.codes < 0].sum()):
            faults.add("engine-key-missing", file=source, key=name, found=missing)
    for column, short in ((query.weight, "w"), (query.start, "d")):
        if column is None:
            continue
        if missing := int((n - sums[f"{short}_known"]).sum()):
            faults.add("engine-weight-missing", file=source, key=column, found=missing)
        if (sums[f"{short}_min"] < 0).any() or not np.isfinite(sums[short]).all():
            faults.add("engine-weight-negative", file=source, key=column)
    if query.population is not None:
        stratum = Key.joined(keys[query.domain_parts : query.domain_parts + len(query.stratum)], len(n))
        if differing := _differing(sums, stratum):
            faults.add("engine-population", file=source, key=query.population, found=listing(differing, 5))
    faults.raise_if_any()


def _differing(sums: Mapping[str, Floats], stratum: Key) -> list[str]:
    """Return strata whose population differs or is missing for some."""
    fold = Fold(stratum.codes[:, None])
    least, most = fold.least(sums["pop_min"]), -fold.least(-sums["pop_max"])
    missing = fold(sums["n"] - sums["pop_known"]) > 0
    wrong = missing | ~((least == most) & np.isfinite(least))
    return [stratum.labels[code] for code in fold.codes[wrong, 0] if code >= 0]
