"""yitihua (一体化): composite indices that join survey answers with operational metrics.

>>> import yitihua as yt
>>> board = yt.evaluate("hdi")
>>> board.scores.loc[0, "name"]
'Switzerland'

Names are loaded when they are first used, so that importing the package is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_WHERE = {
    "Dataset": "yitihua.indicators.datasets",
    "Edition": "yitihua.definitions.edition",
    "IndicatorTable": "yitihua.indicators.table",
    "InputError": "yitihua.errors",
    "Panel": "yitihua.index.panel",
    "Recipe": "yitihua.index.recipe",
    "Run": "yitihua.index.run",
    "Scoreboard": "yitihua.index.scoreboard",
    "YitihuaError": "yitihua.errors",
    "allow_code": "yitihua.definitions.own_code",
    "apply": "yitihua.index.apply",
    "barometer": "yitihua.api",
    "chain": "yitihua.api",
    "change": "yitihua.analysis.change.explained",
    "compare": "yitihua.analysis.compare",
    "diff": "yitihua.analysis.diff",
    "edition_names": "yitihua.definitions.resolver",
    "evaluate": "yitihua.api",
    "exemplars": "yitihua.analysis.exemplars",
    "fit": "yitihua.index.fit",
    "panel": "yitihua.api",
    "load_dataset": "yitihua.indicators.datasets",
    "load_edition": "yitihua.definitions.loader",
    "read_run": "yitihua.index.run",
    "read_table": "yitihua.indicators.reading",
}

__all__ = [
    "Dataset",
    "Edition",
    "IndicatorTable",
    "InputError",
    "Panel",
    "Recipe",
    "Run",
    "Scoreboard",
    "YitihuaError",
    "__version__",
    "allow_code",
    "apply",
    "barometer",
    "chain",
    "change",
    "compare",
    "diff",
    "edition_names",
    "evaluate",
    "exemplars",
    "fit",
    "load_dataset",
    "load_edition",
    "panel",
    "read_run",
    "read_table",
]

if TYPE_CHECKING:
    from yitihua.analysis.change.explained import change
    from yitihua.analysis.compare import compare
    from yitihua.analysis.diff import diff
    from yitihua.analysis.exemplars import exemplars
    from yitihua.api import barometer, chain, evaluate, panel
    from yitihua.definitions.edition import Edition
    from yitihua.definitions.loader import load_edition
    from yitihua.definitions.own_code import allow_code
    from yitihua.definitions.resolver import edition_names
    from yitihua.errors import InputError, YitihuaError
    from yitihua.index.apply import apply
    from yitihua.index.fit import fit
    from yitihua.index.panel import Panel
    from yitihua.index.recipe import Recipe
    from yitihua.index.run import Run, read_run
    from yitihua.index.scoreboard import Scoreboard
    from yitihua.indicators.datasets import Dataset, load_dataset
    from yitihua.indicators.reading import read_table
    from yitihua.indicators.table import IndicatorTable


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'yitihua' has no attribute {name!r}")
    value = getattr(import_module(_WHERE[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
