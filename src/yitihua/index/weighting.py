"""Weights of an edition: stated, or made by a method from the points of siblings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.index_models import WeightSet
from yitihua.definitions.methods import WEIGHTS, plain
from yitihua.definitions.passport import sha256_of
from yitihua.errors import FaultList, refuse
from yitihua.index.recipe import Label, Weighting
from yitihua.index.weights.method import Floats, Siblings, Weighed
from yitihua.index.weights.resolve import within_parent

#: The set that is in force where `[weights] use` names a method and no set of that name is stated.
_EQUAL = WeightSet()


def weight_set(edition: Edition, name: str) -> WeightSet:
    """Return a named set, or the method of that name under its defaults.

    Raises
    ------
    InputError
        If the method has no defaults: what experts sent back, or which sets are combined, must be stated.
    """
    if name in edition.spec.weights.sets:
        return edition.spec.weights.sets[name]
    if name == "equal":
        return _EQUAL
    faults = FaultList()
    for key in WEIGHTS[name].keys:
        if key.required:
            faults.add("needs-key", key=f"weights.sets.{name}", method=name, name=key.name)
    faults.raise_if_any()
    return WeightSet(method=name)


@dataclass(eq=False)
class Weigher:
    """Finds the weights of each group of siblings; nodes are asked for from the leaves up.

    Attributes
    ----------
    edition : Edition
        The tree and the weight sets.
    raw : ndarray, shape (units, indicators)
        Denominated values.
    points : dict
        Code -> points of an indicator, or of a node already made, shape (units,).
    scale : (float, float)
        Lowest and highest points.
    files : dict
        Name -> sha256 of the files that methods have read.
    """

    edition: Edition
    raw: Floats
    points: dict[str, Floats]
    scale: tuple[float, float]
    files: dict[str, str] = field(default_factory=dict)
    _notes: dict[Label, None] = field(default_factory=dict)
    _global: dict[str, dict[str, float]] = field(default_factory=dict)

    def weights(self, parent: str, name: str | None = None) -> dict[str, float]:
        """Return the weights of a node's children; they sum to 1."""
        edition = self.edition
        name = edition.spec.weights.use if name is None else name
        chosen, children = weight_set(edition, name), edition.children[parent]
        if chosen.method == "equal" or any(child in chosen.weights for child in children):
            return within_parent(children, chosen.weights)
        if chosen.scope == "indicators":
            below = self._global_weights(name, chosen)
            sums = np.array([sum(below[leaf] for leaf in edition.indicators_below(child)) for child in children])
            # Where every indicator of a branch says nothing its weights are shared out evenly.
            shares = sums / sums.sum() if sums.sum() > 0 else np.full(len(sums), 1.0 / len(sums))
            return dict(zip(children, shares.tolist(), strict=True))
        if len(children) == 1:
            return {children[0]: 1.0}
        found = self._weigh(chosen, self._siblings(parent, children, name))
        return dict(zip(children, found.tolist(), strict=True))

    def summary(self) -> Weighting:
        """Return how the weights in force came about."""
        chosen = weight_set(self.edition, self.edition.spec.weights.use)
        if chosen.method == "equal":
            return Weighting()
        kept = tuple((name, plain(value)) for name, value in chosen.settings.items() if value is not None)
        return Weighting(chosen.method, chosen.scope, kept, tuple(self._notes))

    def _global_weights(self, name: str, chosen: WeightSet) -> dict[str, float]:
        if name not in self._global:
            codes = tuple(self.edition.indicators)
            found = self._weigh(chosen, self._siblings(self.edition.root, codes, name))
            self._global[name] = dict(zip(codes, found.tolist(), strict=True))
        return self._global[name]

    def _weigh(self, chosen: WeightSet, siblings: Siblings) -> Floats:
        found: Weighed = WEIGHTS[chosen.method].weigh(siblings, chosen.settings)
        self._notes |= dict.fromkeys(found.notes)
        weights = np.asarray(found.weights, dtype=float)
        if weights.shape != (len(siblings.codes),) or not np.isfinite(weights).all() or weights.min() < 0:
            raise ValueError(f"{chosen.method}: weights {weights}")
        return np.asarray(weights / weights.sum())

    def _siblings(self, parent: str, children: tuple[str, ...], name: str) -> Siblings:
        edition, (low, high) = self.edition, self.scale
        place = {code: j for j, code in enumerate(edition.indicators)}
        nothing = np.full(len(self.raw), np.nan)
        return Siblings(
            z=(np.column_stack([self.points[child] for child in children]) - low) / (high - low),
            raw=np.column_stack([self.raw[:, place[c]] if c in place else nothing for c in children]),
            positive=np.array([c not in place or edition.indicators[c].direction == "+" for c in children]),
            codes=children,
            names=tuple(_label(edition, child) for child in children),
            parent=parent,
            parent_name=_label(edition, parent),
            find=self._find,
            find_all=self._find_all,
            others=self._others(parent, children, name),
        )

    def _others(self, parent: str, children: tuple[str, ...], name: str) -> Any:
        """Return a function that gives these children's weights in another set, for combinations."""

        def others(other: str) -> Floats:
            options = [*self.edition.spec.weights.sets, *WEIGHTS.names]
            if other not in options:
                raise refuse("unknown-reference", kind="weight set", name=other, options=options)
            if other == name or name in _named(self.edition, other):
                raise refuse("weights-circle", key=f"weights.sets.{name}", name=other)
            if children == tuple(self.edition.indicators) and children != self.edition.children[parent]:
                found = self._of_indicators(other)
            else:
                found = self.weights(parent, other)
            return np.array([found[child] for child in children])

        return others

    def _of_indicators(self, name: str) -> Mapping[str, float]:
        """Return the weight of every indicator in the whole index under another set."""
        chosen = weight_set(self.edition, name)
        if chosen.scope == "indicators" and chosen.method != "equal":
            return self._global_weights(name, chosen)
        below = {
            parent: self.weights(parent, name) for parent in self.edition.children if self.edition.children[parent]
        }
        found = {}
        for code in self.edition.indicators:
            weight, at = 1.0, code
            while at != self.edition.root:
                above = self.edition.parents[at]
                weight, at = weight * below[above][at], above
            found[code] = weight
        return found

    def _find(self, path: str) -> Path:
        """Return a file of the project, or of the checkout's index folder; its sha256 is recorded."""
        return self._matching(path, lambda base: [base / path])[0]

    def _find_all(self, pattern: str) -> tuple[Path, ...]:
        """Return the files of a name or a pattern, sorted by name; each is recorded with its sha256."""

        def matching(base: Path) -> list[Path]:
            # A name may hold what would be a pattern, as "points[1].csv".
            if _is_file(base / pattern):
                return [base / pattern]
            try:
                return sorted(base.glob(pattern))
            except (OSError, ValueError, NotImplementedError):  # "**.xlsx" is no pattern, 300 letters no name
                return []

        return self._matching(pattern, matching)

    def _matching(self, wanted: str, matching: Callable[[Path], list[Path]]) -> tuple[Path, ...]:
        from yitihua.definitions import resolver

        roots = [root for root in (self.edition.project, resolver.shipped_root()) if root is not None]
        bases = [(root, base) for root in roots for base in (root, root / "index")]
        for root, base in bases if wanted and not Path(wanted).is_absolute() else ():
            # Excel keeps a hidden "~$name.xlsx" beside a workbook that is open.
            found = [path for path in matching(base) if _is_file(path) and not path.name.startswith(("~$", "."))]
            if found and all(path.resolve().is_relative_to(root.resolve()) for path in found):
                self.files |= {path.relative_to(base).as_posix(): sha256_of(path) for path in found}
                return tuple(found)
        raise refuse("file-not-found", file=wanted, key=f"weights.sets.{self.edition.spec.weights.use}")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name too long, or with a sign that no file has
        return False


def _label(edition: Edition, code: str) -> Label:
    entry = edition.nodes.get(code) or edition.indicators[code]
    return (entry.name.zh, entry.name.en)


def _named(edition: Edition, name: str) -> set[str]:
    """Return the sets that a combination or a target names, and those that these name.

    A method's name stands for its defaults, which name no set; a name that is none is refused where it is used.
    """
    found: set[str] = set()
    queue = [name]
    while queue:
        stated = edition.spec.weights.sets[at].stated if (at := queue.pop()) in edition.spec.weights.sets else {}
        target = stated.get("target")
        for other in (*(stated.get("sets") or ()), *([target] if isinstance(target, str) else [])):
            if other not in found:
                found.add(other)
                queue.append(other)
    return found
