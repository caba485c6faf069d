"""Checks across the tables of an edition: the tree, references, goalposts and formulas.

Each check looks at the raw content as well, so that an entry refused for one reason still
counts as known and one fault does not bring a crowd of consequences.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from yitihua.definitions.expressions import BadExpression, names_in
from yitihua.definitions.framework_models import RESERVED, Formula, Indicator
from yitihua.definitions.index_checks import check_index
from yitihua.definitions.index_models import IndexSpec
from yitihua.definitions.source import Key, Source
from yitihua.definitions.survey_checks import check_questionnaire
from yitihua.definitions.survey_models import QuestionnaireFile
from yitihua.errors import FaultList, suggest


@dataclass(slots=True)
class Context:
    """What every check needs."""

    content: dict[str, Any]
    parts: dict[str, dict[str, Any]]
    source: Source
    faults: FaultList

    def known(self, section: str) -> list[str]:
        """Codes stated in a section, valid or not."""
        entries = self.content.get(section, {})
        return list(entries) if isinstance(entries, dict) else []

    def parents(self, section: str) -> dict[str, str | None]:
        """Return the parent each entry states; entries whose parent was refused are left out."""
        found: dict[str, str | None] = {}
        for code in self.known(section):
            made, entry = self.parts[section].get(code), self.content[section][code]
            if made is not None:
                found[code] = made.parent
            elif isinstance(entry, dict):
                parent = entry.get("parent")
                if isinstance(parent, str) or (parent is None and section == "nodes"):
                    found[code] = parent
        return found

    def fault(self, code: str, key: Key, **details: Any) -> None:
        """Add a fault at the place of a key."""
        place = self.source.place(key)
        self.faults.add(code, file=place.file, line=place.line, key=".".join(key), **details)

    def unknown(self, key: Key, kind: str, name: str, options: Iterable[str]) -> None:
        """Add a fault for a name that refers to nothing."""
        choices = list(options)
        self.fault("unknown-reference", key, kind=kind, name=name, options=choices, hint=suggest(name, choices))


def check_edition(
    content: dict[str, Any],
    parts: dict[str, dict[str, Any]],
    spec: IndexSpec | None,
    questionnaires: dict[str, QuestionnaireFile],
    framework: Source,
    index: Source,
    surveys: dict[str, Source],
    faults: FaultList,
) -> None:
    """Add every fault that shows only when the tables are read together."""
    context = Context(content, parts, framework, faults)
    codes_differ = _check_codes(context)
    if not context.known("indicators"):
        context.fault("no-indicators", ("indicators",))
        return
    tree_is_sound = _check_tree(context)
    # What a questionnaire that was refused holds is not known.
    refused = set(surveys) - set(questionnaires)
    for code, indicator in parts["indicators"].items():
        _check_indicator(context, code, indicator, questionnaires, refused)
    _check_questionnaires(context, questionnaires, surveys)
    if spec is not None and tree_is_sound and codes_differ:
        check_index(spec, context, index)


def _check_codes(context: Context) -> bool:
    owner: dict[str, str] = {}
    before = len(context.faults)
    for section in ("nodes", "indicators", "measures"):
        for code in context.known(section):
            if code in owner:
                context.fault("duplicate-code", (section, code), name=code, other=f"{owner[code]}.{code}")
            owner.setdefault(code, section)
    codes_differ = len(context.faults) == before
    for code, section in owner.items():
        if section != "measures" and code.casefold() in RESERVED:
            context.fault("reserved-code", (section, code), name=code, options=sorted(RESERVED))
    return codes_differ


def _check_tree(context: Context) -> bool:
    before = len(context.faults)
    nodes = context.known("nodes")
    parents, leaf_parents = context.parents("nodes"), context.parents("indicators")
    roots = [code for code, parent in parents.items() if parent is None]
    # Nodes without any root hang on an unknown parent or run in a circle, which is said below.
    if len(roots) > 1 or not nodes:
        key = ("nodes", roots[1]) if roots else ("nodes",)
        context.fault("not-one-root", key, found=roots or "-")
    with_children = set(parents.values()) | set(leaf_parents.values())
    certain = len(parents) == len(nodes) and len(leaf_parents) == len(context.known("indicators"))
    countable = certain
    for section, table in (("nodes", parents), ("indicators", leaf_parents)):
        for code, parent in table.items():
            if parent is not None and parent not in nodes and nodes:
                context.unknown((section, code, "parent"), "node", parent, nodes)
                # A node that is only misspelt by its child is not childless as well.
                meant = suggest(parent, nodes)
                with_children.add(meant)
                countable = countable and bool(meant)
    _check_cycles(context, parents)
    for code in nodes if countable else ():
        if code not in with_children:
            context.fault("childless-node", ("nodes", code), name=code)
    return certain and len(context.faults) == before


def _check_cycles(context: Context, parents: dict[str, str | None]) -> None:
    reported: set[str] = set()
    for start in parents:
        chain, code = [start], parents[start]
        while code is not None and code in parents and code not in chain:
            chain.append(code)
            code = parents[code]
        if code == start and start not in reported:
            reported |= set(chain)
            context.fault("cycle", ("nodes", start, "parent"), chain=" → ".join([*chain, start]))


def _check_indicator(
    context: Context,
    code: str,
    indicator: Indicator,
    questionnaires: dict[str, QuestionnaireFile],
    refused: set[str],
) -> None:
    key = ("indicators", code)
    goalposts = indicator.goalposts
    if goalposts is not None:
        if goalposts.lower >= goalposts.upper:
            context.fault(
                "goalposts-order",
                (*key, "goalposts"),
                lower=f"{goalposts.lower:g}",
                upper=f"{goalposts.upper:g}",
            )
        if indicator.transform == "ln" and goalposts.lower <= 0:
            context.fault("goalposts-log", (*key, "goalposts"), lower=f"{goalposts.lower:g}")
    if indicator.formula is not None:
        _check_formula(context, (*key, "formula"), indicator.formula)
    if indicator.survey is not None:
        _check_items(context, (*key, "survey"), indicator.survey.items, questionnaires, refused)
    checklists = context.known("checklists")
    if indicator.checklist is not None and indicator.checklist not in checklists:
        context.unknown((*key, "checklist"), "checklist", indicator.checklist, checklists)
    codes = context.known("codes")
    if indicator.code is not None and codes and indicator.code not in codes:
        context.unknown((*key, "code"), "code", indicator.code, codes)
    if indicator.replaces in (*context.known("indicators"), *context.known("nodes")):
        context.fault("replaces-itself", (*key, "replaces"), name=indicator.replaces)
    _check_views(context, key, indicator)


def _check_formula(context: Context, key: Key, formula: Formula) -> None:
    measures = context.known("measures")
    for field in ("numerator", "denominator"):
        text = getattr(formula, field)
        if text is None:
            continue
        try:
            names = names_in(text)
        except BadExpression as error:
            context.fault("bad-expression", (*key, field), found=text[:60], reason=str(error))
            continue
        for name in names:
            if name not in measures:
                context.unknown((*key, field), "measure", name, measures)
    for name in formula.quality_measures:
        if name not in measures:
            context.unknown((*key, "quality_measures"), "measure", name, measures)
    if formula.kind in ("ratio", "mean", "checklist") and formula.denominator is None:
        context.fault("missing-key", (*key, "denominator"), name="denominator")
    elif formula.part_of_whole is not None and formula.denominator is None:
        context.fault("no-effect", (*key, "part_of_whole"), name="part_of_whole", method="denominator")


def _check_items(
    context: Context,
    key: Key,
    items: tuple[str, ...],
    questionnaires: dict[str, QuestionnaireFile],
    refused: set[str],
) -> None:
    known = [f"{name}.{item}" for name, made in questionnaires.items() for item in made.items]
    for item in items:
        if item not in known and item.partition(".")[0] not in refused:
            context.unknown((*key, "items"), "questionnaire item", item, known)


def _check_views(context: Context, key: Key, indicator: Indicator) -> None:
    views = context.known("views")
    valid = context.parts["views"]
    # A view that is only misspelt is not left out as well.
    stated = set(indicator.views) | {suggest(name, views) for name in indicator.views if name not in views}
    for name, group in indicator.views.items():
        if name not in views:
            context.unknown((*key, "views", name), "view", name, views)
        elif name in valid and group not in valid[name].groups:
            context.unknown((*key, "views", name), "group", group, valid[name].groups)
    for name in views:
        if name not in stated:
            groups = valid[name].groups if name in valid else ()
            context.fault("no-group-in-view", (*key, "views"), view=name, options=list(groups))


#: Scoring of an item -> kinds of scale it makes sense on.
SCORABLE = {
    "none": ("ordinal", "binary", "nominal", "numeric", "text"),
    "linear100": ("ordinal", "numeric"),
    "top2": ("ordinal",),
    "top": ("ordinal",),
    "net": ("ordinal",),
    "share_yes": ("binary",),
    "numeric": ("numeric",),
}


def _check_questionnaires(
    context: Context, questionnaires: dict[str, QuestionnaireFile], surveys: dict[str, Source]
) -> None:
    indicators = context.known("indicators")
    for name, made in questionnaires.items():
        own = Context({}, {}, surveys[name], context.faults)
        for item_id, item in made.items.items():
            key = ("items", item_id)
            if item.scale not in made.scales:
                own.unknown((*key, "scale"), "scale", item.scale, made.scales)
            elif made.scales[item.scale].kind not in SCORABLE[item.scoring]:
                kinds = ", ".join(SCORABLE[item.scoring])
                own.fault("scoring-scale", (*key, "scoring"), scoring=item.scoring, scale=item.scale, options=kinds)
            if item.indicator is not None and item.indicator not in indicators:
                own.unknown((*key, "indicator"), "indicator", item.indicator, indicators)
        for scale_id, scale in made.scales.items():
            codes = [option.code for option in scale.options]
            for code in sorted({code for code in codes if codes.count(code) > 1}):
                own.fault("duplicate-option", ("scales", scale_id, "options"), name=code)
        check_questionnaire(own, made)
