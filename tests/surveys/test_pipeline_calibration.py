"""Answers -> estimates -> covariance -> board: what is said of the uncertainty of scores and grades holds."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from survey_project import project, sample

import yitihua as yt
from yitihua import apply, fit
from yitihua.indicators.table import IndicatorTable
from yitihua.surveys.answers import read_answers
from yitihua.surveys.estimating import estimate_surveys
from yitihua.surveys.fielding import field
from yitihua.surveys.weighting.margins import read_margins

ROUNDS, COUNTIES = 10, 90


@cache
def simulated(folder: Path) -> dict[str, tuple[np.ndarray, ...]]:
    """Return, by what enters, for every county and round: hit, rank hit, probability and truth of the grade, error."""
    project(folder, sample(counties=COUNTIES))
    edition = yt.load_edition("ix", folder)
    form = edition.questionnaires["residents"]
    rng = np.random.default_rng(17)
    # As in a real index: what is reported is known; two indicators of three are estimated.
    truth = np.clip(rng.normal(62, 9, (COUNTIES, 2)), 30, 92)
    cost = rng.uniform(40, 80, COUNTIES)
    rules = {how: edition.spec.survey.model_copy(update={"enters": how}) for how in ("direct", "composite")}
    rules["composite"] = rules["composite"].model_copy(update={"n_eff": 65.0})
    found: dict[str, list[tuple[np.ndarray, ...]]] = {how: [] for how in rules}
    for k in range(ROUNDS):
        made = sample(COUNTIES, size=6, seed=100 + k, truth=truth)
        units = tuple(made.truth["county"])
        one = field("residents", read_answers(made.answers, form), None, read_margins(made.margins, survey="residents"))

        def table(values: np.ndarray, units: tuple[str, ...] = units, **more: object) -> IndicatorTable:
            return IndicatorTable(units, ("cost", "s1", "s2"), np.column_stack([cost, values]), **more)

        exact = table(truth)
        right = apply(exact, fit(exact, edition))
        for how, rule in rules.items():
            made_of = estimate_surveys(edition, {"residents": one}, units, rule)
            estimated = table(made_of.entering.value, covariance=made_of.covariance)
            board = apply(estimated, right.recipe)
            drawn = board.sampling(1000, k)
            (low, high), (best, worst) = drawn.score_interval, drawn.rank_interval
            found[how].append((
                (low <= right.total) & (right.total <= high),
                (best <= right.rank) & (right.rank <= worst),
                drawn.published_grade_probability("stars"),
                board.grade_indices["stars"] == right.grade_indices["stars"],
                board.total - right.total,
            ))  # fmt: skip
    return {how: tuple(np.concatenate(parts) for parts in zip(*rows, strict=True)) for how, rows in found.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("calibration")


@pytest.mark.parametrize("how", ["direct", "composite"])
def test_intervals_hold_the_truth_as_often_as_they_say(folder: Path, how: str):
    """Authority: simulation of a known truth, 900 counties with 10 degrees of freedom each."""
    hit, _, _, _, error = simulated(folder)[how]
    assert len(hit) == 900
    assert 0.93 < hit.mean() < 0.97
    assert abs(error.mean()) < 0.3


@pytest.mark.parametrize("how", ["direct", "composite"])
def test_of_counties_given_seventy_percent_seventy_are_right(folder: Path, how: str):
    """Authority: the same; a probability is checked against the share of those it was said of."""
    _, _, said, true, _ = simulated(folder)[how]
    for low, high in ((0.4, 0.6), (0.6, 0.8), (0.8, 0.95), (0.95, 1.01)):
        own = (said >= low) & (said < high)
        assert own.sum() > 60, (low, own.sum())
        # Two standard errors of the share.
        assert abs(true[own].mean() - said[own].mean()) < 0.02 + 2 * np.sqrt(0.25 / own.sum()), (low, own.sum())
    assert true.mean() == pytest.approx(said.mean(), abs=0.035)


def test_the_model_helps(folder: Path):
    """Composite estimates err less than direct ones, or the shrinkage would be for nothing."""
    direct, composite = (np.sqrt((simulated(folder)[how][4] ** 2).mean()) for how in ("direct", "composite"))
    assert composite < direct
