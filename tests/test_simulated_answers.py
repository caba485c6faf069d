"""Simulated answers: legal by the questionnaires, drawn as the frame says, around a known truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import yitihua as yt
from yitihua.indicators.simulate import SURVEYED, Province, simulate_measures
from yitihua.surveys.direct import SOURCES, estimates
from yitihua.surveys.simulate import Surveys, in_batches, simulate_surveys, typical_estimates
from yitihua.surveys.simulation.files import write_province
from yitihua.surveys.simulation.population import population_of
from yitihua.surveys.simulation.streams import Streams

NAME = "zhejiang-2022-simulated"
SEED = 2022
EDITION = yt.load_edition("zhejiang-2022")
FORMS = EDITION.questionnaires
SURVEYS = ("citizens", "enterprises", "telephone", "post-check")


@pytest.fixture(scope="module")
def province() -> Province:
    return simulate_measures(SEED)


@pytest.fixture(scope="module")
def surveys(province: Province) -> Surveys:
    return simulate_surveys(province)


# Answers


def allowed(survey: str, name: str, towns: int = 400) -> set[int]:
    form = FORMS[survey]
    scale = form.scales[form.items[name].scale]
    codes = {option.code for option in scale.options}
    if scale.kind == "numeric":
        assert scale.minimum is not None
        assert scale.maximum is not None
        codes |= set(range(int(scale.minimum), int(scale.maximum) + 1))
    if scale.note is not None:  # towns are listed by their codes
        codes |= set(range(1, towns + 1))
    return codes


@pytest.mark.parametrize("survey", SURVEYS)
def test_every_code_is_in_the_questionnaire(survey: str, surveys: Surveys) -> None:
    table = surveys.answers[survey]
    items = {name for name, item in FORMS[survey].items.items() if item.role != "open"}
    assert items <= set(table.columns)
    for name in items:
        assert set(table[name].dropna().astype(int)) <= allowed(survey, name), name
        assert table[name].notna().any()


@pytest.mark.parametrize(
    ("survey", "name", "asked"),
    [
        ("citizens", "CZ14", lambda t: t["CZ13"] == 1),
        ("enterprises", "EN06", lambda t: (t["EN05"] > 0) & (t["EN05"] != 998)),
        ("enterprises", "EN15", lambda t: (t["EN05"] > 0) & (t["EN05"] != 998)),
        ("enterprises", "EN16", lambda t: (t["EN05"] > 0) & (t["EN05"] != 998)),
        ("telephone", "PH04", lambda t: t["part"] == "A"),
        ("telephone", "PH05", lambda t: t["part"] == "A"),
        ("telephone", "PH06", lambda t: t["part"] == "A"),
        ("telephone", "PH07", lambda t: t["part"] == "A"),
        ("telephone", "PH08", lambda t: t["part"] == "B"),
        ("telephone", "PH09", lambda t: (t["part"] == "B") & (t["PH08"] == 1)),
        ("telephone", "PH10", lambda t: (t["part"] == "B") & (t["PH08"] == 1)),
        ("telephone", "PH11", lambda t: t["part"] == "A"),
    ],
)
def test_filters_are_obeyed(survey: str, name: str, asked: Any, surveys: Surveys) -> None:
    assert FORMS[survey].items[name].filter is not None
    table = surveys.answers[survey]
    who = asked(table).fillna(False).astype(bool)
    assert table.loc[~who, name].isna().all()
    done = table["disposition"] == "complete"
    assert table.loc[who & done, name].notna().mean() > 0.97


def test_every_filter_of_the_questionnaires_is_tested() -> None:
    filtered = {name for form in FORMS.values() for name, item in form.items.items() if item.filter}
    assert filtered == {"CZ14", "EN06", "EN15", "EN16", "PH04", "PH05", "PH06", "PH07", "PH08", "PH09", "PH10", "PH11"}


def test_no_more_joint_checks_than_checks(surveys: Surveys) -> None:
    firms = surveys.answers["enterprises"]
    known = firms[(firms["EN05"] < 998) & (firms["EN06"] < 998)]
    assert (known["EN06"] <= known["EN05"]).all()


@pytest.mark.parametrize(
    ("survey", "low", "high"), [("citizens", 140, 165), ("enterprises", 170, 195), ("telephone", 54, 66)]
)
def test_respondents_a_county(survey: str, low: float, high: float, surveys: Surveys) -> None:
    table = surveys.answers[survey]
    answered = table[table["disposition"].isin(["complete", "partial"])]
    assert low <= len(answered) / 90 <= high
    ways = {"complete", "partial", "refusal", "not eligible", "not reached"}
    assert set(table["disposition"]) == ways
    assert table["respondent"].is_unique
    assert table.groupby("county").size().min() > 50


def test_who_did_not_answer_has_no_answers(surveys: Surveys) -> None:
    for survey, table in surveys.answers.items():
        items = list(FORMS[survey].items)
        silent = table[table["disposition"] == "not reached"]
        assert silent[[name for name in items if name in table.columns]].isna().all(axis=None)
        assert silent["duration"].isna().all()
        begun = table[table["disposition"].isin(["complete", "partial"])]
        assert (begun["duration"] > 0).all()
        assert (table["weight"] >= 1).all()
        assert table.groupby(["county", "psu"])["stratum"].nunique().max() == 1


def test_weights_add_up_to_the_frame(province: Province, surveys: Surveys) -> None:
    people = population_of(province, "2022")
    citizens = surveys.answers["citizens"]
    first = citizens.drop_duplicates(["county", "psu", "town", "weight"])  # one row a community
    total = (first["weight"] * 20).groupby(first["county"]).sum()
    np.testing.assert_allclose(total.to_numpy(), people.people.sum(axis=(1, 2, 3)), rtol=1e-5)
    ages = surveys.margins.query("survey == 'citizens' and variable == 'age_sex'").groupby("county")["total"].sum()
    areas = surveys.margins.query("survey == 'citizens' and variable == 'area'").groupby("county")["total"].sum()
    pd.testing.assert_series_equal(ages, areas)
    frame = surveys.frame.query("survey == 'citizens' and stage == 2").groupby("county")["units"].sum()
    pd.testing.assert_series_equal(ages, frame, check_names=False)
    assert (surveys.frame["selected"] <= surveys.frame["units"]).all()


def test_the_field_has_its_blemishes(surveys: Surveys) -> None:
    citizens = surveys.answers["citizens"]
    done = citizens[citizens["disposition"].isin(["complete", "partial"])]
    wrong = (done["CZ12"].dropna() != 2).mean()
    assert 0.02 < wrong < 0.08
    again = done["device"].dropna().duplicated().mean()
    assert 0.003 < again < 0.03
    made_up = (done["CZ17"].dropna() == 1).mean()
    assert 0.03 < made_up < 0.12
    for name in ("CZ04", "CZ06", "CZ11"):
        assert 0.02 < (done[name] == 98).mean() < 0.2
    skipped = done.loc[done["disposition"] == "complete", ["CZ06", "CZ07", "CZ08"]].isna().mean()
    assert (skipped < 0.03).all()
    assert (skipped > 0).all()
    grid = done[["CZ04", "CZ06", "CZ07", "CZ08", "CZ09", "CZ10", "CZ11"]]
    alike = (grid.nunique(axis=1) == 1) & grid.notna().all(axis=1)
    assert 0.01 < alike.mean() < 0.05
    assert done.loc[alike, "duration"].median() < 0.5 * done["duration"].median()


def test_modes_differ_by_what_is_documented() -> None:
    """The telephone stands 3 points above the citizens' survey on 0-100, face to face 2 above the web (and older)."""

    def means(table: pd.DataFrame, name: str) -> pd.Series:
        known = table[table[name].between(1, 5)]
        points = (known[name].astype(float) - 1) * 25 * known["weight"]
        return points.groupby(known["county"]).sum() / known["weight"].groupby(known["county"]).sum()

    gaps, faces = [], []
    for seed in range(5):
        answers = simulate_surveys(simulate_measures(seed)).answers
        citizens, calls = answers["citizens"], answers["telephone"]
        gaps += [(means(calls, a) - means(citizens, b)).mean() for a, b in (("PH04", "CZ04"), ("PH05", "CZ07"))]
        by = {mode: means(part, "CZ04") for mode, part in citizens.groupby("mode")}
        faces.append((by["face to face"] - by["web"]).mean())
    assert np.mean(gaps) == pytest.approx(3.0, abs=0.5)
    assert 2.0 < np.mean(faces) < 5.0


def test_a_county_is_the_same_alone_and_in_any_batch(tmp_path: Path) -> None:
    """Every county has a stream of its own, keyed on its code: no number depends on who else is simulated."""
    codes = ["330102", "330421", "330903", "331123", "330383"]
    whole = simulate_surveys(simulate_measures(5))
    few = simulate_measures(5, codes=codes)
    for survey, table in simulate_surveys(few).answers.items():
        for code in codes:
            one, two = (t[t["county"] == code].reset_index(drop=True) for t in (table, whole.answers[survey]))
            pd.testing.assert_frame_equal(one, two, check_dtype=False)
    typical = typical_estimates(simulate_measures(5), "2022").by["E01"].mean
    rows = [simulate_measures(5).units.codes.index(code) for code in codes]
    np.testing.assert_array_equal(typical_estimates(few, "2022").by["E01"].mean, typical[rows])
    for counties in (2, 90):
        (tmp_path / str(counties)).mkdir()
        write_province(few, tmp_path / str(counties), counties=counties)
    files = [path.relative_to(tmp_path / "2") for path in (tmp_path / "2").rglob("*") if path.is_file()]
    assert len(files) == 18
    for file in files:
        assert (tmp_path / "2" / file).read_bytes() == (tmp_path / "90" / file).read_bytes(), file


def test_batches_are_what_is_in_memory(province: Province) -> None:
    sizes = [len(made.truth) for made in in_batches(province, counties=40)]
    assert sizes == [40, 40, 10]


def test_streams_need_as_many_rows_in_every_county() -> None:
    with pytest.raises(ValueError, match="do not divide"):
        Streams(0, ["x"], ["330102", "330421"]).random(3)


def test_answers_go_with_the_records(province: Province, surveys: Surveys) -> None:
    """The questionnaires' notes hold EN05, EN06, EN16, PC04 against B04, B01 and E07; one latent model links them."""
    now = {name: pd.Series(column, province.units.codes) for name, column in province.measures["2022"].items()}
    firms, ratings = surveys.answers["enterprises"], surveys.answers["post-check"]
    times = firms[(firms["EN05"] < 998) & (firms["EN06"] < 998)].groupby("county")[["EN05", "EN06"]].sum()
    checks = firms[firms["EN05"] < 998].groupby("county")["EN05"].mean()
    invited = firms[firms["EN16"].isin([0, 1])].groupby("county")["EN16"].mean()
    several = ratings[ratings["PC04"] < 98].groupby("county")["PC04"].agg(lambda codes: (codes > 1).mean())
    rated = ratings[ratings["disposition"].isin(["complete", "partial"])].groupby("county").size()
    joint = now["joint_checks"] / now["firm_checks"]
    for found, record in (
        (checks, now["firm_checks"] / now["market_entities"]),
        (times["EN06"] / times["EN05"], joint),
        (several, joint),
        (invited, now["ratings_invited"] / now["firm_checks"]),
        (rated, now["ratings_given"] / now["ratings_invited"]),
    ):
        assert 0.4 < found.astype(float).corr(record.loc[found.index], method="spearman") < 0.97


def test_call_backs_are_about_reported_records(province: Province, surveys: Surveys) -> None:
    calls = surveys.answers["telephone"]
    back = calls["part"] == "B"
    assert set(calls.loc[back, "record"]) == {"case", "problem"}
    assert calls.loc[~back, ["record", "record_month"]].isna().all(axis=None)
    assert set(calls.loc[back, "record_month"]) == set(range(1, 10))
    records = population_of(province, "2022").records
    reported = pd.Series(records.cases + records.problems, province.units.codes)
    frame = surveys.frame.query("survey == 'telephone' and stratum == 'records'").set_index("county")["units"]
    np.testing.assert_array_equal(frame, reported.loc[frame.index])
    measures = province.measures["2022"]
    known = np.isfinite(measures["cases_all"] + measures["problems_confirmed"])
    np.testing.assert_array_equal(reported[known], (measures["cases_all"] + measures["problems_confirmed"])[known])
    rate = calls[calls["PH08"].isin([0, 1])].groupby("county")["PH08"].mean()
    assert 0.85 < rate.mean() < 0.95


def test_planted_faults_of_answers_are_listed_and_found() -> None:
    for survey in SURVEYS:
        dataset = yt.load_dataset(f"{NAME}-{survey}")
        listed = {fault.kind: int(fault.description.en.split()[0]) for fault in dataset.passport.faults}
        table = dataset.frame
        twice = (table["device"] != "") & table.duplicated(["county", "device"])
        assert listed.get("answered-twice", 0) == twice.sum()
        assert listed["broken-off"] == ((table["disposition"] == "partial") & ~twice).sum()
        assert ("skipped-question" in listed) == (survey != "telephone")  # an interviewer skips nothing
        if survey in ("citizens", "enterprises"):
            fast = (table["duration"] < 0.3 * table["duration"].median()) & (table["disposition"] == "complete")
            assert 0.5 * listed["one-answer-throughout"] < fast.sum() < 2 * listed["one-answer-throughout"]


# Estimates


def test_estimates_cover_the_truth() -> None:
    """95% intervals hold the known truth about 95% of the time; the share of about 24 call-backs a little less."""
    hits: dict[str, list[float]] = {code: [] for code in SURVEYED}
    for seed in (0, 1, 2):
        made = simulate_measures(seed)
        found = estimates(simulate_surveys(made).answers, FORMS, made.units.codes)
        for code, estimate in found.by.items():
            clusters = 12 if SOURCES[code][0] == "citizens" else estimate.n
            reach = stats.t.ppf(0.975, clusters - 2) * estimate.se
            hits[code] += (np.abs(estimate.mean - made.truth["2022"][code]) <= reach).tolist()
    share = {code: np.mean(found) for code, found in hits.items()}
    assert 0.88 < share.pop("E08") < 0.97
    assert all(0.91 < found < 0.985 for found in share.values()), share
    assert 0.93 < np.mean(list(share.values())) < 0.97


def test_clusters_cost_precision(province: Province, surveys: Surveys) -> None:
    """Standard errors of the citizens' survey are above those of a simple random sample."""
    citizens = surveys.answers["citizens"]
    found = estimates(surveys.answers, FORMS, province.units.codes).by["E01"]
    known = citizens[citizens["disposition"].isin(["complete", "partial"]) & citizens["CZ04"].between(1, 5)]
    simple = ((known["CZ04"] - 1) * 25).groupby(known["county"]).agg(lambda y: y.std() / np.sqrt(len(y)))
    effect = (found.se / simple.to_numpy()) ** 2
    assert 1.1 < np.mean(effect) < 2.0


def test_plain_errors_of_indicators_go_together(province: Province, surveys: Surveys) -> None:
    """Indicators asked of the same people have errors that are correlated; those of different surveys have not."""
    found = estimates(surveys.answers, FORMS, province.units.codes)
    errors = found.covariance
    place = {code: k for k, code in enumerate(errors.indicators)}
    scale = errors.se
    together = errors.blocks[:, place["E01"], place["E02"]] / (scale[:, place["E01"]] * scale[:, place["E02"]])
    assert np.median(together) > 0.3
    assert (errors.blocks[:, place["E01"], place["E04"]] == 0).all()
    np.testing.assert_allclose(scale[:, place["E01"]], found.by["E01"].se, rtol=1e-12)


def test_typical_estimates_miss_the_truth_by_chance(province: Province) -> None:
    found = typical_estimates(province, "2022")
    for code, estimate in found.by.items():
        z = (estimate.mean - province.truth["2022"][code]) / estimate.se
        assert abs(z.mean()) < 0.5, code
        assert 0.7 < z.std() < 1.3, code
