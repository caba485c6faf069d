"""Coverage of 95% intervals by simulation on a known population of 90 counties: two stages within strata.

Authority: the population itself. Counties have two strata (town, country) of clusters of people; 12 to 24 clusters
are drawn of each stratum and some people in each. Means, means raked to sex and age, and shares.
"""

import numpy as np
import pytest
from estimation_reference import LeastSquares

from yitihua.surveys.estimation.design import Floats, Stage, SurveyDesign
from yitihua.surveys.estimation.domains import Partition
from yitihua.surveys.estimation.estimate import estimate

COUNTIES, CLUSTERS, PEOPLE = 90, 60, 40


class Population:
    """Arrays of shape (counties, strata, clusters, people): a score, and who agrees, women, the old."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        shape = (COUNTIES, 2, CLUSTERS, PEOPLE)
        self.woman, self.old = rng.random(shape) < 0.5, rng.random(shape) < 0.35
        level = rng.normal(0, 0.6, (COUNTIES, 1, 1, 1)) + np.array([0.3, -0.3])[:, None, None]
        cluster = rng.normal(0, 0.35, (COUNTIES, 2, CLUSTERS, 1))
        self.score = level + cluster + 0.5 * self.woman + 0.4 * self.old + rng.normal(0, 1, shape)
        self.agrees = self.score > -0.5


class Sample:
    """One draw: people by county, stratum, cluster; the weights are those of the design."""

    def __init__(self, population: Population, rng: np.random.Generator, clusters: int, people: int) -> None:
        shape = (COUNTIES, 2, clusters, people)
        county, stratum, _, _ = np.indices(shape)
        drawn = rng.permuted(np.broadcast_to(np.arange(CLUSTERS), (COUNTIES, 2, CLUSTERS)), axis=2)[:, :, :clusters]
        order = np.argsort(rng.random((*shape[:3], PEOPLE)), axis=3)[..., :people]
        at = (county, stratum, np.broadcast_to(drawn[..., None], shape), order)
        self.score, self.agrees = population.score[at].ravel(), population.agrees[at].ravel().astype(float)
        self.woman, self.old = population.woman[at].ravel(), population.old[at].ravel()
        n = self.score.size
        self.county = county.ravel()
        strata = (county * 2 + stratum).ravel()
        unit = np.arange(n) // people
        primary = Stage(strata, unit, np.full(n, float(CLUSTERS)))
        within = Stage(unit, np.arange(n), np.full(n, float(PEOPLE)))
        self.design = SurveyDesign(np.full(n, CLUSTERS / clusters * PEOPLE / people), (primary, within))


def raked(sample: Sample, population: Population) -> SurveyDesign:
    """Rake every county to its women and its old; the residuals are those of both margins, county by county."""
    weight, county = sample.design.weight.copy(), sample.county
    margins = [(group, truth) for group, truth in ((sample.woman, population.woman), (sample.old, population.old))]
    for _ in range(8):
        for group, truth in margins:
            key = county * 2 + group
            wanted = np.stack([(~truth).sum(axis=(1, 2, 3)), truth.sum(axis=(1, 2, 3))], axis=1).ravel()
            weight = weight * (wanted / np.bincount(key, weight, COUNTIES * 2))[key]
    return SurveyDesign(weight, sample.design.stages, "adjust", (ByCounty(sample),))


class ByCounty:
    """Least squares on both margins within each county."""

    def __init__(self, sample: Sample) -> None:
        self.group = sample.county
        self._parts = []
        for county in range(COUNTIES):
            rows = np.flatnonzero(sample.county == county)
            x = np.stack([np.ones(len(rows)), sample.woman[rows], sample.old[rows]], axis=1)
            self._parts.append((rows, LeastSquares(x, sample.design.weight[rows])))

    def residuals(self, z: Floats) -> Floats:
        out = np.empty_like(z)
        for rows, part in self._parts:
            out[rows] = part.residuals(z[rows])
        return out


@pytest.mark.parametrize(("clusters", "people", "rounds"), [(12, 5, 200), (20, 8, 100)])
def test_coverage(clusters: int, people: int, rounds: int) -> None:
    """Averaged over counties with n of 120 and 320; the simulation's own error is about 0.2 points."""
    population, rng = Population(11), np.random.default_rng(clusters)
    truth = population.score.mean(axis=(1, 2, 3))
    agree = population.agrees.mean(axis=(1, 2, 3))
    hits = {"mean": [], "raked": [], "share": []}
    ratio = {"mean": [], "raked": []}
    for _ in range(rounds):
        sample = Sample(population, rng, clusters, people)
        of = Partition(tuple(str(i) for i in range(COUNTIES)), sample.county)
        for tag, g in (("mean", sample.design), ("raked", raked(sample, population))):
            found = estimate(g, {"score": sample.score}, of)
            hits[tag].append((found.ci_low[:, 0] <= truth) & (truth <= found.ci_high[:, 0]))
            ratio[tag].append([(found.value[:, 0] - truth) ** 2, found.se[:, 0] ** 2])
        found = estimate(sample.design, {"agrees": sample.agrees}, of, statistic="share")
        hits["share"].append((found.ci_low[:, 0] <= agree) & (agree <= found.ci_high[:, 0]))
    for tag, found in hits.items():
        assert 0.93 < np.mean(found) < 0.97, (tag, np.mean(found))
    for tag, parts in ratio.items():
        error, told = np.mean(parts, axis=(0, 2))
        # The variance that is told is the variance that is: power against a missing factor of a few per cent.
        assert 0.95 < told / error < 1.05, (tag, told / error)
    # Raking is worth it here, and the residual variance knows.
    assert np.mean([part[1] for part in ratio["raked"]]) < 0.97 * np.mean([part[1] for part in ratio["mean"]])


def test_small_counties_and_shares_near_one() -> None:
    """Shares of 0.9 and more with 60 people: Wilson stays near 95%, the plain interval does not."""
    population, rng = Population(12), np.random.default_rng(5)
    population.agrees = population.score > -1.5
    agree = population.agrees.mean(axis=(1, 2, 3))
    high = agree > 0.9
    hits: dict[str, list] = {"wilson": [], "t": []}
    for _ in range(200):
        sample = Sample(population, rng, 10, 3)
        of = Partition(tuple(str(i) for i in range(COUNTIES)), sample.county)
        for ci in hits:
            found = estimate(sample.design, {"agrees": sample.agrees}, of, statistic="share", ci=ci)
            hits[ci].append(((found.ci_low[:, 0] <= agree) & (agree <= found.ci_high[:, 0]))[high])
    assert high.sum() > 20
    assert 0.93 < np.mean(hits["wilson"]) < 0.985
    assert np.mean(hits["t"]) < np.mean(hits["wilson"]) - 0.02
