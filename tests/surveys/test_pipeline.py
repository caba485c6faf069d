"""From answers to what an index receives: the glue gives the numbers of the rooms done by hand."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from survey_project import PEOPLE, RESIDENTS, Made, project, sample

import yitihua as yt
from yitihua.definitions.project import load_project
from yitihua.errors import InputError
from yitihua.surveys import pipeline
from yitihua.surveys.estimation.design import SurveyDesign
from yitihua.surveys.estimation.estimate import estimate
from yitihua.surveys.estimation.intervals import quantile_t
from yitihua.surveys.fielding import Fielded
from yitihua.surveys.survey_estimates import SurveyEstimates
from yitihua.surveys.weighting.coded import CodedMargins
from yitihua.surveys.weighting.raking import rake
from yitihua.surveys.weighting.responses import CATEGORIES


def sources(folder: Path, **kept) -> pipeline.SurveySources:
    found = load_project(folder)
    return pipeline.SurveySources.of(yt.load_edition(found.edition, folder), found, **kept)


def run(folder: Path, **rule) -> tuple[dict[str, Fielded], SurveyEstimates]:
    taken = sources(folder)
    taken = replace(taken, rule=taken.rule.model_copy(update=rule))
    fielded = pipeline.field_surveys(taken)
    return fielded, pipeline.estimate(taken, fielded)


def scores(answers: pd.DataFrame) -> dict[str, np.ndarray]:
    return {
        "s1": ((answers["Q1"] + answers["Q2"]) / 2 - 1).to_numpy() * 25,
        "s2": answers["Q3"].to_numpy() * 100,
    }


def test_the_numbers_are_those_of_the_rooms_by_hand(tmp_path: Path):
    """Authority: every step by hand: classes of county and stratum, raking county by county, design, means."""
    made = sample()
    project(tmp_path, made)
    fielded, found = run(tmp_path)
    table, one = made.answers, fielded["residents"]
    did = (table["disposition"] == "complete").to_numpy()
    weight = table["weight"].to_numpy(copy=True)
    cell = table["county"] + table["stratum"]
    factor = pd.Series(weight).groupby(cell).sum() / pd.Series(weight[did]).groupby(cell[did].to_numpy()).sum()
    weight = np.where(did, weight * cell.map(factor), 0.0)
    for county in made.truth["county"]:
        rows = did & (table["county"] == county).to_numpy()
        coded = CodedMargins.of({"age": table["age_band"].to_numpy()[rows] - 1}, {"age": np.full(3, 3000.0)})
        weight[rows] *= rake(weight[rows], coded).factor
    np.testing.assert_allclose(one.weights.final, weight, rtol=1e-9)
    kept = table[did].reset_index(drop=True)
    plain = SurveyDesign.from_columns(weight[did], strata=[kept["county"] + kept["stratum"]], clusters=[kept["psu"]])
    hand = estimate(plain, scores(kept), kept["county"], units=made.truth["county"].tolist())
    assert found.indicators == ("s1", "s2")
    np.testing.assert_allclose(found.of_direct("value"), hand.value, rtol=1e-10)
    # The calibration takes out what age explains: about as large, never the same.
    assert 0.9 < np.median(found.of_direct("se") / hand.se) < 1.05
    own = replace(plain, projections=one.design().projections)
    again = estimate(own, scores(kept), kept["county"], units=made.truth["county"].tolist())
    np.testing.assert_allclose(found.of_direct("se"), again.se, rtol=1e-10)
    np.testing.assert_array_equal(found.of_direct("df"), 10)


def test_response_rates_are_counts(tmp_path: Path):
    """Authority: AAPOR RR2, by counting dispositions."""
    made = sample()
    made.answers.loc[:4, "disposition"] = "not eligible"
    made.answers.loc[:4, ["Q0", "Q1", "Q2", "Q3"]] = np.nan
    project(tmp_path, made)
    fielded, _ = run(tmp_path)
    one, table = fielded["residents"], made.answers
    eligible = table[table["disposition"] != "not eligible"]
    assert one.rates.rr2 == pytest.approx((eligible["disposition"] == "complete").mean())
    expected = (eligible["disposition"] == "complete").groupby(eligible["county"]).mean()
    counties = made.truth["county"].tolist()
    assert one.rates_by_county(counties) == pytest.approx(expected.to_dict())
    assert np.isnan(one.rates_by_county(["339999"])["339999"])


def test_who_is_left_out_counts_as_what(tmp_path: Path):
    """Careless interviews become refusals, so that their class stands for them; the ineligible stand for nobody."""
    made = sample()
    table = made.answers
    rows = np.flatnonzero(table["disposition"] == "complete")[:2]
    table.loc[rows[0], "Q0"] = 0
    made_of = project(tmp_path, made)
    before, _ = run(tmp_path)
    after, _ = run(tmp_path, exclude="default")
    one = after["residents"]
    assert one.log is not None and [entry.line for entry in one.log.entries] == [rows[0] + 2]
    assert CATEGORIES[one.category[rows[0]]] == "NE"
    assert one.weights.final[rows[0]] == 0
    same = (
        table["county"] + table["stratum"] == table.loc[rows[0], "county"] + table.loc[rows[0], "stratum"]
    ).to_numpy()
    did = same & (table["disposition"] == "complete").to_numpy()
    # Who does not belong takes the part of the population with him that his weight stands for, until the margins.
    step = one.weights.frame.filter(like="non-response").iloc[:, 0].to_numpy()
    others = did.copy()
    others[rows[0]] = False
    base = table["weight"].to_numpy()
    unknown = base[same].sum() - base[rows[0]]
    assert step[others] == pytest.approx(unknown / base[others].sum())
    assert before["residents"].weights.final[rows[0]] > 0
    # The same man as a careless one: a refusal, whose weight the others take over.
    made_of.edit(RESIDENTS, '[eligibility.adult]\nrule = "Q0=1"\nreason = { zh = "未满18周岁", en = "under 18" }', "")
    made_of.edit(RESIDENTS, "[scales.satisfied5]", "[screening]\nsignals = 1\nspeed = 0.4\n[scales.satisfied5]")
    made_of.cell(rows[0] + 2, "Q0", 1)
    made_of.cell(rows[0] + 2, "duration", 2)
    careless, _ = run(tmp_path, exclude="default")
    one = careless["residents"]
    assert CATEGORIES[one.category[rows[0]]] == "R"
    step = one.weights.frame.filter(like="non-response").iloc[:, 0].to_numpy()
    assert step[others] == pytest.approx(base[same].sum() / base[others].sum())


def test_fpc_comes_from_the_frame(tmp_path: Path):
    """Authority: a quarter of the clusters is in the sample, so variances are three quarters of those without."""
    made_of = project(tmp_path, plan="")
    _, plain = run(tmp_path)
    made_of.edit(RESIDENTS, "[scales.satisfied5]", "[design]\nfpc = true\n[scales.satisfied5]")
    _, corrected = run(tmp_path)
    np.testing.assert_allclose(corrected.of_direct("se"), plain.of_direct("se") * np.sqrt(0.75), rtol=1e-12)
    np.testing.assert_array_equal(corrected.of_direct("value"), plain.of_direct("value"))


def test_without_dispositions_or_weights_everybody_counts_alike(tmp_path: Path):
    """Authority: plain means of those with an answer."""
    made = sample()
    made.answers = made.answers.drop(columns=["disposition", "weight", "psu", "stratum"])
    project(tmp_path, made, plan="")
    _, found = run(tmp_path)
    kept = made.answers[made.answers["Q1"].notna()]
    for j, values in enumerate(scores(kept).values()):
        mean = pd.Series(values).groupby(kept["county"].to_numpy()).mean()
        np.testing.assert_allclose(found.of_direct("value")[:, j], mean)


def test_a_calibration_by_county_keeps_errors_in_counties_and_one_of_the_whole_shares_them(tmp_path: Path):
    """Authority: the linearised variance: residuals of a common fit tie counties together."""
    made_of = project(tmp_path)
    _, found = run(tmp_path)
    errors = found.direct[0].covariance
    assert len(errors.shared) == 0 and (np.einsum("uii->ui", errors.blocks) > 0).all()
    whole = made_of.made.margins.groupby(["survey", "variable", "level"])["total"].sum().reset_index()
    made_of.table("data/margins.csv", whole.assign(county=""))
    _, wide = run(tmp_path)
    errors = wide.direct[0].covariance
    assert len(errors.shared) > 0
    off = errors.dense().reshape(10, 2, 10, 2)[0, 0, 1:, 0]
    assert np.abs(off).max() > 0
    # Standard errors are those of the estimates, as wide as Student's.
    ratio = quantile_t(0.95, wide.of_direct("df")) / quantile_t(0.95, np.inf)
    np.testing.assert_allclose(errors.se, wide.of_direct("se") * ratio, rtol=1e-9)
    # Counties as a whole: the variance of their weighted mean is that of the one estimate of all.
    share = wide.direct[0].population / wide.direct[0].population.sum()
    dense = wide.direct[0].found.errors.covariance(np.zeros((10, 2), dtype=bool)).dense().reshape(10, 2, 10, 2)
    total = np.einsum("u,uivj,v->ij", share, dense, share)
    assert np.sqrt(np.diag(total)) == pytest.approx(wide.direct[0].whole.se[0], rel=0.02)


@cache
def with_telephone(effect: float, seed: int = 3) -> tuple:
    truth = sample(counties=9, seed=seed).truth[["s1", "s2"]].to_numpy()
    web = sample(counties=9, psus=10, size=6, seed=seed, truth=truth, effect=effect)
    phone = sample(counties=9, psus=10, size=6, seed=seed + 1, truth=truth, mode="telephone", q="T", name="telephone")
    return web, phone


def test_a_mode_effect_is_taken_off_with_a_shared_error(tmp_path: Path):
    """Simulation of a known truth: web answers are 10 points lower; made alike otherwise, the shift is applied."""
    web, phone = with_telephone(-10.0)
    project(tmp_path, web, phone)
    _, reported = run(tmp_path)
    _, found = run(tmp_path, mode="adjust")
    part = found.direct[0]
    assert part.adjustment is not None and part.adjustment.applied and not found.notices
    truth = web.truth[["s1", "s2"]].to_numpy()
    assert (reported.of_direct("value") - truth).mean(axis=0) == pytest.approx([-10, -10], abs=2.5)
    assert (found.of_direct("value") - truth).mean(axis=0) == pytest.approx([0, 0], abs=3)
    shared = found.covariance.shared
    assert len(shared) == 2  # two indicators' effects
    # Everybody was asked by web: the error is the same in every county, so all draws move together.
    np.testing.assert_allclose(shared, np.broadcast_to(shared[:, :1], shared.shape))
    np.testing.assert_allclose(np.sqrt((shared**2).sum(axis=0)), part.adjustment.mode_adj_se)
    drawn = found.covariance.draws(4000, np.random.default_rng(0))[:, :, 0]
    between = np.cov(drawn.T)
    expected = part.adjustment.mode_adj_se[0, 0] ** 2
    assert np.mean(between[~np.eye(9, dtype=bool)]) == pytest.approx(expected, rel=0.15)
    table = found.frame()
    rows = table[(table["method"] == "direct") & (table["county"] != "all") & (table["indicator"] == "s1")]
    own = reported.frame().query("method == 'direct' and county != 'all' and indicator == 's1'")
    np.testing.assert_allclose(rows["estimate"], own["estimate"].to_numpy() + rows["mode_adj"], rtol=1e-12)
    np.testing.assert_allclose(rows["se"], np.hypot(own["se"].to_numpy(), rows["mode_adj_se"]), rtol=1e-12)
    assert (rows["web_share"] == 1).all()


def test_where_respondents_differ_the_mode_effect_is_reported_not_applied(tmp_path: Path):
    web, phone = with_telephone(-10.0)
    other = replace(phone, answers=phone.answers.assign(age_band=np.where(phone.answers.index % 4, 3, 1)))
    project(tmp_path, web, other, plan="")
    _, found = run(tmp_path, mode="adjust")
    part = found.direct[0]
    assert part.adjustment is not None and not part.adjustment.applied
    assert [text[1] for text in found.notices] == [
        "Residents: respondents of the modes differ too much; reported, not adjusted"
    ]
    assert len(found.covariance.shared) == 0
    _, plain = run(tmp_path)
    np.testing.assert_array_equal(found.of_direct("value"), plain.of_direct("value"))
    assert (part.adjustment.proposed != 0).all()


def test_without_a_telephone_survey_or_common_counties(tmp_path: Path):
    web, phone = with_telephone(0.0)
    project(tmp_path / "a", web)
    _, found = run(tmp_path / "a", mode="adjust")
    assert "no telephone survey" in found.notices[0][1]
    elsewhere = phone.answers.assign(county="34" + phone.answers["county"].str[2:], psu="x" + phone.answers["psu"])
    project(tmp_path / "b", web, replace(phone, answers=elsewhere))
    with pytest.raises(InputError) as caught:
        run(tmp_path / "b", mode="adjust")
    assert [fault.code for fault in caught.value.faults] == ["mode-no-common-area"]


@pytest.mark.parametrize("rule", ["direct", "composite", "eblup"])
def test_the_index_says_which_estimate_enters(tmp_path: Path, rule: str):
    """Authority: the definition; the numbers are those of `enters` on published estimates."""
    made_of = project(tmp_path, sample(counties=12, seed=4))
    made_of.edit("index/ix.toml", 'exclude = "none"', f'exclude = "none"\nenters = "{rule}"\nn_eff = 65\n')
    _, found = run(tmp_path)
    entering = found.entering
    direct = found.of_direct("value")
    if rule == "direct":
        np.testing.assert_array_equal(entering.value, direct)
        assert set(entering.method.ravel()) == {"direct"}
    else:
        np.testing.assert_allclose(entering.value, np.where(entering.direct, direct, found.eblup))
        counted = {name: int((entering.method == name).sum()) for name in ("direct", "EBLUP")}
        assert counted["EBLUP"] > 0 and (counted["direct"] > 0) == (rule == "composite")
    table = found.frame()
    words = table[(table["county"] != "all") & (table["enters"] != "")]
    assert len(words) == 24  # one of the two methods of every county and indicator
    assert (words["method"] == np.where(entering.direct, "direct", "EBLUP").T.ravel()).all()
    # The covariance is of what enters.
    ratio = quantile_t(0.95, found.of_direct("df")) / quantile_t(0.95, np.inf)
    at = entering.direct
    np.testing.assert_allclose(found.se[at], (found.of_direct("se") * ratio)[at], rtol=1e-9)
    assert (found.se[~at] < found.of_direct("se")[~at]).mean() > 0.5 if (~at).any() else True


def test_few_counties_have_no_model(tmp_path: Path):
    made_of = project(tmp_path, sample(counties=5))
    made_of.edit("index/ix.toml", 'exclude = "none"', 'exclude = "none"\nenters = "eblup"')
    _, found = run(tmp_path)
    assert not found.fits and set(found.entering.method.ravel()) == {"direct"}
    assert "fewer than 8 counties" in found.notices[-1][1]


def small() -> Made:
    made = sample(counties=10, seed=5)
    first = made.truth["county"][0]
    rows = np.flatnonzero(made.answers["county"] == first)
    gone = rows[9:]
    made.answers.loc[gone, "disposition"] = "refusal"
    made.answers.loc[rows[:9], "disposition"] = "complete"
    made.answers.loc[rows[:9], ["Q0", "Q1", "Q2", "Q3"]] = [1, 4, 4, 1]
    made.answers.loc[rows[4], ["Q1", "Q3"]] = [3, 0]
    made.answers.loc[gone, ["Q0", "Q1", "Q2", "Q3", "duration", "Q9"]] = [np.nan, np.nan, np.nan, np.nan, np.nan, ""]
    return made


def test_fewer_than_ten_are_hidden_and_cannot_be_worked_out(tmp_path: Path):
    """Nine respondents: hidden, and a second county with it, for the row of all would tell the difference."""
    made = small()
    project(tmp_path, made, plan="").edit("index/ix.toml", 'exclude = "none"', 'exclude = "none"\nenters = "composite"')
    _, found = run(tmp_path)
    first = made.truth["county"][0]
    assert found.hidden[0].all() and (found.hidden.sum(axis=0) == 2).all()
    second = int(np.flatnonzero(found.hidden[:, 0])[1])
    table = found.frame()
    own = table[(table["method"] == "direct") & (table["county"] != "all")]
    gone = own[own["suppressed"] != ""]
    assert (
        gone[gone["county"] == first][["estimate", "se", "ci_low", "ci_high", "n", "df", "n_eff"]].isna().all(axis=None)
    )
    for _, rows in gone.groupby("indicator"):
        assert len(rows) >= 2  # primary and complementary
    assert np.isfinite(table[(table["county"] == "all") & (table["method"] == "direct")]["estimate"]).all()
    # Neither enters; both were kept out of the models, so that no model estimate tells of their answers.
    assert found.entering.method[0].tolist() == ["EBLUP", "EBLUP"]
    for code in found.indicators:
        assert not found.fits[code].sampled[[0, second]].any()
        np.testing.assert_allclose(found.eblup[0], found.eblup[second])
    model = table[(table["county"] == first) & (table["method"] == "EBLUP")]
    assert np.isfinite(model["estimate"]).all()
    assert all("fewer than 10 respondents" in words for words in model["enters"])
    assert (model["shrinkage"] == 1).all() and model["n"].isna().all()


def test_rows_in_any_order_give_the_same_and_twice_the_same(tmp_path: Path):
    made = sample(counties=9, seed=6)
    project(tmp_path / "a", made)
    mixed = replace(made, answers=made.answers.sample(frac=1, random_state=1).reset_index(drop=True))
    project(tmp_path / "b", mixed)
    (_, one), (_, again), (_, other) = run(tmp_path / "a"), run(tmp_path / "a"), run(tmp_path / "b")
    assert one.entering.value.tobytes() == again.entering.value.tobytes()
    assert one.covariance.blocks.tobytes() == again.covariance.blocks.tobytes()
    for name in ("value", "se", "ci_low", "ci_high", "n_eff"):
        np.testing.assert_allclose(one.of_direct(name), other.of_direct(name), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(one.eblup, other.eblup, rtol=1e-9)
    np.testing.assert_allclose(one.covariance.blocks, other.covariance.blocks, rtol=1e-9, atol=1e-12)


def test_a_county_of_the_list_without_answers_has_no_value_and_no_error(tmp_path: Path):
    made = sample(counties=10)
    project(tmp_path, made)
    taken = sources(tmp_path)
    taken = replace(taken, rule=taken.rule.model_copy(update={"enters": "composite"}))
    counties = [*made.truth["county"], "339999"]
    found = pipeline.estimate(taken, counties=counties)
    assert np.isnan(found.of_direct("value")[-1]).all()
    assert found.entering.method[-1].tolist() == ["synthetic", "synthetic"]
    none = replace(taken, rule=taken.rule.model_copy(update={"enters": "direct"}))
    found = pipeline.estimate(none, counties=counties)
    assert np.isfinite(found.entering.value[:-1]).all()
    assert (found.covariance.se[-1] == 0).all() == bool(np.isnan(found.entering.value[-1]).all())


def test_shares_have_intervals_within_the_scale(tmp_path: Path):
    """Wilson's interval for 0/100 answers, Student's for the other; both in points."""
    truth = np.column_stack([np.full(10, 80.0), np.full(10, 95.0)])
    project(tmp_path, sample(truth=truth, spread=0.0))
    _, found = run(tmp_path)
    part = found.direct[0].found
    assert (part.ci_high <= 100).all() and (part.ci_low[:, 1] > 50).all()
    np.testing.assert_allclose(part.ci_high[:, 0] - part.value[:, 0], quantile_t(0.95, part.df)[:, 0] * part.se[:, 0])


def test_there_is_a_population_of_the_counties(tmp_path: Path):
    project(tmp_path)
    _, found = run(tmp_path)
    assert found.direct[0].population == pytest.approx(np.full(10, sum(PEOPLE.values())))
