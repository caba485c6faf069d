"""What the functions of this room are given, checked: numbers, groups, population."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from yitihua.errors import listing, refuse, suggest
from yitihua.indicators.arrays import Floats

Index = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Grouping:
    """Groups of units.

    Attributes
    ----------
    labels : tuple of str
        Sorted.
    of : ndarray of int, shape (units,)
        Index into `labels`.
    """

    labels: tuple[str, ...]
    of: Index

    def sums(self, x: Floats) -> Floats:
        """Return the sums of x, shape (units,), by group."""
        return np.asarray(np.bincount(self.of, weights=x, minlength=len(self.labels)), dtype=float)


def numbers(values: npt.ArrayLike, name: str = "y") -> Floats:
    """Return values as floats; NaN is missing.

    Raises
    ------
    InputError
        If something is no number, or is infinite.
    """
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise refuse("distribution-text", key=name, name=name, found=str(error)) from None
    if np.isinf(array).any():
        raise refuse("infinite", key=name, found=places(array, np.isinf(array)))
    return array


def column(values: npt.ArrayLike, name: str = "y") -> Floats:
    """Return values of one number a unit, shape (units,)."""
    array = numbers(values, name)
    if array.ndim != 1:
        raise refuse("distribution-shape", key=name, name=name, found=str(array.shape), expected="(units,)")
    return array


def same_length(array: npt.NDArray[np.generic], units: int, name: str) -> None:
    """Refuse an array that is not over as many units."""
    if array.shape[:1] != (units,):
        raise refuse("distribution-shape", key=name, name=name, found=str(array.shape), expected=f"({units}, ...)")


def places(array: Floats, wrong: npt.NDArray[np.bool_]) -> str:
    """Return which entries are wrong, counted from 0, with their values."""
    found = [f"[{', '.join(map(str, where))}] {array[tuple(where)]:g}" for where in np.argwhere(wrong)[:13].tolist()]
    text = listing(found)
    return text.rsplit("(", 1)[0] + f"({int(wrong.sum())})" if wrong.sum() > 12 else text


def not_negative(array: Floats, name: str = "y") -> None:
    """Refuse negative values."""
    wrong = array < 0
    if wrong.any():
        raise refuse("distribution-negative", key=name, n=int(wrong.sum()), found=places(array, wrong))


def above_zero(array: Floats, name: str = "y") -> None:
    """Refuse values of which there is no logarithm."""
    wrong = array <= 0
    if wrong.any():
        raise refuse("distribution-not-positive", key=name, n=int(wrong.sum()), found=places(array, wrong))


def weights_of(y: Floats, population: npt.ArrayLike | None) -> Floats:
    """Return the weight of every value, 0 where it is missing; shape of y.

    Raises
    ------
    InputError
        If the population of a unit with a value is missing or negative, or it sums to 0.
    """
    there = np.isfinite(y)
    if population is None:
        return there.astype(float)
    given = numbers(population, "population")
    if given.shape[-1:] != y.shape[-1:] or given.ndim > y.ndim:
        shapes = {"found": str(given.shape), "expected": str(y.shape)}
        raise refuse("distribution-shape", key="population", name="population", **shapes)
    weight = np.broadcast_to(given, y.shape)
    for wrong, reason in ((there & np.isnan(weight), "is missing"), (there & (weight < 0), "is negative")):
        if wrong.any():
            raise refuse("distribution-population", key="population", reason=reason, found=places(weight, wrong))
    weight = np.where(there, weight, 0.0)
    if (there.any(axis=-1) & (weight.sum(axis=-1) <= 0)).any():
        raise refuse("distribution-population", key="population", reason="sums to 0", found="0")
    return weight


def grouping(groups: Sequence[Hashable] | npt.NDArray[Any], needed: npt.NDArray[np.bool_]) -> Grouping:
    """Return the groups of the units with a value, in the order of their labels as text.

    Parameters
    ----------
    groups : sequence, shape (units,)
        Label of every unit; None, NaN or "" is no group.
    needed : ndarray of bool, shape (units,)
        Units with a value.

    Raises
    ------
    InputError
        If a unit with a value is in no group.
    """
    labels: list[Any] = list(groups)
    if len(labels) != len(needed):
        shapes = {"found": f"({len(labels)},)", "expected": f"({len(needed)},)"}
        raise refuse("distribution-shape", key="groups", name="groups", **shapes)
    missing = [i for i, label in enumerate(labels) if needed[i] and (label is None or label != label or label == "")]
    if missing:
        found = listing([f"[{i}]" for i in missing])
        raise refuse("distribution-group", key="groups", n=len(missing), found=found)
    kept = [str(label) for label, there in zip(labels, needed, strict=True) if there]
    names, of = np.unique(np.array(kept, dtype=object), return_inverse=True)
    return Grouping(tuple(str(name) for name in names), np.asarray(of, dtype=np.intp))


def choice(found: str, options: Sequence[str], key: str) -> None:
    """Refuse a word that is not among the options."""
    if found not in options:
        raise refuse("bad-choice", key=key, found=found, options=list(options), hint=suggest(str(found), options))


def enough(found: int, least: int, what: str, key: str = "") -> None:
    """Refuse too few of something."""
    if found < least:
        raise refuse("distribution-few", key=key, found=found, least=least, what=what)
