"""Checks of ``[barometer]`` against the framework: names, bounds, weights, and signs that fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yitihua.definitions.source import Key

if TYPE_CHECKING:
    from yitihua.definitions.barometer_models import BarometerSpec
    from yitihua.definitions.checks import Context
    from yitihua.definitions.index_checks import IndexFile

ROOT: Key = ("barometer",)


def check_barometer(spec: BarometerSpec, index: IndexFile, context: Context) -> None:
    """Add every fault of the barometer; the tree is known to be sound."""
    _check_progress(spec, index)
    _check_activity(spec, index, context)
    _check_cuts(spec, index)
    _check_sign(spec, index)


def _check_progress(spec: BarometerSpec, index: IndexFile) -> None:
    key, rule = (*ROOT, "progress"), spec.progress
    codes = [*index.nodes, *index.indicators]
    for code in dict.fromkeys(rule.nodes):
        if code not in codes:
            index.unknown((*key, "nodes"), "node or indicator", code, codes)
        if rule.nodes.count(code) > 1:
            index.fault("stated-twice", (*key, "nodes"), name=code, found=[code] * rule.nodes.count(code))
        above = index.parents.get(code)
        while above is not None:
            if above in rule.nodes:
                index.fault("barometer-nested", (*key, "nodes"), name=code, other=above)
            above = index.parents.get(above)
    if rule.past == 0:
        for name in sorted({"span", "lag"} & rule.model_fields_set):
            index.fault("no-effect", (*key, name), name=name, method="past > 0")


def _check_activity(spec: BarometerSpec, index: IndexFile, context: Context) -> None:
    key, rule = (*ROOT, "activity"), spec.activity
    known, made = context.known("measures"), context.parts["measures"]
    index.known((*key, "measures"), "measure", rule.measures, known)
    for name, measure in rule.measures.items():
        own = (*key, "measures", name)
        if name in made and made[name].kind != "count":
            index.fault("barometer-count", own, name=name, found=made[name].kind)
        for said, other in (("per", measure.per), ("of", measure.of)):
            if other is not None and other not in known:
                index.unknown((*own, said), "measure", other, known)
            elif other == name:
                index.fault("barometer-self", (*own, said), name=name)
        if measure.lower >= measure.upper:
            index.fault("barometer-bounds", own, lower=f"{measure.lower:g}", upper=f"{measure.upper:g}")
    if not any(rule.weights.model_dump().values()):
        index.fault("barometer-weights", (*key, "weights"), options=list(rule.weights.model_dump()))
    if rule.reference == "year" and "window" in rule.model_fields_set:
        index.fault("no-effect", (*key, "window"), name="window", method='reference = "trailing"')


def _check_cuts(spec: BarometerSpec, index: IndexFile) -> None:
    for name, cut in spec.quadrant.cuts.model_dump().items():
        if cut != "median" and not 0 < cut < 100:
            index.fault("barometer-cut", (*ROOT, "quadrant", "cuts", name), found=f"{cut:g}")


def _check_sign(spec: BarometerSpec, index: IndexFile) -> None:
    key, rule = (*ROOT, "sign"), spec.sign
    count = len(rule.labels)
    if len(set(rule.labels)) < count:
        index.fault("bad-value", (*key, "labels"), found=str(list(rule.labels)), reason="labels must differ")
    for name in ("names", "glyphs", "words"):
        found = len(getattr(rule, name))
        if found != count:
            index.fault("barometer-length", (*key, name), name=name, found=found, expected=count)
    if len(rule.cuts) != count - 1:
        index.fault("barometer-length", (*key, "cuts"), name="cuts", found=len(rule.cuts), expected=count - 1)
    elif any(low >= high for low, high in zip(rule.cuts, rule.cuts[1:], strict=False)):
        index.fault("cuts-order", (*key, "cuts"), found=[f"{cut:g}" for cut in rule.cuts])
    outside = [cut for cut in rule.cuts if not 0 < cut < 100]
    if outside:
        index.fault("barometer-cut", (*key, "cuts"), found=f"{outside[0]:g}")
    if not any(rule.weights.model_dump().values()):
        index.fault("barometer-weights", (*key, "weights"), options=list(rule.weights.model_dump()))
