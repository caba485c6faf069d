"""A board of the size of China's counties: 2,844 units, 51 indicators, missing cells and a constant column."""

from __future__ import annotations

from functools import cache

import numpy as np

import yitihua as yt
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import IndicatorTable

UNITS = 2844
#: The column that does not differ.
CONSTANT = "A04"


@cache
def large_board(seed: int = 0) -> Scoreboard:
    """Draw units from the simulated province, each value moved a little, and score them with min-max bounds."""
    edition = yt.load_edition("zhejiang-2022")
    table = yt.read_table(edition)
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, len(table.units), UNITS)
    values = table.values[rows] * np.exp(rng.normal(0.0, 0.05, (UNITS, len(table.indicators))))
    values[rng.random(values.shape) < 0.02] = np.nan
    values[:, table.indicators.index(CONSTANT)] = 3.0
    large = IndicatorTable(tuple(f"u{i}" for i in range(UNITS)), table.indicators, values, levels=("county",) * UNITS)
    recipe = yt.fit(large, yt.load_edition("zhejiang-2022"))
    return yt.apply(large, recipe)
