"""The calibration as typed rows: margins and loadings of indicators, sizes of denominators."""

from __future__ import annotations

from dataclasses import dataclass

from yitihua.indicators.datasets import load_dataset


@dataclass(frozen=True, slots=True)
class Rule:
    """How one indicator is distributed over counties, and what it goes with."""

    indicator: str
    family: str
    mean: float
    sd: float
    median: float
    sd_log: float
    lower: float
    upper: float
    mass_at: float
    mass_share: float
    mass2_at: float
    mass2_share: float
    corr_block: str
    block_loading: float
    general_loading: float
    logpop_loading: float
    city_icc: float
    missing_share: float
    missing_kind: str
    q05: float
    q50: float
    q95: float


@dataclass(frozen=True, slots=True)
class Scale:
    """How large one denominator is."""

    measure: str
    rule: str
    base: str
    median: float
    sd_log: float
    smallest: float


def rules() -> dict[str, Rule]:
    """Return the calibration of every indicator, by code.

    Examples
    --------
    >>> rules()["A05"].corr_block, rules()["A05"].q50
    ('power', 69.4)
    """
    frame = load_dataset("zhejiang-2022-calibration").frame
    names = Rule.__slots__
    return {row["indicator"]: Rule(**{name: row[name] for name in names}) for row in frame.to_dict("records")}


def scales() -> dict[str, Scale]:
    """Return the size of every denominator, by measure.

    Examples
    --------
    >>> scales()["cases_all"].rule
    'per_1000'
    """
    frame = load_dataset("zhejiang-2022-calibration-scales").frame
    names = {"measure": "measure_id", "smallest": "min"}
    rows = frame.to_dict("records")
    return {row["measure_id"]: Scale(**{name: row[names.get(name, name)] for name in Scale.__slots__}) for row in rows}
