"""R's answers on small awkward designs, and the designs they were asked of (tests/reference/survey/designs/make.R)."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from yitihua.surveys.estimation.design import Floats, SurveyDesign

FOLDER = Path(__file__).parents[1] / "reference" / "survey"
DESIGNS: dict[str, dict[str, Any]] = {
    "wr": {"strata": ["stratum"], "clusters": ["psu"], "nest": True},
    "plain": {"strata": ["stratum"]},
    "srs": {},
    "one": {"strata": ["stratum"], "clusters": ["psu"], "populations": ["N1"], "nest": True},
    "two": {"strata": ["stratum"], "clusters": ["psu", "ssu"], "populations": ["N1", "N2"], "nest": True},
    "two_fractions": {"strata": ["stratum"], "clusters": ["psu", "ssu"], "fractions": ["f1", "f2"], "nest": True},
    "three": {
        "strata": ["stratum"],
        "clusters": ["psu", "ssu", "person"],
        "populations": ["N1", "N2", "N3"],
        "nest": True,
    },
    "brewer": {"strata": ["stratum"], "clusters": ["psu"], "fractions": ["p1"], "nest": True, "pps": True},
}


@cache
def rows() -> pd.DataFrame:
    """The sample: three stages, strata of one unit, strata taken whole, weights of 0, missing answers."""
    return pd.read_csv(FOLDER / "designs" / "rows.csv")


@cache
def answers() -> dict[str, Any]:
    """R's answers by name."""
    found: dict[str, Any] = json.loads((FOLDER / "designs" / "results.json").read_text(encoding="utf-8"))
    return found["results"]


@cache
def results() -> dict[str, Any]:
    """R's answers on synth90, the 90-county survey."""
    found: dict[str, Any] = json.loads((FOLDER / "results.json").read_text(encoding="utf-8"))
    return found["results"]


@cache
def synth() -> pd.DataFrame:
    """The 90-county survey: counties, areas as strata, neighbourhoods as clusters, ten questions from 1 to 5."""
    return _parquet("synth90.parquet")


@cache
def final_weights() -> pd.DataFrame:
    """R's final weights of the survey, by row."""
    return _parquet("weights.parquet")


def _parquet(name: str) -> pd.DataFrame:
    table = duckdb.sql(f"select * from read_parquet('{(FOLDER / name).as_posix()}')").df()
    whole = [column for column in table.columns if column.startswith("q")]
    return table.astype(dict.fromkeys(whole, float))


def design(name: str, rule: str = "adjust", data: pd.DataFrame | None = None, **more: Any) -> SurveyDesign:
    """The design that R was asked of."""
    return SurveyDesign.from_frame(rows() if data is None else data, "w", one_psu=rule, **DESIGNS[name], **more)


class LeastSquares:
    """A projection by its definition (Deville & Särndal 1992), made for these tests: dense, weighted least squares."""

    def __init__(self, x: Floats, weight: Floats, group: np.ndarray | None = None) -> None:
        root = np.sqrt(weight)[:, None]
        self._basis = np.linalg.qr(x * root)[0]
        self._root = root
        self.group = group

    def residuals(self, z: Floats) -> Floats:
        scaled = z * self._root
        return (scaled - self._basis @ (self._basis.T @ scaled)) / self._root


def numbers(value: Any) -> np.ndarray:
    """Numbers of an answer; null is NaN."""
    return np.atleast_1d(np.array(value, dtype=float))


def close(found: Any, expected: Any, rtol: float = 1e-9, atol: float = 1e-13) -> None:
    """Assert that numbers agree, NaN with NaN."""
    np.testing.assert_allclose(np.atleast_1d(found), numbers(expected), rtol=rtol, atol=atol)
