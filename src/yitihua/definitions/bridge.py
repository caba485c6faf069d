"""A bridge: an edition that extends the new one and scores the old one's data as the old one did.

It states what differs and nothing else: what was dropped is restored, what was added is dropped, what was
redefined is put back, methods, weights and grades likewise. Words stay those of the new edition.
Before anything is handed out the files are loaded as any edition is, and compared with the old edition; what
still differs is refused by name.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from yitihua.definitions import resolver
from yitihua.definitions.edition import Edition
from yitihua.definitions.edition_diff import Changed, EditionDiff, compare_editions
from yitihua.definitions.inheritance import without_codes
from yitihua.definitions.loader import load_edition
from yitihua.definitions.passport import dataset_names
from yitihua.definitions.records import records_folder
from yitihua.definitions.toml_text import toml_text
from yitihua.errors import FaultList, InputError, refuse

#: What a bridge restores; words are left as the new edition has them.
RESTORED: Final = ("scores", "meaning", "aside")
#: Keys of an index file that say where data are, not how they are scored.
_NOT_SCORING: Final = frozenset({"extends", "drop", "title", "dataset", "period", "units", "former"})
_DROPPED_BY: Final = {
    "nodes": "",
    "indicators": "",
    "measures": "measures.",
    "views": "views.",
    "checklists": "checklists.",
}


@dataclass(slots=True)
class _Stated:
    """What the bridge's files will say."""

    drop: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    sections: dict[str, dict[str, Any]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    def whole(self, section: str, code: str, entry: dict[str, Any], known: bool) -> None:
        """State an entry in full; where the base has it too, nothing of the base's is left in it."""
        self.sections.setdefault(section, {})[code] = entry
        name = f"{_DROPPED_BY[section]}{code}"
        if known and name not in self.drop:
            self.drop.append(name)
            if section in ("nodes", "indicators"):
                self.gone.add(code)


def bridge_files(old: Edition, new: Edition, name: str) -> dict[str, bytes]:
    """Return the files of a project whose edition `name` extends the new edition and scores as the old one.

    Parameters
    ----------
    old, new : Edition
        Loaded without a day of their own.
    name : str
        Name of the bridge; no other edition may have it.

    Returns
    -------
    dict of str to bytes
        Path in the project -> content. A new edition that is not shipped comes along.

    Raises
    ------
    InputError
        If the name is no name or taken, or for everything that a bridge cannot express.

    Examples
    --------
    >>> hdi = load_edition("hdi")
    >>> files = bridge_files(hdi, hdi, "hdi-again")
    >>> [path for path in files]
    ['project.toml', 'indicators/hdi-again/bridge.toml', 'index/hdi-again.toml']
    """
    taken = {old.name, new.name, *resolver.edition_names(new.project)}
    if not resolver.is_plain_name(name) or name in taken:
        raise refuse("bridge-name", key="--name", name=name, options=sorted(taken))
    carried = _carried(new)
    stated = _stated(compare_editions(old, new))
    files = _files(old, new, name, stated)
    made, wrong = _tried(carried | files, name, old)
    mended = _mended(stated, wrong, old, new)
    if mended or made is None or _order(made) != _order(old):
        # Sums are rounded in the order of their terms: without it the last bits would differ.
        stated.order = [code for codes in _order(old) for code in codes]
        files = _files(old, new, name, stated)
        made = _loaded_or_refused(carried | files, name)
    _refuse_rest(compare_editions(old, made), tuple(f"weights.sets.{label}." for label in _incomplete_sets(old)))
    return carried | files


def _order(edition: Edition) -> tuple[list[str], list[str]]:
    return list(edition.nodes), list(edition.indicators)


def _tried(files: Mapping[str, bytes], name: str, old: Edition) -> tuple[Edition | None, list[tuple[str, str]]]:
    """Return the bridge as first stated, if it loads, and the entries (section, code) that are not as they were."""
    try:
        made = _loaded(files, name)
    except InputError as error:
        keys = [fault.key.split(".") for fault in error.faults]
        return None, [(key[0], key[1]) for key in keys if len(key) > 1]
    return made, [(entry.section, entry.code) for entry in compare_editions(old, made).changed if _restored(entry)]


def _mended(stated: _Stated, wrong: list[tuple[str, str]], old: Edition, new: Edition) -> bool:
    """State in full what a part could not be laid over, such as tables by days; return whether there was any."""
    found = [
        (section, code)
        for section, code in dict.fromkeys(wrong)
        if section in _DROPPED_BY
        and code in getattr(old, section)
        and f"{_DROPPED_BY[section]}{code}" not in stated.drop
    ]
    for section, code in found:
        stated.whole(section, code, _dump(old, section, code), code in getattr(new, section))
    return bool(found)


def _stated(found: EditionDiff) -> _Stated:
    old, new = found.old, found.new
    stated = _Stated()
    for section in ("nodes", "indicators", "views"):
        stated.drop += [f"{_DROPPED_BY[section]}{code}" for code in found.added[section]]
        if section != "views":
            stated.gone |= set(found.added[section])
    # Measures of the new edition stay, idle, but for one whose code the old edition gives to something else.
    stated.drop += [f"measures.{code}" for code in found.added["measures"] if code in {*old.nodes, *old.indicators}]
    if not old.questionnaires:  # where it has any, they replace those of the new edition as a folder
        stated.drop += [f"questionnaires.{name}" for name in new.questionnaires]
    for section in ("nodes", "indicators", "measures", "checklists", "views"):
        for code in found.dropped[section]:
            stated.whole(section, code, _dump(old, section, code), False)
    for entry in found.changed:
        if _restored(entry) and entry.section in _DROPPED_BY:
            _restore(stated, entry, old, new)
    for code in set(new.indicators) & set(old.indicators):
        # It cannot be said to succeed an indicator that stands beside it again.
        if new.indicators[code].replaces in {*old.indicators, *old.nodes}:
            stated.whole("indicators", code, _dump(old, "indicators", code), True)
    needed = {entry.code for entry in old.indicators.values()} & set(old.codes) - set(new.codes)
    for code in sorted(filter(None, needed)):
        stated.sections.setdefault("codes", {})[code] = old.codes[code].model_dump(mode="json", exclude_unset=True)
    return stated


def _restored(entry: Changed) -> bool:
    own = [change for change in entry.changes if change.path.split(".")[0] not in ("measures", "checklists", "items")]
    return any(change.kind in RESTORED for change in own)


def _restore(stated: _Stated, entry: Changed, old: Edition, new: Edition) -> None:
    """State the keys that differ; where one of the base's has to go, the whole entry."""
    before, after = (_dump(edition, entry.section, entry.code) for edition in (old, new))
    keys = dict.fromkeys(change.path.split(".")[0] for change in entry.changes if change.kind in RESTORED)
    keys = {key: None for key in keys if key in before or key in after}
    added_views = set(old.views) ^ set(new.views)
    for key in keys:
        lacking = key not in before or (
            isinstance(before[key], dict)
            and key not in ("formula", "survey")
            and isinstance(after.get(key), dict)
            and set(after[key]) - set(before[key]) - (added_views if key == "views" else set())
        )
        if lacking:
            stated.whole(entry.section, entry.code, before, True)
            return
    part = {key: before[key] for key in keys}
    if part:
        stated.sections.setdefault(entry.section, {})[entry.code] = part


def _dump(edition: Edition, section: str, code: str) -> dict[str, Any]:
    entry: dict[str, Any] = getattr(edition, section)[code].model_dump(
        mode="json", exclude_none=True, exclude_unset=True, exclude={"replaces"}
    )
    return entry


def _files(old: Edition, new: Edition, name: str, stated: _Stated) -> dict[str, bytes]:
    head: dict[str, Any] = {"extends": new.name, **_told(old, new)}
    # No hint of another edition's: what is dropped and what stands where is the bridge's own.
    head |= {"drop": stated.drop} if stated.drop else {}
    head |= {"order": stated.order} if stated.order else {}
    framework = {"edition": head, **{section: stated.sections[section] for section in sorted(stated.sections)}}
    files = {
        "project.toml": f'edition = "{name}"\n',
        f"indicators/{name}/bridge.toml": _HEADER.format(old=old.name, new=new.name) + toml_text(framework),
        f"index/{name}.toml": toml_text(_index(old, new, stated.gone)),
    }
    return {path: text.encode("utf-8") for path, text in files.items()} | _beside(old, new, name)


_HEADER = """\
# 衔接版：在新版“{new}”之上复现旧版“{old}”的得分，由yitihua editions bridge写出。
# A bridge: scores data of '{old}' as it did, on the definitions of '{new}'. Written by yitihua editions bridge.

"""


def _told(old: Edition, new: Edition) -> dict[str, Any]:
    title = {"zh": f"{old.title.zh}（衔接版）", "en": f"{old.title.en} (bridge)"}
    own = (old.info.notice.zh, old.info.notice.en) if old.info.notice is not None else ("", "")
    notice = {
        "zh": f"{own[0]}衔接版：以新版{new.name}的定义文件复现旧版{old.name}的得分。",
        "en": f"{own[1]} A bridge: it scores as {old.name} did, on the definition files of {new.name}.".strip(),
    }
    told: dict[str, Any] = {"title": title, "notice": notice}
    # Whose index it is: a citation of the new edition would be wrong beside the old one's scores.
    for key in ("source", "licence", "version"):
        if getattr(old.info, key) != getattr(new.info, key):
            told[key] = getattr(old.info, key)
    if old.info.description != new.info.description:
        told["description"] = (old.info.description or old.title).model_dump()
    if old.info.unit_noun != new.info.unit_noun:
        told["unit_noun"] = old.info.unit_noun.model_dump()
    return told


def _index(old: Edition, new: Edition, gone: set[str]) -> dict[str, Any]:
    """Return the bridge's index file: what the old one sets otherwise, and what of the new one is left out."""
    before, after = (
        edition.spec.model_dump(mode="json", exclude_none=True, exclude_unset=True, exclude=set(_NOT_SCORING))
        for edition in (old, new)
    )
    for name in _incomplete_sets(old):
        before["weights"]["sets"].pop(name, None)
    drop, stated = lay_over(without_codes(after, gone), before)
    told: dict[str, Any] = {}
    if new.spec.title is not None:
        told["title"] = _told(old, new)["title"]
    # A dataset of the old edition's own project is not at hand here, and the new one's is not its data.
    kept = old.spec.dataset is not None and old.spec.dataset in dataset_names()
    for key in ("dataset", "period"):
        value = getattr(old.spec, key) if kept else None
        if value is not None and value != getattr(new.spec, key):
            told[key] = value
        elif value is None and getattr(new.spec, key) is not None:
            drop.append(key)
    return {"extends": new.name} | ({"drop": drop} if drop else {}) | told | stated


def lay_over(base: Mapping[str, Any], wanted: Mapping[str, Any], path: str = "") -> tuple[list[str], dict[str, Any]]:
    """Return what to drop from the tables of a base, and what to lay over the rest, to get the wanted ones.

    Examples
    --------
    >>> lay_over({"a": 1, "b": {"c": 2, "d": 3}}, {"a": 1, "b": {"c": 4}})
    (['b.d'], {'b': {'c': 4}})
    """
    drop = [f"{path}{key}" for key in base if key not in wanted]
    stated: dict[str, Any] = {}
    for key, value in wanted.items():
        other = base.get(key)
        if key in base and other == value:
            continue
        if not isinstance(value, Mapping) or not isinstance(other, Mapping) or set(value) == {"zh", "en"}:
            stated[key] = value
        elif path == "grades." or value.get("method") != other.get("method") or _dotted(other, value):
            # Half of one rule over half of another would be a third.
            drop.append(f"{path}{key}")
            stated[key] = value
        else:
            below, part = lay_over(other, value, f"{path}{key}.")
            drop += below
            if part:
                stated[key] = part
    return drop, stated


def _incomplete_sets(edition: Edition) -> list[str]:
    """Return weight sets that an edition took over and that lack what it added: nobody can score with them."""
    found = []
    for name, one in edition.spec.weights.sets.items():
        given = [[child in one.weights for child in children] for children in edition.children.values()]
        if any(any(group) and not all(group) for group in given):
            found.append(name)
    return found


def _dotted(base: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Return whether a key with a dot differs, which no path can name."""
    return any("." in key and base.get(key) != wanted.get(key) for key in {*base, *wanted})


def _beside(old: Edition, new: Edition, name: str) -> dict[str, bytes]:
    """Return the old questionnaires and record types, file by file, where the new edition has others."""
    paths = [path for path in old.files if path.parent.parent.name == "surveys"]
    asked = paths if old.questionnaires and old.questionnaires != new.questionnaires else []
    found = {f"surveys/{name}/{path.name}": path.read_bytes() for path in asked}
    records = _records(old)
    if records and records != _records(new):
        found |= {f"indicators/{name}/records/{file}": content for file, content in records.items()}
    return found


def _records(edition: Edition) -> dict[str, bytes]:
    folder = records_folder(edition)
    return {} if folder is None else {path.name: path.read_bytes() for path in sorted(folder.glob("*.toml"))}


def _carried(new: Edition) -> dict[str, bytes]:
    """Return the files of a new edition that does not ship, by their place in its project."""
    if new.project is None:
        return {}
    root = new.project.resolve()
    folder = records_folder(new)
    paths = [*new.files, *(sorted(folder.glob("*.toml")) if folder is not None else [])]
    inside = [path for path in paths if path.resolve().is_relative_to(root)]
    return {path.resolve().relative_to(root).as_posix(): path.read_bytes() for path in inside}


def _loaded(files: Mapping[str, bytes], name: str) -> Edition:
    with tempfile.TemporaryDirectory() as place:
        for path, content in files.items():
            target = Path(place) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        return load_edition(name, place)


def _loaded_or_refused(files: Mapping[str, bytes], name: str) -> Edition:
    try:
        return _loaded(files, name)
    except InputError as error:  # its files are nobody's: what is told is what could not be said in them
        faults = FaultList()
        for key in dict.fromkeys(fault.key or fault.code for fault in error.faults):
            faults.add("bridge-cannot", key=key, name=key)
        raise InputError(list(faults)) from error


def _refuse_rest(left: EditionDiff, unusable: tuple[str, ...]) -> None:
    """Refuse by name what the bridge still does otherwise than the old edition."""
    faults = FaultList()
    names = [
        f"{s}.{c}"
        for s in ("nodes", "indicators", "views", "questionnaires")
        for c in (*left.added[s], *left.dropped[s])
    ]
    names += [
        f"{entry.section}.{entry.code}.{change.path}"
        for entry in left.changed
        for change in entry.changes
        if change.kind in RESTORED
    ]
    names += [
        f"index.{change.path}"
        for change in left.index
        if change.kind in RESTORED and not change.path.startswith(unusable)
    ]
    for name in dict.fromkeys(names):
        faults.add("bridge-cannot", key=name, name=name)
    faults.raise_if_any()
