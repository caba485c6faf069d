"""Checks of index/NAME.toml against the framework: methods, weights, grades, coverage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yitihua.definitions.barometer_checks import check_barometer
from yitihua.definitions.framework_models import RESERVED
from yitihua.definitions.index_models import GradeScheme, IndexSpec, MethodRule, default_grades
from yitihua.definitions.methods import WEIGHTS
from yitihua.definitions.source import Key, Place, Source
from yitihua.errors import FaultList, suggest

if TYPE_CHECKING:
    from yitihua.definitions.checks import Context


@dataclass(slots=True)
class IndexFile:
    """The index file, and where its keys stand."""

    spec: IndexSpec
    source: Source
    faults: FaultList
    indicators: list[str]
    parents: dict[str, str]
    nodes: list[str]

    def fault(self, code: str, key: Key, **details: Any) -> None:
        """Add a fault at the place of a key."""
        place = self.source.place(key)
        self.faults.add(code, file=place.file, line=place.line, key=".".join(key), **details)

    def unknown(self, key: Key, kind: str, name: str, options: Iterable[str]) -> None:
        """Add a fault for a name that refers to nothing."""
        choices = list(options)
        self.fault("unknown-reference", key, kind=kind, name=name, options=choices, hint=suggest(name, choices))

    def known(self, key: Key, kind: str, names: Iterable[str], options: Iterable[str]) -> None:
        """Add a fault for each name that is not among the options."""
        choices = list(options)
        for name in names:
            if name not in choices:
                self.unknown((*key, name), kind, name, choices)


def check_index(spec: IndexSpec, context: Context, source: Source) -> None:
    """Add every fault of the index file; the tree is known to be sound."""
    parents = {
        code: parent
        for section in ("nodes", "indicators")
        for code, parent in context.parents(section).items()
        if parent is not None
    }
    index = IndexFile(spec, source, context.faults, context.known("indicators"), parents, context.known("nodes"))
    views = context.known("views")
    index.known(("impute", "indicators"), "indicator", spec.impute.indicators, index.indicators)
    index.known(("treat", "indicators"), "indicator", spec.treat.indicators, index.indicators)
    index.known(("normalise", "indicators"), "indicator", spec.normalise.indicators, index.indicators)
    index.known(("aggregate", "nodes"), "node", spec.aggregate.nodes, index.nodes)
    index.known(("aggregate", "views"), "view", spec.aggregate.views, views)
    index.known(("aggregate", "levels"), "level", spec.aggregate.levels, _levels(index))
    index.known(("coverage", "nodes"), "node", spec.coverage.nodes, index.nodes)
    if spec.scale[0] >= spec.scale[1]:
        index.fault("bad-scale", ("scale",), lower=f"{spec.scale[0]:g}", upper=f"{spec.scale[1]:g}")
    _check_methods(index)
    _check_goalposts(index, context)
    _check_floors(index)
    _check_weights(index)
    taken = {*RESERVED, *index.indicators, *index.nodes}
    for name in {**default_grades(spec.scale), **spec.grades}:
        if name in taken:
            index.fault("reserved-code", ("grades", name), name=name, options=sorted(RESERVED))
    for name, scheme in spec.grades.items():
        _check_grades(index, ("grades", name), scheme)
    if spec.barometer is not None:
        check_barometer(spec.barometer, index, context)


def _levels(index: IndexFile) -> list[str]:
    def depth(code: str) -> int:
        return 0 if code not in index.parents else 1 + depth(index.parents[code])

    return sorted({str(depth(code)) for code in index.nodes})


def _sections(index: IndexFile) -> list[tuple[Key, MethodRule]]:
    """Return every table that names a method, with its key."""
    spec = index.spec
    found: list[tuple[Key, MethodRule]] = []
    for stage in ("impute", "treat", "normalise"):
        section = getattr(spec, stage)
        found += [((stage,), section)]
        found += [((stage, "indicators", code), rule) for code, rule in section.indicators.items()]
    found += [(("aggregate",), spec.aggregate)]
    for table in ("levels", "nodes", "views"):
        found += [(("aggregate", table, name), rule) for name, rule in getattr(spec.aggregate, table).items()]
    return found + [(("weights", "sets", name), one) for name, one in spec.weights.sets.items()]


def _check_methods(index: IndexFile) -> None:
    """Keys that the method does not take, keys that it needs, and what it says of its own."""
    for key, rule in _sections(index):
        method, registry = rule.known, rule.registry
        own = {one.name: one for one in method.keys}
        for name in [name for name in rule.stated if name not in own]:
            takers = registry.takers(name) or ("pkg.mod:fn",)
            index.fault("no-effect", (*key, name), name=name, method=", ".join(takers))
        for name, one in own.items():
            if one.required and name not in rule.stated:
                index.fault("needs-key", key, method=rule.method, name=name)
        if method.check is not None:
            for name, reason in method.check(rule.settings, index.spec.scale):
                index.fault("bad-value", (*key, name), found=str(rule.stated.get(name, "-")), reason=reason)


def _check_goalposts(index: IndexFile, context: Context) -> None:
    spec = index.spec.normalise
    for code, indicator in context.parts["indicators"].items():
        own = spec.indicators.get(code, spec)
        if own.method == "goalposts" and indicator.goalposts is None:
            context.fault("no-goalposts", ("indicators", code), name=code)


def _check_floors(index: IndexFile) -> None:
    """One hundredth of the scale is no floor for points that do not live on the scale."""
    normalise = index.spec.normalise
    normalised = (normalise, *normalise.indicators.values())
    off_scale = ", ".join(sorted({own.method for own in normalised if own.off_scale}))
    for key, rule in _sections(index):
        if key[0] != "aggregate":
            continue
        settings = rule.settings
        powered = rule.method in ("geometric", "harmonic") or (
            rule.method == "generalised" and (settings["exponent"] or 0) <= 0
        )
        if powered and settings["floor"] is None and (index.spec.scale[0] < 0 or off_scale):
            index.fault("needs-key", key, method=f"{rule.method} ({off_scale or 'scale < 0'})", name="floor")
        if key[1:2] == ("views",) and getattr(rule.known, "fit", None) is not None:
            index.fault("bad-value", (*key, "method"), found=rule.method, reason="a view takes no fitted method")


def _check_weights(index: IndexFile) -> None:
    spec = index.spec.weights
    options = list(dict.fromkeys(["equal", *spec.sets, *WEIGHTS.names]))
    if spec.use not in options:
        index.fault(
            "unknown-reference", ("weights", "use"), kind="weight set", name=spec.use,
            options=options, hint=suggest(spec.use, options),
        )  # fmt: skip
    elif spec.use not in spec.sets and spec.use in WEIGHTS.names:
        for one in WEIGHTS[spec.use].keys:
            if one.required:
                index.fault("needs-key", ("weights", "use"), method=spec.use, name=one.name)
    own = index.source.places.get((), Place("")).file
    for name, weight_set in spec.sets.items():
        key = ("weights", "sets", name, "weights")
        if name == "equal":
            index.fault("reserved-code", key[:-1], name=name, options=["equal"])
        if weight_set.method == "equal" and not weight_set.weights:
            index.fault("needs-key", key[:-1], method="equal", name="weights")
        if weight_set.method == "equal" and "scope" in weight_set.model_fields_set:
            index.fault("no-effect", (*key[:-1], "scope"), name="scope", method="entropy, critic, ...")
        codes = [*index.indicators, *(node for node in index.nodes if node in index.parents)]
        for name_of in ("targets", "ranks"):
            if stated := weight_set.stated.get(name_of):
                index.known((*key[:-1], name_of), "node or indicator", stated, codes)
        # A set taken over from a base may lack what this edition added; it is refused when it is used.
        inherited = name != spec.use and index.source.place(key).file != own
        check_weight_set(index, key, weight_set.weights, whole=not inherited)


def check_weight_set(index: IndexFile, key: Key, weights: dict[str, float], whole: bool = True) -> None:
    """Add the faults of one weight set: unknown, negative, partly given (if `whole`), summing to 0."""
    codes = [*index.indicators, *(node for node in index.nodes if node in index.parents)]
    index.known(key, "node or indicator", weights, codes)
    # A code that is only misspelt is not left out as well.
    misspelt = {suggest(code, codes) for code in weights if code not in codes}
    for code, weight in weights.items():
        if weight < 0:
            index.fault("negative-weight", (*key, code), name=code, found=f"{weight:g}")
    siblings: dict[str, list[str]] = {}
    for code in codes:
        siblings.setdefault(index.parents[code], []).append(code)
    for parent, group in siblings.items():
        given = [code for code in group if code in weights]
        absent = [code for code in group if code not in weights and code not in misspelt]
        if given and absent and not whole:
            continue
        if given and absent:
            index.fault("partial-weights", key, parent=parent, given=given, absent=absent)
        elif len(given) == len(group) and all(weights[code] == 0 for code in given):
            index.fault("zero-weights", key, parent=parent, given=given)


def _check_grades(index: IndexFile, key: Key, scheme: GradeScheme) -> None:
    count = len(scheme.labels)
    if len(set(scheme.labels)) < count:
        index.fault("bad-value", (*key, "labels"), found=str(list(scheme.labels)), reason="labels must differ")
    if scheme.names is not None and len(scheme.names) != count:
        index.fault("grade-length", (*key, "names"), name="names", found=len(scheme.names), expected=count)
    if scheme.method == "fixed":
        if scheme.cuts is None:
            index.fault("needs-key", key, method="fixed", name="cuts")
        elif len(scheme.cuts) != count - 1:
            index.fault("grade-length", (*key, "cuts"), name="cuts", found=len(scheme.cuts), expected=count - 1)
        elif any(low >= high for low, high in zip(scheme.cuts, scheme.cuts[1:], strict=False)):
            index.fault("cuts-order", (*key, "cuts"), found=[f"{cut:g}" for cut in scheme.cuts])
    elif scheme.cuts is not None:
        index.fault("no-effect", (*key, "cuts"), name="cuts", method="fixed")
    if scheme.shares is not None:
        if scheme.method != "quantile":
            index.fault("no-effect", (*key, "shares"), name="shares", method="quantile")
        elif len(scheme.shares) != count:
            index.fault("grade-length", (*key, "shares"), name="shares", found=len(scheme.shares), expected=count)
