"""Untidy answers that every engine must read alike, and the same question asked in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from yitihua.surveys.engines import Score, SumsQuery, Variable
from yitihua.surveys.estimation.design import SurveyDesign
from yitihua.surveys.estimation.domains import partition_of
from yitihua.surveys.estimation.estimate import estimate as in_memory
from yitihua.surveys.estimation.results import Estimates

LIKERT = (1, 2, 3, 4, 5)
COUNTIES = ("3301", "3302", "3303", "3304", 'O\'Brien; DROP TABLE "a" -- 50%')

LINEAR = Variable("linear", (Score.linear("q1", LIKERT),))
REVERSE = Variable("reverse", (Score.linear("q2", LIKERT, reverse=True),))
TOP = Variable("top", (Score.top("q1", LIKERT),))
YES = Variable("yes", (Score.top("asked yes", (0, 1), 1),))
NET = Variable("net", (Score.net("q2", LIKERT),))
MAPPED = Variable("mapped", (Score.mapped("q3", {1: 0, 2: 30, 3: 60, 4: 80, 7: 100}),))
HOURS = Variable("hours", (Score("耗时", low=0, high=400, without=(98,)),))
PERSON = Variable(
    "person", (Score.linear("q1", LIKERT), Score.linear("q2", LIKERT), Score.linear("f4", LIKERT)), None, 0.5
)
RATIO = Variable("ratio", (Score("visits", low=0),), over=Score("耗时", low=0, high=400, without=(98,)))
VARIABLES = (LINEAR, REVERSE, TOP, YES, NET, MAPPED, HOURS, PERSON, RATIO)


def answers(n: int = 3000, seed: int = 11) -> pd.DataFrame:
    """Return respondents of five counties in crossed and nested strata, with everything that goes wrong in files."""
    rng = np.random.default_rng(seed)
    county = rng.integers(0, len(COUNTIES), n)
    town = rng.integers(0, 8, n)
    area = np.where(town < 3, "urban", "rural")
    # One stratum has a single town, and two have a single person, one of them without an answer to q1.
    area = np.where((county == 0) & (town == 7), "island", area)
    alone = [np.flatnonzero(county == number)[0] for number in (1, 2)]
    area[alone] = ["lighthouse", "reef"]
    mood = rng.normal(size=n) + 0.4 * rng.normal(size=(len(COUNTIES), 8))[county, town]

    def codes(shift: float) -> np.ndarray:
        return np.clip(np.round(3 + shift + mood + 0.8 * rng.normal(size=n)), 1, 5)

    table = pd.DataFrame(
        {
            "county": np.array(COUNTIES)[county],
            "city": np.where(county < 2, "杭州", "宁波"),
            "area": area,
            "town": town,
            "wave": 2026,
            "disposition": rng.choice(["complete", "partial", "refusal"], n, p=[0.8, 0.15, 0.05]),
            "excluded": rng.random(n) < 0.03,
            "sex": rng.choice(["F", "M"], n),
            "age": rng.integers(1, 5, n),
            'we"ight': np.where(rng.random(n) < 0.02, 0.0, rng.gamma(4, 25, n)),
            "population": 0.0,
            "q1": pd.array(codes(0.3).astype(int), dtype="Int16"),
            "q2": pd.array(codes(-0.2).astype(int), dtype="Int64"),
            "q3": pd.array(rng.choice([1, 2, 3, 4, 7, 9], n), dtype="Int32"),
            "f4": codes(0.1),
            "asked yes": rng.random(n) < 0.6,
            "耗时": rng.gamma(2, 40, n),
            "visits": pd.array(rng.poisson(3, n), dtype="Int32"),
        }
    )
    for name, part in (("q1", 0.1), ("q2", 0.05), ("visits", 0.08)):
        table.loc[rng.random(n) < part, name] = pd.NA
        table.loc[(rng.random(n) < 0.05) & table[name].notna(), name] = 98 if name != "visits" else -1
    table.loc[rng.random(n) < 0.05, "f4"] = np.nan
    table.loc[rng.random(n) < 0.02, "f4"] = 2.5
    table.loc[rng.random(n) < 0.02, "耗时"] = np.inf
    table.loc[rng.random(n) < 0.05, "耗时"] = 98.0
    # Someone whose county is not known stays in the design of the stratum.
    strata = table.groupby(["city", "area"])["town"].transform(lambda towns: towns.nunique())
    table["population"] = strata * 5.0
    table.loc[(rng.random(n) < 0.03) & ~np.isin(np.arange(n), alone), "county"] = None
    table.loc[alone, ["disposition", "excluded", 'we"ight']] = ["complete", False, 90.0]
    table.loc[alone, "q1"] = [5, pd.NA]
    return table


def write_parquet(table: pd.DataFrame, path: Path) -> Path:
    """Write a table; infinity and NaN stay what they are, missing whole numbers are NULL."""
    with duckdb.connect() as connection:
        connection.register("answers", table)
        connection.execute(f"COPY answers TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 1000)")
    return path


def query(variables: tuple[Variable, ...] = VARIABLES, **changes: Any) -> SumsQuery:
    options: dict[str, Any] = {
        "domain": ("county",),
        "stratum": ("city", "area"),
        "psu": "town",
        "where": ("disposition=complete | disposition=partial", "excluded!=true & wave=2026"),
        "deff": True,
    }
    return SumsQuery('we"ight', variables, **(options | changes))


def surveyed(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that the conditions of `query` leave."""
    return table[table["disposition"].isin(["complete", "partial"]) & ~table["excluded"]].reset_index(drop=True)


def values(table: pd.DataFrame, variable: Variable) -> np.ndarray:
    """Return a variable's values by numpy, independent of SQL."""
    columns = [score.values(table[score.column].to_numpy(float, na_value=np.nan)) for score in variable.scores]
    weights = np.array([score.weight for score in variable.scores])[:, None]
    known = np.isfinite(np.stack(columns))
    share = np.where(known, np.stack(columns), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (weights * share).sum(axis=0) / (weights * known).sum(axis=0)
    return np.where((weights * known).sum(axis=0) >= variable.needed, mean, np.nan)


def expected(table: pd.DataFrame, asked: SumsQuery, statistic: Any = "mean", **options: Any) -> Estimates:
    """Return what `estimation.estimate` says of the rows; `design` options of SurveyDesign, `labels` of domains."""
    design = options.pop("design", None)
    if design is None:
        strata = [table[list(asked.stratum)].astype(str).agg("/".join, axis=1)] if asked.stratum else []
        clusters = [] if asked.psu is None else [table[asked.psu]]
        populations = [table[asked.population]] if asked.population else []
        design = SurveyDesign.from_columns(
            table[asked.weight].to_numpy(),
            strata=strata,
            clusters=clusters,
            populations=populations,
            one_psu=options.pop("one_psu", "adjust"),
            nest=True,
        )
    labels = options.pop("labels", table[asked.domain[0]].to_numpy() if asked.domain else None)
    of = partition_of(labels, len(table))
    unit = 100.0 if statistic == "share" else 1.0
    items = {variable.name: values(table, variable) / unit for variable in asked.variables}
    below = {
        v.name: v.over.values(table[v.over.column].to_numpy(float, na_value=np.nan)) for v in asked.variables if v.over
    }
    kind = "ratio" if below and statistic == "mean" else statistic
    return in_memory(design, items, of, statistic=kind, denominators=below or None, scale=unit, **options)
