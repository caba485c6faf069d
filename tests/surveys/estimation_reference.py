"""R's answers on small awkward designs, and the designs they were asked of (tests/reference/survey/designs/make.R)."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from yitihua.surveys.estimation.design import SurveyDesign

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


def design(name: str, rule: str = "adjust", data: pd.DataFrame | None = None, **more: Any) -> SurveyDesign:
    """The design that R was asked of."""
    return SurveyDesign.from_frame(rows() if data is None else data, "w", one_psu=rule, **DESIGNS[name], **more)


def numbers(value: Any) -> np.ndarray:
    """Numbers of an answer; null is NaN."""
    return np.atleast_1d(np.array(value, dtype=float))


def close(found: Any, expected: Any, rtol: float = 1e-9, atol: float = 1e-13) -> None:
    """Assert that numbers agree, NaN with NaN."""
    np.testing.assert_allclose(np.atleast_1d(found), numbers(expected), rtol=rtol, atol=atol)
