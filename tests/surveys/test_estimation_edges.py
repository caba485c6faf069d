"""Faults, empty and tiny domains, options, and identities between the ways to the same numbers."""

import numpy as np
import pandas as pd
import pytest
from estimation_reference import close, rows

from yitihua.errors import InputError
from yitihua.surveys.estimation import covariance as covariance_module
from yitihua.surveys.estimation.design import Floats, SurveyDesign
from yitihua.surveys.estimation.domains import partition_of
from yitihua.surveys.estimation.estimate import estimate
from yitihua.surveys.estimation.intervals import interval_share
from yitihua.surveys.estimation.quantiles import estimate_quantiles
from yitihua.surveys.estimation.variance import covariance_matrix

WEIGHT = np.array([1.0, 2.0, 3.0, 4.0])


def codes(raised: pytest.ExceptionInfo[InputError]) -> list[str]:
    for fault in raised.value.faults:
        assert "{" not in fault.text("en") + fault.text("zh")
    return [fault.code for fault in raised.value.faults]


@pytest.mark.parametrize(
    ("weight", "columns", "expected"),
    [
        ([1, np.nan, -1, 2], {}, ["design-missing", "design-weight-negative"]),
        ([0, 0, 0, 0], {}, ["design-weight-zero"]),
        (["a", "b", "c", "d"], {}, ["design-weight-text"]),
        ([1, 2, 3], {"strata": [["a", "a", "b", "b"]]}, ["design-lengths"]),
        ([], {}, ["design-lengths"]),
        (WEIGHT, {"strata": [["a", None, "b", "b"]], "clusters": [[1, 1, 2, np.nan]]}, ["design-missing"] * 2),
        (WEIGHT, {"strata": [["a", "a", "b", "b"]], "clusters": [[1, 2, 2, 3]]}, ["design-nesting"]),
        (WEIGHT, {"populations": [[3.0] * 4]}, ["design-population"]),
        (WEIGHT, {"populations": [[30.0, 30, 30, 40]]}, ["design-population-varies"]),
        (WEIGHT, {"populations": [[30.0, np.nan, 30, 30]]}, ["design-missing"]),
        (WEIGHT, {"fractions": [[0.5, 0.5, 1.5, 0.5]]}, ["design-fraction"]),
        (WEIGHT, {"fractions": [[0.5] * 4], "populations": [[9.0] * 4]}, ["design-two-corrections"]),
        (WEIGHT, {"fractions": [[0.5] * 4] * 2}, ["design-stages"]),
        (None, {"strata": [["a", "a", "b", "b"]]}, ["design-no-weights"]),
    ],
)
def test_design_faults(weight: object, columns: dict, expected: list[str]) -> None:
    with pytest.raises(InputError) as raised:
        SurveyDesign.from_columns(weight, **columns)
    assert codes(raised) == expected


def test_design_faults_name_columns_and_rows() -> None:
    frame = pd.DataFrame({"w": [1.0, -2.0], "层": ["a", "a"]})
    with pytest.raises(InputError) as raised:
        SurveyDesign.from_frame(frame, "w", strata=["层"], file="answers.csv")
    (fault,) = raised.value.faults
    assert (fault.file, fault.key, fault.details["rows"]) == ("answers.csv", "w", "2")
    with pytest.raises(InputError) as raised:
        SurveyDesign.from_frame(frame, "weight", strata=["层s"])
    assert codes(raised) == ["design-column"] * 2


def test_estimate_faults() -> None:
    g = SurveyDesign.from_columns(WEIGHT)
    y = np.array([0.0, 1.0, 2.0, np.nan])
    for call, expected in [
        (lambda: estimate(g, {"y": y}, statistic="share"), "estimate-share"),
        (lambda: estimate(g, {"y": y[:3]}), "estimate-lengths"),
        (lambda: estimate(g, {"y": y}, ["a", "b"]), "estimate-lengths"),
        (lambda: estimate(g, {"y": y}, statistic="ratio"), "estimate-denominator"),
        (lambda: estimate(g, {"y": y}, statistic="mode"), "estimate-option"),
        (lambda: estimate(g, {"y": y}, ci="wilson"), "estimate-option"),
        (lambda: estimate(g, {"y": y}, list("aabc"), units=["a", "b"]), "estimate-unit"),
    ]:
        with pytest.raises(InputError) as raised:
            call()
        assert codes(raised) == [expected]


def test_empty_tiny_and_silent_domains() -> None:
    """No value has a reason, and nothing warns."""
    g = SurveyDesign.from_columns([1.0, 1, 1, 1, 0, 0, 1, 1], clusters=[[1, 2, 3, 3, 4, 5, 6, 7]])
    domain = ["many", "many", "one", "one", "zero", "zero", "mute", "alike"]
    y = np.array([0.0, 1, 0, 1, 1, 0, np.nan, 1])
    found = estimate(g, {"y": y}, domain, statistic="share", units=["many", "one", "zero", "mute", "alike", "nobody"])
    told = {
        name: [d for d, flag in zip(found.domains, mask[:, 0], strict=True) if flag]
        for name, mask in found.flags.items()
    }
    assert told["no-respondents"] == ["zero", "nobody"]
    assert told["no-answers"] == ["mute"]
    assert told["one-psu"] == ["one", "alike"]
    assert told["alike"] == ["alike"]
    assert np.isnan(found.value[[2, 3, 5], 0]).all() and np.isnan(found.se[1:, 0]).all()
    close(found.item_missing[:, 0], [0, 0, np.nan, 1, 0, np.nan])
    close(found.n[:, 0], [2, 2, 0, 0, 1, 0])
    assert np.isfinite(found.covariance.dense()).all()
    frame = found.frame
    assert frame.loc[frame["domain"] == "one", "flags"].item() == "one-psu"
    quantiles = estimate_quantiles(g, {"y": y}, (0.5,), domain, units=list(found.domains))
    assert np.isnan(quantiles.value[[2, 3, 5], 0]).all()


def test_shares_of_nobody_and_everybody() -> None:
    """Hand: Wilson, beta and Korn-Graubard reach the end and stop there; the effective number is Kish's."""
    g = SurveyDesign.from_columns([1.0, 3.0] * 10)
    for value in (0.0, 1.0):
        y = np.full(20, value)
        for ci in ("wilson", "beta", "korn-graubard"):
            found = estimate(g, {"y": y}, statistic="share", ci=ci)
            low, high = found.ci_low[0, 0], found.ci_high[0, 0]
            assert (low == 0 and 0 < high < 0.3) if value == 0 else (high == 1 and 0.7 < low < 1)
            assert found.flags["alike"].all()
        for ci in ("logit", "asin"):
            assert np.isnan(estimate(g, {"y": y}, statistic="share", ci=ci).ci_low).all()
    kish = 20 / estimate(g, {"y": y}, statistic="share").deff_kish[0, 0]
    low, _ = interval_share(np.array([1.0]), np.array([0.0]), 19, np.array([20.0]), n_alike=np.array([kish]))
    close(estimate(g, {"y": y}, statistic="share").ci_low[0, 0], low)


def test_a_census_has_no_error() -> None:
    g = SurveyDesign.from_columns(np.ones(4), populations=[[4.0] * 4])
    found = estimate(g, {"y": np.array([0.0, 1, 1, 0])}, statistic="share")
    close([found.se[0, 0], found.ci_low[0, 0], found.ci_high[0, 0]], [0, 0.5, 0.5])


def test_scale_moves_everything() -> None:
    """Identity: points of 100."""
    data = rows()
    g = SurveyDesign.from_frame(data, "w", strata=["stratum"], clusters=["psu"], nest=True)
    one, hundred = (estimate(g, {"yes": data["yes"]}, data["dom"], statistic="share", scale=s) for s in (1.0, 100.0))
    for name in ("value", "se", "ci_low", "ci_high"):
        close(getattr(hundred, name), 100 * getattr(one, name))
    close(hundred.covariance.dense(), 1e4 * one.covariance.dense())
    close(hundred.deff, one.deff)


def random_design(rng: np.random.Generator, rule: str, stages: int) -> tuple[SurveyDesign, pd.DataFrame]:
    """A design with small strata; domains cross clusters."""
    n = 80
    stratum = rng.integers(0, 6, n)
    cluster = stratum * 10 + rng.integers(0, 3, n)
    cluster[stratum == 0] = 0  # one cluster
    unit = cluster * 10 + rng.integers(0, 3, n)
    frame = pd.DataFrame({"stratum": stratum, "cluster": cluster, "unit": unit, "w": rng.uniform(0.5, 3, n)})
    frame["N1"], frame["N2"] = 7.0, 5.0
    g = SurveyDesign.from_frame(
        frame,
        "w",
        strata=["stratum"],
        clusters=["cluster", "unit"][:stages],
        populations=["N1", "N2"][:stages],
        one_psu=rule,
    )
    frame["dom"] = np.where(rng.random(n) < 0.1, None, rng.choice(list("abc"), n))
    for item in "xy":
        frame[item] = np.where(rng.random(n) < 0.2, np.nan, rng.normal(5, 1, n))
    return g, frame


def columns_of(g: SurveyDesign, frame: pd.DataFrame, statistic: str) -> tuple[Floats, np.ndarray]:
    """Linearised values of every domain and item, spread out, and who is in each."""
    z, inside = [], []
    for domain in "abc":
        for item in "xy":
            there = ((frame["dom"] == domain) & frame[item].notna()).to_numpy()
            y, w = np.where(there, frame[item].fillna(0), 0.0), np.where(there, g.weight, 0.0)
            z.append(y if statistic == "total" else np.where(there, (y - (w @ y) / w.sum()) / w.sum(), 0.0))
            inside.append(there)
    return np.stack(z, axis=1), np.stack(inside, axis=1)


@pytest.mark.parametrize("statistic", ["mean", "total"])
@pytest.mark.parametrize("rule", ["adjust", "average", "remove", "certainty"])
@pytest.mark.parametrize("stages", [1, 2])
def test_cells_and_columns_are_the_same(stages: int, rule: str, statistic: str) -> None:
    """Identity: totals of cells against a column for every domain and item, on random designs."""
    for seed in range(5):
        g, frame = random_design(np.random.default_rng(seed), rule, stages)
        z, inside = columns_of(g, frame, statistic)
        matrix = covariance_matrix(g, z, inside)
        found = estimate(g, {"x": frame["x"], "y": frame["y"]}, frame["dom"], statistic=statistic)
        close(found.se.ravel(), np.sqrt(np.diag(matrix)))
        if not np.isnan(matrix).any():
            close(found.covariance.dense(), matrix, atol=1e-11 * matrix.max())
            close(np.einsum("dii->di", found.errors.blocks), found.errors.variance)


def test_rows_in_any_order() -> None:
    """Identity: shuffled respondents give the same numbers."""
    g, frame = random_design(np.random.default_rng(8), "adjust", 2)
    shuffled = frame.sample(frac=1, random_state=3)
    other = SurveyDesign.from_frame(
        shuffled, "w", strata=["stratum"], clusters=["cluster", "unit"], populations=["N1", "N2"]
    )
    one = estimate(g, {"x": frame["x"]}, frame["dom"])
    two = estimate(other, {"x": shuffled["x"]}, shuffled["dom"])
    for name in ("value", "se", "ci_low", "df", "n", "n_psu", "n_strata", "deff"):
        close(getattr(two, name), getattr(one, name))


def test_too_large_a_covariance_is_refused_and_can_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(covariance_module, "LARGEST_ORDER", 3)
    g, frame = random_design(np.random.default_rng(1), "remove", 1)
    found = estimate(g, {"x": frame["x"], "y": frame["y"]}, frame["dom"])
    with pytest.raises(InputError) as raised:
        _ = found.covariance
    assert codes(raised) == ["estimate-covariance-large"]
    close(found.errors.covariance(np.isnan(found.se), cross="ignore").se, found.se)


def test_many_items_become_eigenvectors() -> None:
    """Identity: where roots outnumber columns the factors are fewer and the matrix is the same."""
    rng = np.random.default_rng(0)
    g = SurveyDesign.from_columns(np.ones(300), strata=[np.arange(300) // 100])
    domain = rng.choice(list("abc"), 300)
    items = {"x": rng.normal(size=300), "y": rng.normal(size=300)}
    found = estimate(g, items, domain)
    assert found.covariance.shared.shape == (6, 3, 2)
    frame = pd.DataFrame({"dom": domain, **items})
    z, _ = columns_of(g, frame, "mean")
    close(found.covariance.dense(), covariance_matrix(g, z), atol=1e-14)


def test_partitions() -> None:
    categories = pd.Categorical(["b", None, "a"], categories=["b", "a", "c"])
    found = partition_of(categories, 3)
    assert found.names == ("b", "a", "c") and found.domain.tolist() == [0, 1]
    assert partition_of(pd.Series(categories), 3).names == found.names
    assert partition_of(found, 3) is found


def test_df_options() -> None:
    g, frame = random_design(np.random.default_rng(4), "adjust", 1)
    answered = estimate(g, {"x": frame["x"]}, frame["dom"], df="answered")
    close(answered.df, answered.n_psu - answered.n_strata)
    assert (estimate(g, {"x": frame["x"]}, df=7).df == 7).all()
