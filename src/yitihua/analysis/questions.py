"""All questions that can be asked of a board, under one roof.

Each is a function of a board (or of two). What it returns is a table, or has `frame()`.

>>> import yitihua as yt
>>> from yitihua.analysis import questions as ask
>>> ask.effective_weights(yt.evaluate("hdi"))["code"].tolist()[:3]
['le', 'eys', 'mys']
"""

from __future__ import annotations

from yitihua.analysis.agreement import compare_boards, compare_recipes
from yitihua.analysis.attribution import attribute_change
from yitihua.analysis.audit.audit import audit
from yitihua.analysis.change import change
from yitihua.analysis.clusters import clusters
from yitihua.analysis.compare import compare
from yitihua.analysis.components import components
from yitihua.analysis.correlations import (
    attribute_correlations,
    correlation_flags,
    correlation_matrix,
    correlation_table,
    family_correlations,
    sibling_correlations,
)
from yitihua.analysis.coupling_board import coupling
from yitihua.analysis.diff import diff
from yitihua.analysis.distribution.of_boards import density, inequality, spatial
from yitihua.analysis.distribution.of_periods import convergence
from yitihua.analysis.exemplars import exemplars
from yitihua.analysis.extremes import extremes
from yitihua.analysis.fuzzy_board import fuzzy_evaluation
from yitihua.analysis.importance import effective_weights, importance
from yitihua.analysis.improve import improve
from yitihua.analysis.leave_out import leave_out
from yitihua.analysis.obstacles import obstacles
from yitihua.analysis.reach import lift, rank_range, weight_ranges
from yitihua.analysis.redundancy import redundancy
from yitihua.analysis.reliability import item_table, reliability_table
from yitihua.analysis.scenario import scenario
from yitihua.analysis.sensitivity.run import sensitivity
from yitihua.analysis.strengths import strengths
from yitihua.analysis.transitions import transitions
from yitihua.analysis.uncertainty.run import uncertainty
from yitihua.analysis.variants import variants
from yitihua.analysis.whatif import whatif
from yitihua.index.screen import screen_board
from yitihua.index.treat.report import board_treatment

__all__ = [
    "attribute_change",
    "attribute_correlations",
    "audit",
    "board_treatment",
    "change",
    "clusters",
    "compare",
    "compare_boards",
    "compare_recipes",
    "components",
    "convergence",
    "correlation_flags",
    "correlation_matrix",
    "correlation_table",
    "coupling",
    "density",
    "diff",
    "effective_weights",
    "exemplars",
    "extremes",
    "family_correlations",
    "fuzzy_evaluation",
    "importance",
    "improve",
    "inequality",
    "item_table",
    "leave_out",
    "lift",
    "obstacles",
    "rank_range",
    "redundancy",
    "reliability_table",
    "scenario",
    "screen_board",
    "sensitivity",
    "sibling_correlations",
    "spatial",
    "strengths",
    "transitions",
    "uncertainty",
    "variants",
    "weight_ranges",
    "whatif",
]
