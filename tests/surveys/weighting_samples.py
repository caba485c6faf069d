"""The two samples that R has weighted, and standard errors of a design, shared by the tests of weights."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from yitihua.surveys.estimation.design import SurveyDesign
from yitihua.surveys.estimation.variance import roots
from yitihua.surveys.weighting.margins import Margins, read_margins

REFERENCE = Path(__file__).parents[1] / "reference" / "survey"


@cache
def synth90() -> tuple[pd.DataFrame, pd.DataFrame, Margins]:
    """Sample, R's weights and margins of the 90-county reference."""
    tables = [duckdb.sql(f"SELECT * FROM '{REFERENCE / name}.parquet'").df() for name in ("synth90", "weights")]
    parts = []
    for name in ("age", "sex", "region", "county"):
        table = pd.read_csv(REFERENCE / f"synth90_marg_{name}.csv")
        parts.append(pd.DataFrame({"variable": name, "level": table[name], "total": table["Freq"]}))
    return tables[0], tables[1], read_margins(pd.concat(parts, ignore_index=True))


@cache
def small() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, Margins]:
    """Sample, R's weights, R's results and margins of the small reference."""
    folder = REFERENCE / "weighting"
    tables = [pd.read_csv(folder / f"{name}.csv") for name in ("sample", "weights", "results")]
    return tables[0], tables[1], tables[2].set_index("name"), read_margins(folder / "margins.csv")


def standard_errors(design: SurveyDesign, z: np.ndarray) -> np.ndarray:
    """Standard errors of totals of z."""
    return np.sqrt((roots(design, z) ** 2).sum(axis=0))


def linearised_mean(weight: np.ndarray, y: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Linearised values of the weighted mean of y over rows."""
    rows = rows & ~np.isnan(y)
    y = np.where(rows, y, 0.0)
    total = weight[rows].sum()
    return np.where(rows, y - (weight * y).sum() / total, 0.0) / total
