"""Compare two editions: what is added, dropped, redefined, moved or only worded anew.

Every difference is of one kind:

scores
    The same data give another score: formula, goalposts, direction, methods, weights, grades.
meaning
    The arithmetic stays, but another thing is counted or asked: unit, counting rule, points of a
    checklist, items of a questionnaire. Data of before are no data of now.
aside
    Moves the scores of a view, or of a weight set that is not in use; never the index.
words
    Names, reasons, notes, and which data the index file proposes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Literal

from yitihua.definitions.edition import Edition
from yitihua.definitions.expressions import names_in
from yitihua.definitions.framework_models import Indicator
from yitihua.definitions.index_models import IndexSpec, MethodRule

Kind = Literal["scores", "meaning", "aside", "words"]
KINDS: Final[tuple[Kind, ...]] = ("scores", "meaning", "aside", "words")

#: Sections that are compared, in the order they are told in.
SECTIONS: Final = ("nodes", "indicators", "measures", "checklists", "views", "questionnaires")

_IN_SCORES = ("parent", "direction", "formula", "survey", "checklist", "transform", "denominate_by", "goalposts")
_IN_INDEX = ("scale", "score_decimals", "impute", "treat", "normalise", "aggregate", "weights", "coverage", "grades")
_CHECKS_OF_VALUES = ("formula.quality_measures", "formula.part_of_whole", "formula.min_denominator")
_REASONS = ("goalposts.reason", "formula.undefined_when", "survey.rule")


def _table(**kinds: Iterable[str]) -> dict[str, Kind]:
    return {path: kind for kind in KINDS for path in kinds.get(kind, ())}


#: Section -> path -> kind; the longest path that fits decides, and what no path fits is words.
_KIND: Final[dict[str, dict[str, Kind]]] = {
    "nodes": _table(scores=["parent"], meaning=["definition"]),
    "indicators": _table(
        scores=_IN_SCORES,
        meaning=("unit", "source", "definition", *_CHECKS_OF_VALUES),
        aside=["views"],
        words=_REASONS,
    ),
    "measures": _table(scores=["sums"], meaning=("unit", "kind", "period", "counting_rule", "record", "count")),
    "checklists": _table(meaning=("scored_unit", "points")),
    "views": _table(aside=["groups"]),
    "questionnaires": _table(meaning=("items", "scales")),
    "index": _table(scores=_IN_INDEX, meaning=["survey"], aside=["aggregate.views"]),
}
_WORDS_ANYWHERE: Final = frozenset({"reason", "title", "names"})


@dataclass(frozen=True, slots=True)
class Change:
    """One key that is not the same: its path, the old value and the new (None is absent), and its kind."""

    path: str
    old: Any
    new: Any
    kind: Kind


@dataclass(frozen=True, slots=True)
class Changed:
    """An entry of both editions that is not the same.

    Attributes
    ----------
    section, code : str
        Where it stands.
    changes : tuple of Change
        Its own keys; an indicator's also those of measures, checklists and questionnaire items that it uses,
        whose path begins with their section.
    """

    section: str
    code: str
    changes: tuple[Change, ...]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of its changes, the gravest first."""
        return tuple(kind for kind in KINDS if any(change.kind == kind for change in self.changes))

    @property
    def moved(self) -> bool:
        """Whether it stands below another parent."""
        return any(change.path == "parent" for change in self.changes)

    @property
    def redefined(self) -> bool:
        """Whether more than its words and its place differ."""
        return any(change.kind != "words" and change.path != "parent" for change in self.changes)


@dataclass(frozen=True, slots=True)
class Succession:
    """A dropped indicator and the added one that succeeds it; `stated` by `replaces`, else found by equal formulas."""

    old: str
    new: str
    stated: bool


@dataclass(frozen=True)
class EditionDiff:
    """What differs between two editions.

    Attributes
    ----------
    old, new : Edition
        The editions.
    added, dropped : dict of str to tuple of str
        Section -> codes in one edition only.
    changed : tuple of Changed
        Entries of both that differ.
    index : tuple of Change
        Of the index file; a method's settings count as they hold, stated or not.
    succeeded : tuple of Succession
        Indicators that live on under another code.
    """

    old: Edition
    new: Edition
    added: Mapping[str, tuple[str, ...]]
    dropped: Mapping[str, tuple[str, ...]]
    changed: tuple[Changed, ...]
    index: tuple[Change, ...]
    succeeded: tuple[Succession, ...]

    def of(self, section: str) -> tuple[Changed, ...]:
        """Return the changed entries of a section."""
        return tuple(entry for entry in self.changed if entry.section == section)

    @property
    def redefined(self) -> tuple[str, ...]:
        """Indicators of both editions of which more than words and place differ."""
        return tuple(entry.code for entry in self.of("indicators") if entry.redefined)

    @property
    def moved(self) -> tuple[str, ...]:
        """Indicators of both editions below another parent."""
        return tuple(entry.code for entry in self.of("indicators") if entry.moved)

    @property
    def renamed(self) -> tuple[str, ...]:
        """Indicators of both editions of which words alone differ."""
        return tuple(entry.code for entry in self.of("indicators") if entry.kinds == ("words",))

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs, words included."""
        return not (any(self.added.values()) or any(self.dropped.values()) or self.changed or self.index)

    @cached_property
    def moves_scores(self) -> bool:
        """Whether the same data may score otherwise."""
        tree = any(table.get(section) for table in (self.added, self.dropped) for section in ("nodes", "indicators"))
        changes = [*self.index, *(change for entry in self.changed for change in entry.changes)]
        return tree or any(change.kind == "scores" for change in changes)


def compare_editions(old: Edition, new: Edition) -> EditionDiff:
    """Compare two editions.

    Parameters
    ----------
    old, new : Edition
        Any two; entries are matched by code.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> from yitihua.definitions.changes import with_changes
    >>> hdi = load_edition("hdi")
    >>> found = compare_editions(hdi, with_changes(hdi, {"score_decimals": 4}))
    >>> found.index
    (Change(path='score_decimals', old=3, new=4, kind='scores'),)
    >>> compare_editions(hdi, hdi).is_empty
    True
    """
    added, dropped, changed = {}, {}, []
    for section in SECTIONS:
        before, after = getattr(old, section), getattr(new, section)
        added[section] = tuple(code for code in after if code not in before)
        dropped[section] = tuple(code for code in before if code not in after)
        for code in (code for code in before if code in after):
            changes = _entry_changes(section, before[code], after[code])
            if section == "indicators":
                changes += tuple(_below(old, new, before[code], after[code]))
            if changes:
                changed.append(Changed(section, code, changes))
    index = tuple(
        replace(change, kind="aside") if _is_idle_set(change, old, new) else change
        for change in _changes("index", spec_values(old.spec), spec_values(new.spec))
    )
    return EditionDiff(old, new, added, dropped, tuple(changed), index, _successions(old, new, added, dropped))


def _is_idle_set(change: Change, old: Edition, new: Edition) -> bool:
    used = [f"weights.sets.{edition.spec.weights.use}." for edition in (old, new)]
    return (
        change.kind == "scores" and change.path.startswith("weights.sets.") and not change.path.startswith(tuple(used))
    )


def _entry_changes(section: str, old: Any, new: Any) -> tuple[Change, ...]:
    return _changes(section, *(flat(entry.model_dump(mode="json", exclude_none=True)) for entry in (old, new)))


def _changes(section: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    paths = [path for path in dict.fromkeys([*old, *new]) if old.get(path) != new.get(path)]
    return tuple(Change(path, old.get(path), new.get(path), kind_of(section, path)) for path in paths)


def kind_of(section: str, path: str) -> Kind:
    """Return the kind of a difference.

    Examples
    --------
    >>> kind_of("indicators", "goalposts.upper"), kind_of("indicators", "goalposts.reason")
    ('scores', 'words')
    """
    parts = path.split(".")
    if section == "index" and parts[-1] in _WORDS_ANYWHERE:
        return "words"
    table = _KIND[section]
    for length in range(len(parts), 0, -1):
        if kind := table.get(".".join(parts[:length])):
            return kind
    return "words"


def flat(value: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Return nested tables as path -> value; texts in two languages and lists stay whole.

    Examples
    --------
    >>> flat({"name": {"zh": "甲", "en": "A"}, "goalposts": {"lower": 0.0}})
    {'name': {'zh': '甲', 'en': 'A'}, 'goalposts.lower': 0.0}
    """
    found: dict[str, Any] = {}
    for key, item in value.items():
        where = f"{path}.{key}" if path else str(key)
        if isinstance(item, Mapping) and set(item) != {"zh", "en"}:
            found |= flat(item, where)
        else:
            found[where] = item
    return found


def spec_values(spec: IndexSpec) -> dict[str, Any]:
    """Return what an index file sets as path -> value, a method's settings as they hold, stated or not.

    Examples
    --------
    >>> spec_values(IndexSpec())["normalise.method"]
    'goalposts'
    """
    found: dict[str, Any] = {}
    for name in IndexSpec.model_fields:
        value = getattr(spec, name)
        if name in ("extends", "drop") or value is None:
            continue
        if isinstance(value, MethodRule):
            found |= _rule_values(value, name)
            for table in [key for key in type(value).model_fields if isinstance(getattr(value, key), dict)]:
                for code, rule in getattr(value, table).items():
                    if isinstance(rule, MethodRule):
                        found |= _rule_values(rule, f"{name}.{table}.{code}")
        elif name == "weights":
            found["weights.use"] = value.use
            for label, entry in value.sets.items():
                stated = entry.model_dump(mode="json", include={"weights", "scope", "reason"}, exclude_none=True)
                found |= _rule_values(entry, f"weights.sets.{label}") | flat(stated, f"weights.sets.{label}")
        else:
            plain = spec.model_dump(mode="json", include={name}, exclude_none=True)
            found |= flat(plain)
    return found


def _rule_values(rule: MethodRule, path: str) -> dict[str, Any]:
    settings = {key: value for key, value in rule.settings.items() if value is not None}
    if parameters := rule.stated.get("parameters"):
        settings["parameters"] = parameters
    return flat({"method": rule.method, **settings}, path)


def _below(old: Edition, new: Edition, before: Indicator, after: Indicator) -> Iterator[Change]:
    """Yield what differs in the measures, the checklist and the items that an indicator uses in both editions."""
    for code in _measures(before):
        if code in _measures(after):
            for change in _entry_changes("measures", old.measures[code], new.measures[code]):
                if change.kind != "words":
                    yield Change(f"measures.{code}.{change.path}", change.old, change.new, change.kind)
    if before.checklist is not None and before.checklist == after.checklist:
        pair = (edition.checklists[before.checklist] for edition in (old, new))
        for change in _entry_changes("checklists", *pair):
            if change.kind != "words":
                yield Change(f"checklists.{before.checklist}.{change.path}", change.old, change.new, change.kind)
    for item in before.survey.items if before.survey and after.survey else ():
        if after.survey is not None and item in after.survey.items:
            yield from _changes("questionnaires", *({f"items.{item}.{path}": value for path, value in asked.items()}
                                                    for asked in (_asked(old, item), _asked(new, item))))  # fmt: skip


def _asked(edition: Edition, item: str) -> dict[str, Any]:
    """Return an item of a questionnaire with its scale."""
    name, _, code = item.partition(".")
    questionnaire = edition.questionnaires.get(name)
    if questionnaire is None or code not in questionnaire.items:
        return {}
    asked = questionnaire.items[code]
    scale = questionnaire.scales[asked.scale].model_dump(mode="json", exclude_none=True)
    return flat(asked.model_dump(mode="json", exclude_none=True) | {"scale": scale})


def _measures(indicator: Indicator) -> tuple[str, ...]:
    formula = indicator.formula
    if formula is None:
        return ()
    texts = [text for text in (formula.numerator, formula.denominator) if text is not None]
    return tuple(dict.fromkeys(name for text in texts for name in names_in(text)))


def _successions(
    old: Edition, new: Edition, added: Mapping[str, tuple[str, ...]], dropped: Mapping[str, tuple[str, ...]]
) -> tuple[Succession, ...]:
    """Return who succeeds whom: as `replaces` says, else where exactly one added formula equals a dropped one."""
    found = []
    for code in added["indicators"]:
        stated = new.indicators[code].replaces
        if stated in dropped["indicators"]:
            found.append(Succession(stated, code, True))
    told = {one.old for one in found} | {one.new for one in found}
    for code in dropped["indicators"]:
        basis = _basis(old.indicators[code])
        same = [other for other in added["indicators"] if basis and _basis(new.indicators[other]) == basis]
        if len(same) == 1 and code not in told and same[0] not in told:
            found.append(Succession(code, same[0], False))
    return tuple(found)


def _basis(indicator: Indicator) -> dict[str, Any]:
    """Return what a value is computed from, by which a successor is known."""
    stated = indicator.model_dump(mode="json", include={"formula", "survey", "checklist"}, exclude_none=True)
    return {path: value for path, value in flat(stated).items() if kind_of("indicators", path) == "scores"}
