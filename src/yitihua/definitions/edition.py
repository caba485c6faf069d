"""The loaded edition: frozen, checked, and able to answer questions about its tree."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from yitihua.definitions import resolver
from yitihua.definitions.framework_models import (
    Checklist,
    Code,
    EditionInfo,
    Indicator,
    Measure,
    Node,
    View,
)
from yitihua.definitions.index_models import GradeScheme, IndexSpec, default_grades
from yitihua.definitions.survey_models import QuestionnaireFile
from yitihua.definitions.text import Text


@dataclass(frozen=True)
class Edition:
    """A named edition of an index: what is measured, what is asked, how it adds up.

    Attributes
    ----------
    name : str
        Its name on the command line.
    info : EditionInfo
        Title, notice, date.
    nodes, indicators, measures, views, codes, checklists, questionnaires : dict
        Definitions by code, in file order.
    spec : IndexSpec
        Methods, weights and grades.
    date : datetime.date or None
        Day as of which dated values were taken.
    files : tuple of Path
        Every file it was read from.
    project : Path or None
        The project folder it was loaded with.
    """

    name: str
    info: EditionInfo
    nodes: dict[str, Node]
    indicators: dict[str, Indicator]
    measures: dict[str, Measure]
    views: dict[str, View]
    codes: dict[str, Code]
    checklists: dict[str, Checklist]
    questionnaires: dict[str, QuestionnaireFile]
    spec: IndexSpec
    date: dt.date | None
    files: tuple[Path, ...]
    project: Path | None = None

    @classmethod
    def build(
        cls,
        name: str,
        info: EditionInfo,
        parts: dict[str, dict[str, Any]],
        questionnaires: dict[str, QuestionnaireFile],
        spec: IndexSpec,
        date: dt.date | None,
        files: tuple[Path, ...],
        project: Path | None,
    ) -> Edition:
        """Make an edition from validated parts, in the order of `SECTIONS`."""
        return cls(
            name,
            info,
            **parts,
            questionnaires=questionnaires,
            spec=spec,
            date=date,
            files=files,
            project=project,
        )

    @property
    def title(self) -> Text:
        """The index file's title if it states one, else the framework's."""
        return self.spec.title or self.info.title

    @cached_property
    def parents(self) -> dict[str, str]:
        """Parent of every node but the root, and of every indicator."""
        nodes = {code: node.parent for code, node in self.nodes.items() if node.parent is not None}
        return nodes | {code: indicator.parent for code, indicator in self.indicators.items()}

    @cached_property
    def children(self) -> dict[str, tuple[str, ...]]:
        """Children of every node: nodes first, then indicators, in file order."""
        found: dict[str, list[str]] = {code: [] for code in self.nodes}
        for code, parent in self.parents.items():
            found[parent].append(code)
        return {code: tuple(below) for code, below in found.items()}

    @cached_property
    def root(self) -> str:
        """Code of the index itself."""
        return next(code for code, node in self.nodes.items() if node.parent is None)

    @property
    def first_level(self) -> tuple[str, ...]:
        """Codes directly below the root."""
        return self.children[self.root]

    @cached_property
    def depths(self) -> dict[str, int]:
        """Depth of every node and indicator; the root is 0."""
        found = {self.root: 0}
        queue = [self.root]
        for code in queue:
            for child in self.children.get(code, ()):
                found[child] = found[code] + 1
                queue.append(child)
        return found

    def indicators_below(self, code: str) -> tuple[str, ...]:
        """Return the indicators under a node, in tree order, or the indicator itself."""
        if code in self.indicators:
            return (code,)
        return tuple(leaf for child in self.children[code] for leaf in self.indicators_below(child))

    def label(self, code: str, lang: str = "en") -> str:
        """Return the name of a node or indicator."""
        entry = self.nodes.get(code) or self.indicators[code]
        return entry.name.get(lang)

    @cached_property
    def grades(self) -> dict[str, GradeScheme]:
        """Grade schemes: the default stars and abc, and what the index file states."""
        return default_grades(self.spec.scale) | self.spec.grades

    def file_names(self) -> dict[str, Path]:
        """Return the files it was read from, by the name messages show."""
        return {resolver.shown(path, self.project): path for path in self.files}
