"""The audit as one object: all findings in the order of the ten steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yitihua.analysis.audit import design, results, structure
from yitihua.analysis.audit.findings import STEPS, VERDICTS, Finding
from yitihua.analysis.stages import level_rows, marked
from yitihua.analysis.variants import variants
from yitihua.errors import refuse
from yitihua.index.scoreboard import Scoreboard

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class Audit:
    """What was checked, in the order of the OECD/JRC ten steps.

    Attributes
    ----------
    board : Scoreboard
    level : str or None
        Whose units were looked at; None for the level with the most.
    findings : tuple of Finding
    """

    board: Scoreboard
    level: str | None
    findings: tuple[Finding, ...]

    @property
    def concerns(self) -> tuple[Finding, ...]:
        """The findings that did not pass."""
        return tuple(finding for finding in self.findings if finding.verdict == "concern")

    @property
    def counts(self) -> Mapping[str, int]:
        """Verdict -> how many findings have it."""
        return {verdict: sum(f.verdict == verdict for f in self.findings) for verdict in VERDICTS}

    def frame(self, lang: str = "en") -> pd.DataFrame:
        """Return one row a finding: step, title, code, checked, figure, threshold, source, verdict, words, value."""
        import pandas as pd

        place = 0 if lang == "zh" else 1
        rows = [
            {
                "step": f.step,
                "title": STEPS[f.step - 1][place],
                "code": f.code,
                "checked": f.checked[place],
                "figure": f.figure[place],
                "threshold": f.threshold[place],
                "source": f.source[place],
                "verdict": VERDICTS[f.verdict][place],
                "words": f.words[place],
                "value": f.value,
            }
            for f in self.findings
        ]
        return marked(pd.DataFrame(rows), self.board, lang, level=self.level)

    def document(self, lang: str = "en") -> str:
        """Return the audit as a document in Markdown, in English or Chinese ("zh")."""
        from yitihua.publish.audit_text import audit_document

        return audit_document(self, lang)

    def __str__(self) -> str:
        """Return the document in English."""
        return self.document()

    def _repr_markdown_(self) -> str:
        return self.document()


def audit(board: Scoreboard, level: str | None = None) -> Audit:
    """Check a board in the order of the OECD/JRC ten steps.

    Parameters
    ----------
    board : Scoreboard
    level : str, optional
        Whose units are looked at; default: the level with the most.

    Returns
    -------
    Audit
        The same for the same board: draws have fixed seeds.

    Raises
    ------
    InputError
        If the level is unknown, or fewer than three units have a score.

    References
    ----------
    OECD/JRC (2008). Handbook on Constructing Composite Indicators. Saisana, M. and Saltelli, A. (2011). Rankings
    and ratings: instructions for use. Hague Journal on the Rule of Law 3, 247-268.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = audit(yt.evaluate("asem"))
    >>> sorted({finding.step for finding in found.findings})
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    >>> "TBTs" in next(f.words[1] for f in found.concerns if f.code == "contrary")
    True
    """
    rows = level_rows(board, level)
    scored = int((board.total[rows] == board.total[rows]).sum())
    if scored < 3:
        raise refuse("audit-few", found=scored)
    changed = variants(board, level)
    found = [
        *design.framework(board),
        *design.data(board, level),
        *design.missing(board, changed, level),
        *structure.relations(board, level),
        *structure.scales(board, level),
        *structure.weights(board, level),
        *results.robustness(board, changed, level),
        *results.back_to_data(board, level),
        *results.links(board, level),
        *results.presentation(board, level),
    ]
    return Audit(board, level, tuple(found))
