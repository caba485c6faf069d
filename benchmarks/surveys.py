"""How long a province's surveys take from answers to estimates, as ratios to a bare NumPy pass, in one run.

    python benchmarks/surveys.py

The simulated answers of citizens, enterprises and the telephone check (about 36,000 interviews of 58,000 people
drawn) are read once; then each part is timed: screening, weighting, scoring, and the estimates of 90 counties with
their covariance and small-area models. The bare pass does the least that gives the same direct means: items to
0-100, a mean of each person's items, weighted sums by county, and the variance between clusters. Quote the ratios:
single times depend on the machine.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

import yitihua as yt
from yitihua.surveys import pipeline
from yitihua.surveys.answers import Answers
from yitihua.surveys.fielding import Fielded
from yitihua.surveys.scoring import score
from yitihua.surveys.screening.screen import screen

SURVEYS = ("citizens", "enterprises", "telephone")


def median_ms(call: Callable[[], object], runs: int = 7) -> float:
    """Return the median time of a call in milliseconds, after one warm-up."""
    call()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def coded(labels: np.ndarray) -> tuple[np.ndarray, int]:
    """Return labels as numbers and how many there are."""
    names, codes = np.unique(labels.astype(str), return_inverse=True)
    return codes, len(names)


def columns(one: Answers) -> tuple[np.ndarray, ...]:
    """Return what the bare pass takes: codes of the scored items, weights, county and cluster of the respondents."""
    items = [k for k, item in enumerate(one.items) if one.form.items[item].role == "indicator"]
    rows = np.flatnonzero(one.answered)
    place = one.columns["county"][rows]
    cluster = one.columns["psu"][rows] if "psu" in one.columns else np.arange(len(rows))
    return one.codes[np.ix_(rows, items)], one.columns["weight"][rows], *coded(place), *coded(cluster)


def bare(codes: np.ndarray, weight: np.ndarray, county: np.ndarray, counties: int, psu: np.ndarray, psus: int) -> None:
    """Score, sum by county and take the variance between clusters, with nothing else."""
    y = np.nanmean((codes - 1) * 25, axis=1)
    known = np.isfinite(y)
    w = np.where(known, weight, 0.0)
    y = np.where(known, y, 0.0)
    total = np.bincount(county, w, counties)
    mean = np.bincount(county, w * y, counties) / total
    z = np.bincount(psu, w * (y - mean[county]) / total[county], psus)
    own = np.zeros(psus, dtype=np.int64)
    own[psu] = county
    np.sqrt(np.bincount(own, z**2, counties))


def main() -> None:
    """Print the table."""
    edition = yt.load_edition("zhejiang-2022")
    rule = edition.spec.survey
    sources = replace(
        pipeline.SurveySources.of(edition),
        answers={name: rule.answers[name] for name in SURVEYS},
    )
    start = time.perf_counter()
    answers = pipeline.read_surveys(sources)
    read = (time.perf_counter() - start) * 1e3
    people, interviews = sum(map(len, answers.values())), sum(int(one.answered.sum()) for one in answers.values())
    frame = pipeline.read_frame(sources)
    assert frame is not None
    of = {name: frame[frame["survey"] == name] for name in answers}
    fielded: dict[str, Fielded] = pipeline.field_surveys(sources, answers)

    def screened() -> None:
        for name, one in answers.items():
            screen(one, frame=of[name])

    def scored() -> None:
        for name, one in answers.items():
            score(one, who=fielded[name].counted)

    prepared = [columns(one) for one in answers.values()]

    def passed() -> None:
        for one in prepared:
            bare(*one)

    with np.errstate(all="ignore"):
        kernel = median_ms(passed)
    screening, scoring = median_ms(screened), median_ms(scored)
    whole = median_ms(lambda: pipeline.field_surveys(sources, answers))
    estimating = median_ms(lambda: pipeline.estimate(sources, fielded))
    print(f"{interviews:,} interviews of {people:,} people drawn; bare pass {kernel:.1f} ms")
    print(f"{'part':34}{'ms':>8}{'ratio':>8}")
    parts = {
        "screen": screening,
        "weight (with frame and margins)": whole - screening - scoring,
        "score": scoring,
        "estimate, covariance, small areas": estimating,
    }
    for name, taken in parts.items():
        print(f"{name:34}{taken:8.0f}{taken / kernel:8.0f}")
    print(f"{'sum':34}{whole + estimating:8.0f}{(whole + estimating) / kernel:8.0f}")
    print(f"{'(before that: read and check)':34}{read:8.0f}{read / kernel:8.0f}")


if __name__ == "__main__":
    main()
