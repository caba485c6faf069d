"""Make zhejiang_2022_simulated.csv: 90 real counties with simulated indicator values.

Nothing here is observed. Margins and correlations come from the calibration set beside it
(published values where they exist, else judgement). Run it from anywhere:

    python data/zhejiang-2022-simulated/make.py [OUTPUT.csv]
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
from scipy import stats

HERE = Path(__file__).resolve().parent
SEED = 20221231

#: Standard deviation of one answer and respondents a county, for the standard errors.
ANSWER_SD = {"E01": 24, "E02": 20, "E03": 22, "E04": 23, "E05": 21, "E06": 22, "E08": 36, "E09": 43}
RESPONDENTS = {"E01": 210, "E02": 210, "E03": 210, "E04": 180, "E05": 180, "E06": 180, "E08": 30, "E09": 210}
DESIGN_EFFECT = 1.4
#: Formulas over empowered towns are undefined where no town is empowered.
UNDEFINED_WITHOUT_EMPOWERED = ("A08", "C04", "C05")


def read(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def simulate(seed: int = SEED) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of the simulated table."""
    rng = np.random.default_rng(seed)
    counties = read(HERE.parent / "zhejiang-counties" / "zhejiang_counties.csv")
    rules = read(HERE.parent / "zhejiang-2022-calibration" / "calibration.csv")
    count = len(counties)
    general = rng.standard_normal(count)
    blocks = {name: rng.standard_normal(count) for name in sorted({r["corr_block"] for r in rules})}
    cities = sorted({c["city_code"] for c in counties})
    city_of = np.array([cities.index(c["city_code"]) for c in counties])
    logpop = np.log([float(c["pop_2020"]) for c in counties])
    size = (logpop - logpop.mean()) / logpop.std()
    columns: dict[str, np.ndarray] = {}
    for rule in rules:
        block, g, pop = (float(rule[k]) for k in ("block_loading", "general_loading", "logpop_loading"))
        city_share = float(rule["city_icc"]) * 0.5
        known = block * blocks[rule["corr_block"]] + g * general + pop * size
        left = max(1.0 - block**2 - g**2 - pop**2, 0.05)
        city = rng.standard_normal(len(cities))[city_of] * np.sqrt(left * city_share)
        latent = known + city + rng.standard_normal(count) * np.sqrt(left * (1.0 - city_share))
        columns[rule["indicator"]] = from_latent(latent, rule)
    missing_cells(columns, rules, rng)
    header = ["unit", "name_zh", "name_en", "level", *columns, *(f"{code}_se" for code in ANSWER_SD)]
    errors = {code: standard_error(code, columns[code], rng) for code in ANSWER_SD}
    for code, se in errors.items():
        columns[code] = np.clip(columns[code] + rng.standard_normal(count) * se, 0, 100)
    rows = []
    for i, county in enumerate(counties):
        cells = [number(columns[code][i]) for code in columns] + [number(errors[code][i], 3) for code in ANSWER_SD]
        rows.append([county["code"], county["name_zh"], county["name_en"], "county", *cells])
    return header, rows


def from_latent(latent: np.ndarray, rule: dict[str, str]) -> np.ndarray:
    """Map a latent score to the calibrated margin, with its point masses."""
    order = stats.rankdata(latent) - 0.5
    u = order / len(latent)
    low, high = float(rule["lower"]), float(rule["upper"])
    if rule["family"] == "lognormal":
        x = float(rule["median"]) * np.exp(float(rule["sd_log"]) * stats.norm.ppf(u))
    elif rule["family"] == "beta":
        top = 100.0
        m, s = float(rule["mean"]) / top, float(rule["sd"]) / top
        k = m * (1 - m) / s**2 - 1
        x = top * stats.beta.ppf(u, m * k, (1 - m) * k)
    else:
        x = float(rule["mean"]) + float(rule["sd"]) * stats.norm.ppf(u)
    x = np.clip(x, low, high)
    for at, share in (("mass_at", "mass_share"), ("mass2_at", "mass2_share")):
        if rule[at]:
            point, part = float(rule[at]), float(rule[share])
            x = np.where(u > 1 - part, point, x) if point >= high else np.where(u < part, point, x)
    return x


def missing_cells(columns: dict[str, np.ndarray], rules: list[dict[str, str]], rng: np.random.Generator) -> None:
    """Leave cells empty at the calibrated shares, and where a formula is undefined."""
    for rule in rules:
        gone = rng.random(90) < float(rule["missing_share"])
        columns[rule["indicator"]][gone] = np.nan
    for code in UNDEFINED_WITHOUT_EMPOWERED:
        columns[code][columns["A07"] == 0] = np.nan


def standard_error(code: str, values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a sampling error a county: the answer's spread over its effective respondents."""
    respondents = rng.poisson(RESPONDENTS[code], len(values)).clip(min=12)
    spread = ANSWER_SD[code] * (1 + 0.08 * rng.standard_normal(len(values)))
    return np.where(np.isnan(values), np.nan, spread * np.sqrt(DESIGN_EFFECT / respondents))


def number(value: float, digits: int = 2) -> str:
    """Return a rounded number, or nothing where it is missing."""
    return "" if np.isnan(value) else f"{value:.{digits}f}"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "zhejiang_2022_simulated.csv"
    head, body = simulate()
    with target.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([head, *body])
