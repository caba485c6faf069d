"""The statistical audit, how sure the ranking is, and what is wrong or unusual with the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from yitihua.analysis.audit.audit import Audit
from yitihua.analysis.audit.findings import HANDBOOK, STEPS, VERDICTS
from yitihua.analysis.uncertainty.tables import SOURCES
from yitihua.definitions.levels import level_pair
from yitihua.definitions.methods import STAGES
from yitihua.errors import InputError
from yitihua.publish.audit_text import named_codes
from yitihua.publish.data_problems import LEAD, NO_PROOF, Problem, data_problems
from yitihua.publish.site.certainty import robust_line
from yitihua.publish.site.context import Site
from yitihua.publish.site.render import Pair, from_to, percent, render
from yitihua.publish.words import method_word

#: Rows of the list of problems on the page; the counts above it are of all.
MOST = 500
#: Units with the widest ranges of ranks that are named, a level.
WIDEST = 10


def audit_page(site: Site, version: str, bar: Any) -> bytes:
    """Return audit.html.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.site.build import site_of
    >>> b"OECD/JRC" in audit_page(site_of(yt.evaluate("hdi"), n=100), "0", ())
    True
    """
    problems = data_problems(site.board, site.edition)
    page = {
        "title": ("数据与审计", "Data and audit"), "root": "", "file": "audit.html", "scripts": ("site.js",),
        "audit": _audit(site), "handbook": HANDBOOK, "robust": _robust(site), "by_indicator": _by_indicator(site),
        "kinds": [{"kind": kind, "count": count} for kind, count in Counter(row.kind for row in problems).items()],
        "problems": _shown(problems), "left": max(len(problems) - MOST, 0), "no_proof": NO_PROOF,
    }  # fmt: skip
    return render("audit.html", page=page, site=site, version=version, bar=bar, labels=site.board.recipe.labels)


def _shown(problems: Sequence[Problem]) -> list[Problem]:
    """Return as many as the page lists, every lead among them as far as there is room."""
    leads = [one for one in problems if one.kind == LEAD][:MOST]
    others = [one for one in problems if one.kind != LEAD]
    return [*others[: MOST - len(leads)], *leads]


def _audit(site: Site) -> dict[str, Any]:
    """Return findings by step, or why there are none."""
    try:
        found: Audit = site.board.audit()
    except InputError as error:
        return {"why": [(fault.problem("zh"), fault.problem("en")) for fault in error.faults]}
    counts = found.counts
    texts = [text for finding in found.findings for text in (finding.figure[1], finding.words[1])]
    return {
        "why": [],
        "counts": [{"word": VERDICTS[verdict], "count": counts[verdict], "verdict": verdict} for verdict in VERDICTS],
        "concerns": found.concerns,
        "steps": [
            {
                "number": number,
                "name": name,
                "findings": [
                    {"finding": finding, "verdict": VERDICTS[finding.verdict]}
                    for finding in found.findings
                    if finding.step == number
                ],
            }
            for number, name in enumerate(STEPS, start=1)
        ],
        "codes": [code for code in named_codes(site.board, texts) if code in site.indicator_files],
    }


def _robust(site: Site) -> dict[str, Any]:
    """Return how many units keep their grade, who is least certain, and what every source does by itself."""
    board, run = site.board, site.robust
    kept = []
    for rule in board.recipe.grades:
        given = board.grade_indices[rule.code]
        rows = np.flatnonzero(given >= 0)
        chance = run.grade_probability[rule.code][rows, given[rows]]
        seen = chance[np.isfinite(chance)]
        if seen.size:
            kept.append({
                "title": rule.title, "graded": int(seen.size), "sure": int((seen >= 0.9).sum()),
                "mean": float(seen.mean()), "doubtful": int((seen < 0.5).sum()),
            })  # fmt: skip
    effects = []
    for one in run.effects.to_dict("records"):
        effects.append({
            "source": SOURCES[one["source"]], "rival": _rival(one["rival"], one["source"]), "shift": one["mean_shift"],
            "change": one["largest_change"], "unscored": int(one["unscored"]),
        })  # fmt: skip
    best = max(effects, key=lambda one: np.nan_to_num(one["shift"], nan=0.0), default=None)
    moved = best is not None and best["shift"] > 0
    return {
        "line": robust_line(run), "kept": kept, "effects": effects, "most": best if moved else None,
        "levels": _widest(site),
    }  # fmt: skip


def _rival(name: str, source: str) -> Pair:
    stage = source if source in STAGES else None
    return (method_word(name, "zh", stage), method_word(name, "en", stage)) if name else ("", "")


def _widest(site: Site) -> list[dict[str, Any]]:
    """Return the units whose ranks are least certain, level by level."""
    board, (low, high) = site.board, site.robust.rank_interval
    found = []
    for level, rows in board.level_rows.items():
        wide = (high - low)[rows]
        known = rows[np.isfinite(wide)]
        if not known.size:
            continue
        order = known[np.argsort(-(high - low)[known], kind="stable")][:WIDEST].tolist()
        wide = (high - low + 1)[known]
        units = [{"href": site.files[row], "name": site.names[row], "rank": float(board.rank[row]),
                  "ranks": from_to(int(low[row]), int(high[row]))} for row in order]  # fmt: skip
        word = level_pair(level)
        found.append({"word": word, "median": float(np.median(wide)), "count": int(known.size), "units": units})
    return found


def _by_indicator(site: Site) -> list[dict[str, Any]]:
    """Return how many cells of every indicator are missing, filled, pulled in, cut, or have a remark."""
    board = site.board
    missing = np.isnan(board.denominated) & ~board.imputed
    flags = Counter(code for _, code in board.table.flags)
    units = len(board.table.units)
    return [
        {
            "code": code, "missing": int(missing[:, j].sum()), "imputed": int(board.imputed[:, j].sum()),
            "winsorised": int(board.winsorised[:, j].sum()), "clipped": int(board.clipped[:, j].sum()),
            "remarks": flags[code],
            "observed": percent(1 - float((missing | board.imputed)[:, j].sum()) / units),
        }
        for j, code in enumerate(board.recipe.codes)
    ]  # fmt: skip
