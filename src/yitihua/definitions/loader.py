"""Load an edition: its framework, questionnaires and index file, checked as one.

indicators/NAME/*.toml   what is measured      } all of them may come from a project folder,
surveys/NAME/*.toml      what people are asked  } from what ships, or from the edition that
index/NAME.toml          how it adds up         } NAME extends
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yitihua.definitions import resolver
from yitihua.definitions.checks import check_edition
from yitihua.definitions.edition import Edition
from yitihua.definitions.framework_models import SECTIONS, EditionInfo, FrameworkFile
from yitihua.definitions.index_models import IndexSpec, default_grades
from yitihua.definitions.inheritance import dropped_questionnaires, extend, extend_index
from yitihua.definitions.source import Place, Source, add_file, read_toml, resolve_dates
from yitihua.definitions.survey_models import QuestionnaireFile
from yitihua.definitions.validation import validate
from yitihua.errors import FaultList, refuse, suggest


def load_edition(name: str, project: str | Path | None = None, date: str | dt.date | None = None) -> Edition:
    """Load and check an edition.

    Parameters
    ----------
    name : str
        Name of the edition: index/NAME.toml and indicators/NAME/.
    project : str or Path, optional
        A project folder, which wins over what ships.
    date : str or datetime.date, optional
        Day as of which dated values are taken (ISO form). Default: the edition's own date.

    Returns
    -------
    Edition
        Frozen; every reference in it has been checked.

    Raises
    ------
    InputError
        With every fault of the files: file, line or key, what is allowed, the mend.

    Examples
    --------
    >>> edition = load_edition("zhejiang-2022")
    >>> len(edition.first_level), len(edition.indicators)
    (5, 51)
    """
    folder = Path(project) if project is not None else None
    faults = FaultList()
    layers = _Layers(folder, faults)
    framework, index = layers.read(name, 0, ())
    faults.raise_if_any()
    day = _day(framework, date, faults)
    edition = _build(name, framework, index, day, folder, faults, layers.unasked)
    faults.raise_if_any()
    assert edition is not None  # every path that gives None has added a fault
    return edition


@dataclass(slots=True)
class _Layers:
    """Reads an edition and the ones it extends, base first."""

    project: Path | None
    faults: FaultList
    #: Edition -> questionnaires of its base that it leaves out, with the place where it says so.
    unasked: dict[str, dict[str, Place]] = field(default_factory=dict)

    def read(self, name: str, start: int, seen: tuple[str, ...], said: Place | None = None) -> tuple[Source, Source]:
        """Return merged framework and index.

        `start` skips roots for an edition extending its namesake; `said` is where the name stands.
        """
        # An edition is never a path: a bundle from outside would have files read that it does not hold.
        roots = resolver.roots(self.project)[start:] if resolver.is_plain_name(name) else []
        framework, index = self._framework(name, roots), self._index(name, roots)
        if not framework.files and not index.files:
            known = resolver.edition_names(self.project)
            where: dict[str, Any] = {"file": said.file, "line": said.line, "key": "extends"} if said else {}
            self.faults.add("unknown-edition", **where, name=name, options=known, hint=suggest(name, known))
            return framework, index
        before = len(self.faults)
        place, base = self._base(framework, index)
        if base is None or len(self.faults) > before:
            return framework, index
        # A project's edition may extend the shipped one of its name, which lies further out.
        namesake = base == name and any(name in resolver.project_editions(root) for root in roots[1:])
        if base in (*seen, name) and not namesake:
            chain = " → ".join((*seen, name, base))
            self.faults.add("extends-cycle", file=place.file, line=place.line, key="extends", chain=chain)
            return framework, index
        before = len(self.faults)
        base_framework, base_index = self.read(base, start + namesake, (*seen, name), place)
        if len(self.faults) > before:
            return framework, index  # what follows would be faults of a base that could not be read
        merged, gone = extend(base_framework, framework, self.faults)
        place = framework.place(("edition", "drop"))
        self.unasked.setdefault(name, {}).update(dict.fromkeys(dropped_questionnaires(framework), place))
        return merged, extend_index(base_index, index, name, gone, self.faults)

    def _base(self, framework: Source, index: Source) -> tuple[Place, str | None]:
        """Return which edition is extended, and where that is stated."""
        in_framework = framework.data.get("edition", {})
        stated = [
            (index.place(("extends",)), index.data.get("extends")),
            (
                framework.place(("edition", "extends")),
                in_framework.get("extends") if isinstance(in_framework, dict) else None,
            ),
        ]
        names = [(place, base) for place, base in stated if base is not None]
        for place, base in names:
            if not isinstance(base, str):
                self.faults.add(
                    "bad-value", file=place.file, line=place.line, key="extends",
                    found=repr(base)[:60], reason="a text is expected",
                )  # fmt: skip
                return place, None
        if not names:
            self._refuse_idle(framework, index)
            return Place(""), None
        place, base = names[0]
        if len({base for _, base in names}) > 1:
            self.faults.add(
                "extends-differ",
                file=place.file,
                line=place.line,
                key="extends",
                names=[base for _, base in names],
            )
        return place, base

    def _refuse_idle(self, framework: Source, index: Source) -> None:
        """Refuse what only makes sense over another edition."""
        stated = framework.data.get("edition", {})
        idle: list[tuple[Source, tuple[str, ...]]] = [
            (framework, ("edition", key)) for key in ("drop", "order") if isinstance(stated, dict) and stated.get(key)
        ]
        if index.data.get("drop"):
            idle.append((index, ("drop",)))
        for source, key in idle:
            place = source.place(key)
            self.faults.add(
                "no-effect", file=place.file, line=place.line, key=".".join(key), name=key[-1], method="extends"
            )

    def _framework(self, name: str, roots: list[Path]) -> Source:
        for root in roots:
            paths = sorted((root / "indicators" / name).glob("*.toml"))
            if paths:
                whole = Source()
                for path in paths:
                    part = read_toml(path, self.faults, self.project)
                    whole.places.setdefault((), part.places[()])
                    add_file(whole, part, self.faults)
                return whole
        return Source()

    def _index(self, name: str, roots: list[Path]) -> Source:
        for root in roots:
            path = root / "index" / f"{name}.toml"
            if path.is_file():
                return read_toml(path, self.faults, self.project)
        return Source()


def _day(framework: Source, date: str | dt.date | None, faults: FaultList) -> dt.date | None:
    if isinstance(date, str):
        try:
            return dt.date.fromisoformat(date)
        except ValueError:
            raise refuse("bad-date", key="date", found=date) from None
    info = framework.data.get("edition", {})
    stated = date if date is not None else info.get("date") if isinstance(info, dict) else None
    if isinstance(stated, str):
        try:
            return dt.date.fromisoformat(stated)
        except ValueError:
            return None  # refused with the entry itself
    # A point in time is a date too for Python, but not comparable with one.
    if isinstance(stated, dt.datetime):
        return stated.date()
    return stated if isinstance(stated, dt.date) else None


def _build(
    name: str,
    framework: Source,
    index: Source,
    day: dt.date | None,
    project: Path | None,
    faults: FaultList,
    unasked: dict[str, dict[str, Place]],
) -> Edition | None:
    content = resolve_dates(framework, day, faults)
    settings = resolve_dates(index, day, faults)
    _respell_sections(content, framework, faults)
    parts: dict[str, dict[str, Any]] = {}
    for section, model in SECTIONS.items():
        parts[section] = {}
        entries = content.get(section, {})
        if not isinstance(entries, dict):
            _not_a_table(framework, (section,), entries, faults)
            continue
        for code, entry in entries.items():
            made = validate(model, entry, framework, (section, code), faults)
            if made is not None:
                parts[section][code] = made
    if "edition" not in content:
        place = framework.place(())
        faults.add("missing-key", file=place.file or f"indicators/{name}", key="edition", name="edition")
    info = validate(EditionInfo, content.get("edition", {"title": name}), framework, ("edition",), faults)
    spec = validate(IndexSpec, _with_default_grades(settings), index, (), faults)
    questionnaires, surveys = load_questionnaires(_bases(name, framework, index), project, faults, unasked)
    check_edition(content, parts, spec, questionnaires, framework, index, surveys, faults)
    if len(faults) or info is None or spec is None:
        return None
    survey_files = [path for source in surveys.values() for path in source.files]
    files = tuple(dict.fromkeys([*framework.files, *index.files, *survey_files]))
    return Edition.build(name, info, parts, questionnaires, spec, day, files, project)


def _respell_sections(content: dict[str, Any], framework: Source, faults: FaultList) -> None:
    """Refuse unknown sections, then read each as the one it resembles.

    So what refers to an entry of a misspelt section is not refused as well.
    """
    allowed = list(FrameworkFile.model_fields)
    for section in [name for name in content if name not in allowed]:
        place = framework.place((section,))
        hint = suggest(section, allowed)
        faults.add(
            "unknown-key", file=place.file, line=place.line, key=section,
            name=section, options=allowed, hint=hint,
        )  # fmt: skip
        entries, known = content.pop(section), content.get(hint, {})
        if hint and isinstance(entries, dict) and isinstance(known, dict):
            content[hint] = entries | known
            for key, place in list(framework.places.items()):
                if key[:1] == (section,):
                    framework.places.setdefault((hint, *key[1:]), place)


def _with_default_grades(settings: dict[str, Any]) -> dict[str, Any]:
    """Let a file change stars or abc by stating only what differs."""
    stated = settings.get("grades")
    if not isinstance(stated, dict):
        return settings
    grades = dict(stated)
    for name, scheme in default_grades(_scale(settings)).items():
        own = grades.get(name)
        if isinstance(own, dict) and "labels" not in own:
            keep = {"title", "labels", "names"} | ({"cuts"} if own.get("method", "fixed") == "fixed" else set())
            grades[name] = scheme.model_dump(include=keep, exclude_none=True) | own
        elif isinstance(own, dict):
            grades[name] = scheme.model_dump(include={"title"}) | own
    return settings | {"grades": grades}


def _scale(settings: dict[str, Any]) -> tuple[float, float]:
    stated = settings.get("scale")
    if isinstance(stated, list) and len(stated) == 2 and all(isinstance(x, (int, float)) for x in stated):
        return float(stated[0]), float(stated[1])
    low, high = IndexSpec().scale
    return low, high


def _bases(name: str, framework: Source, index: Source) -> list[str]:
    """Return the edition and the names of those it extends, nearest first."""
    folders = [path.parent.name for path in framework.files] + [path.stem for path in index.files]
    return list(dict.fromkeys([name, *reversed(folders)]))


def _not_a_table(source: Source, key: tuple[str, ...], found: Any, faults: FaultList) -> None:
    place = source.place(key)
    faults.add(
        "bad-value", file=place.file, line=place.line, key=".".join(key),
        found=repr(found)[:60], reason="a table is expected",
    )  # fmt: skip


def load_questionnaires(
    bases: list[str], project: Path | None, faults: FaultList, unasked: dict[str, dict[str, Place]]
) -> tuple[dict[str, QuestionnaireFile], dict[str, Source]]:
    """Read surveys/NAME/*.toml of the nearest base that has any, but for what nearer editions leave out.

    Returns
    -------
    dict, dict
        Valid questionnaires by file stem, and the sources of all that were read.
    """
    found: dict[str, QuestionnaireFile] = {}
    sources: dict[str, Source] = {}
    gone: dict[str, Place] = {}
    paths: list[Path] = []
    for base in bases:
        for root in resolver.roots(project):
            paths = sorted((root / "surveys" / base).glob("*.toml"))
            if paths:
                break
            gone |= unasked.get(base, {})
        if paths:
            break
    for path in (path for path in paths if path.stem not in gone):
        before = len(faults)
        sources[path.stem] = source = read_toml(path, faults, project)
        if len(faults) == before:
            made = validate(QuestionnaireFile, source.data, source, (), faults)
            if made is not None:
                found[path.stem] = made
    known = [path.stem for path in paths]
    for name, place in gone.items():
        if name not in known:
            faults.add(
                "unknown-reference", file=place.file, line=place.line, key="edition.drop",
                kind="questionnaire", name=name, options=known, hint=suggest(name, known),
            )  # fmt: skip
    return found, sources
