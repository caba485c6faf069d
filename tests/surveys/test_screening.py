"""Screening finds what was planted, leaves the honest alone, and takes nobody out by itself."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from yitihua.definitions import load_edition
from yitihua.indicators.datasets import load_dataset
from yitihua.surveys.answers import Answers, read_answers
from yitihua.surveys.screening import matching, paradata, patterns
from yitihua.surveys.screening.exclusion import ExclusionRule, default_rule, exclude, excluded_by
from yitihua.surveys.screening.screen import Screening, ineligible, screen
from yitihua.surveys.screening.words import FLAGS

FORM = load_edition("zhejiang-2022").questionnaires["citizens"]
ITEMS = tuple(code for code in FORM.items if code != "CZ23")
BLOCK = ("CZ06", "CZ07", "CZ08", "CZ09", "CZ10", "CZ11")


@pytest.fixture(scope="module")
def honest() -> pd.DataFrame:
    """Complete interviews without those that are careless or repeated by the simulation's own doing."""
    frame = load_dataset("zhejiang-2022-simulated-citizens").frame
    frame = frame[frame["disposition"] == "complete"].reset_index(drop=True)
    frame = frame.drop_duplicates(["device", "county", *ITEMS]).reset_index(drop=True)
    alike = frame[list(BLOCK)].nunique(axis=1, dropna=True) == 1
    pace = frame["duration"] / frame.groupby("mode")["duration"].transform("median")
    return frame[~alike & (pace > 0.4)].reset_index(drop=True)


def screened(frame: pd.DataFrame) -> tuple[Answers, Screening]:
    answers = read_answers(frame, FORM)
    return answers, screen(answers)


@pytest.fixture(scope="module")
def base(honest: pd.DataFrame) -> tuple[Answers, Screening]:
    return screened(honest)


def test_the_honest_are_left_alone(base):
    """Simulation of a known truth: of people who answered with care, hardly any has two independent signals."""
    answers, screening = base
    assert screening.screened.sum() == len(answers) > 12_000
    rates = {name: flag.mean() for name, flag in screening.flags.items()}
    for name in ("long_string", "irv", "mahalanobis", "alike_psu", "alike_interviewer", "speed"):
        assert rates[name] < 0.01, (name, rates[name])
    assert rates["twin"] < 0.001
    assert (screening.signals >= 2).mean() < 0.004
    assert not screening.decisive.any()


def test_an_85_percent_rule_would_accuse_many_where_answers_are_few_and_good(honest):
    """Why the line on a pair is not 85%: on the satisfaction items alone most honest people have such a pair."""
    contented = honest.copy()
    contented[[c for c in ITEMS if c not in BLOCK]] = np.nan
    rng = np.random.default_rng(3)
    for code in BLOCK:
        contented[code] = rng.choice([5.0, 4.0], len(contented), p=[0.85, 0.15])
    codes = contented[list(BLOCK)].to_numpy(dtype=float)
    county, _ = pd.factorize(contented["county"])
    found = matching.agreement(codes, county.astype(np.int64), {}, least=5)
    assert (found.best >= 0.85).mean() > 0.59


def test_straight_lines_are_found(honest):
    frame, rows = honest.copy(), np.arange(0, len(honest), 100)
    for code in BLOCK:
        frame.loc[rows, code] = np.where(rows % 200 == 0, 3.0, 4.0)
    answers, screening = screened(frame)
    asked = np.isfinite(answers.codes[np.ix_(rows, [answers.items.index(c) for c in BLOCK])]).sum(axis=1) >= 5
    assert screening.flags["long_string"][rows][asked].all()
    assert "6 times in a row" in " ".join(screening.reasons(int(rows[0])))
    # A run of equal answers has little variation too: one signal, not two.
    both = screening.flags["long_string"] & screening.flags["irv"]
    others = [screening.flags[n] for n in screening.flags if FLAGS[n].family not in ("pattern", "")]
    alone = both & ~np.any(others, axis=0)
    assert alone.any()
    assert (screening.signals[alone] == 1).all()


def test_speeders_are_found_within_their_mode(honest):
    frame, rows = honest.copy(), np.arange(0, len(honest), 50)
    frame.loc[rows, "duration"] = np.round(frame.loc[rows, "duration"] * 0.2)
    _, screening = screened(frame)
    assert screening.flags["speed"][rows].mean() > 0.9
    assert np.delete(screening.flags["speed"], rows).mean() < 0.01


def test_random_answers_are_far_from_the_others(honest):
    """Answers drawn at random combine what hardly anyone combines."""
    frame, rows = honest.copy(), np.arange(0, len(honest), 50)
    rng = np.random.default_rng(5)
    for code in (*BLOCK, "CZ04"):
        frame.loc[rows, code] = rng.choice([1.0, 5.0], len(rows))
    _, screening = screened(frame)
    planted, others = screening.flags["mahalanobis"][rows].mean(), np.delete(screening.flags["mahalanobis"], rows)
    assert planted > 0.5
    assert others.mean() < 0.005


def test_a_fabricating_interviewer_stands_out_and_the_county_does_not(honest):
    """One interviewer copies one interview, with a quarter of the answers changed; others are as they were."""
    frame = honest.copy()
    county = "330105"
    own = np.flatnonzero((frame["county"] == county) & (frame["interviewer"] == 1))
    assert len(own) >= 4
    rng = np.random.default_rng(11)
    changed = [c for c in ITEMS if FORM.items[c].role in ("indicator", "check") and c not in ("CZ12", "CZ14", "CZ18")]
    for code in changed:
        copied = frame[code].iloc[own[0]]
        keep = rng.random(len(own)) < 0.75
        frame.loc[own[keep], code] = 4.0 if np.isnan(copied) and code in BLOCK else copied
    _, screening = screened(frame)
    assert screening.flags["alike_interviewer"][own].all()
    rest = np.delete(screening.flags["alike_interviewer"], own)
    assert rest.mean() < 0.005
    # One signal: it takes a second, independent one to be proposed for exclusion.
    assert excluded_by(screening, default_rule(screening))[own].mean() < 0.5


def test_the_same_person_twice(honest):
    """The later of two interviews of one device with the same answers is a repeat; the first is kept."""
    frame = honest.copy()
    rows = np.flatnonzero(frame["device"].fillna("").ne("").to_numpy())[:40:4]
    again = frame.iloc[rows].assign(respondent=[f"again{k}" for k in range(len(rows))], start="2022-11-29T09:00:00")
    frame = pd.concat([frame, again], ignore_index=True)
    answers, screening = screened(frame)
    later = np.arange(len(honest), len(frame))
    assert screening.flags["duplicate"][later].all()
    assert not screening.flags["duplicate"][rows].any()
    kept, _ = exclude(answers, screening, ExclusionRule(flags=("duplicate",), signals=None))
    assert len(kept) == len(honest)


def test_a_shared_device_alone_is_no_repeat(honest):
    """A family's tablet: one device, different answers."""
    frame = honest.copy()
    rows = np.flatnonzero((frame["county"] == "330102").to_numpy())[:3]
    frame.loc[rows, "device"] = "family"
    _, screening = screened(frame)
    assert screening.flags["repeated_device"][rows].all()
    assert screening.scores["same_device"][rows].tolist() == [3, 3, 3]
    assert not screening.flags["duplicate"][rows].any()


def test_checks_eligibility_dates_and_frame(honest):
    frame = honest.head(300).copy()
    frame.loc[0, "CZ12"] = 5
    frame.loc[1, "CZ17"] = 1
    frame.loc[2, "CZ01"] = 1
    frame.loc[3, "CZ03"] = 90
    frame.loc[4, "start"] = "2022-12-05T09:00:00"
    frame.loc[5, ["stratum", "psu"]] = ["suburban", "330102-99"]
    known = load_dataset("zhejiang-2022-simulated-frame").frame
    answers = read_answers(frame, FORM)
    screening = screen(answers, frame=known[known["survey"] == "citizens"])
    assert screening.flags["attention"][0]
    assert screening.flags["fictitious"][1]
    assert ineligible(answers)[:6].tolist() == [False, False, True, True, False, False]
    assert np.flatnonzero(screening.flags["outside_fieldwork"]).tolist() == [4]
    assert np.flatnonzero(screening.flags["outside_frame"]).tolist() == [5]


def test_nobody_is_taken_out_by_screening(base):
    answers, screening = base
    before = answers.codes.copy()
    screen(answers)
    np.testing.assert_array_equal(answers.codes, before)
    assert len(screening) == len(answers)


def test_exclusion_is_logged(base):
    answers, screening = base
    when = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
    rule = ExclusionRule(flags=("attention",), signals=None)
    kept, log = exclude(answers, screening, rule, when)
    assert len(kept) + len(log) == len(answers)
    assert len(log) == screening.flags["attention"].sum()
    assert [one.line for one in log.entries] == answers.lines[screening.flags["attention"]].tolist()
    text = json.dumps(log.to_dict(), ensure_ascii=False)
    assert "2026-11-20T12:00:00+00:00" in text
    assert '"definition": "2022.1"' in text
    for lang, word in (("zh", "未通过注意力检测"), ("en", "attention check")):
        made = log.table(lang)
        assert len(made) == len(log)
        assert word in made.iloc[0].to_string()
    ids = set(answers.columns["respondent"].tolist())
    assert not [one for one in ids if f'"{one}"' in text]


def test_the_default_rule_in_words(base):
    rule = default_rule(base[1])
    assert rule.words("en") == "excluded: ineligible, outside the frame, duplicate; or 2 or more independent signals"
    assert rule.words("zh") == "不属于调查对象、不在抽样框内、重复作答，或2个以上独立信号的，剔除"


def test_exclusion_refuses_what_does_not_belong(base, refused):
    answers, screening = base
    (fault,) = refused(exclude, answers, screening, ExclusionRule(flags=("sped",), signals=None))
    assert (fault.code, fault.details["hint"]) == ("screening-flag", "speed")
    (fault,) = refused(exclude, answers.take(np.arange(5)), screening, default_rule(screening))
    assert fault.code == "screening-other-answers"


def test_tables_in_both_languages(base):
    _, screening = base
    for lang, head in (("zh", "含义"), ("en", "meaning")):
        made = screening.summary(lang)
        assert len(made) == len(FLAGS)
        assert not made[head].str.contains("{", regex=False).any()
        assert len(screening.table(lang)) == np.any(list(screening.flags.values()), axis=0).sum()


def test_a_flag_without_its_column_is_no_flag():
    """Without paradata the pace is not known, which is not the same as quick."""
    frame = pd.DataFrame({"respondent": ["1", "2"], "county": ["a1", "a1"], **{c: [1.0, 2.0] for c in ITEMS}})
    frame["CZ14"] = np.nan
    frame[["CZ02", "CZ05", "CZ13", "CZ15", "CZ16", "CZ17", "CZ19"]] = 1.0
    frame["CZ13"] = 0.0
    _, screening = screened(frame)
    assert np.isnan(screening.scores["pace"]).all()
    assert not screening.flags["speed"].any()


# The numbers behind the flags.


def test_mahalanobis_is_the_textbook_distance():
    """Without shrinkage and missing values: (x - mean)' S^-1 (x - mean), S with divisor n - 1; p of chi-square."""
    rng = np.random.default_rng(2)
    x = rng.standard_normal((400, 4)) @ rng.standard_normal((4, 4))
    distance, p = patterns.mahalanobis(x, shrink=0.0)
    z = x - x.mean(axis=0)
    expected = np.einsum("ij,jk,ik->i", z, np.linalg.inv(np.cov(x.T)), z)
    np.testing.assert_allclose(distance, expected, rtol=1e-10)
    np.testing.assert_allclose(p, chi2.sf(expected, 4), rtol=1e-8)


def test_mahalanobis_of_normal_answers_has_uniform_probabilities_with_gaps_too():
    rng = np.random.default_rng(4)
    root = np.linalg.cholesky(0.4 * np.ones((6, 6)) + 0.6 * np.eye(6))
    x = rng.standard_normal((20_000, 6)) @ root.T
    x[rng.random(x.shape) < 0.1] = np.nan
    _, p = patterns.mahalanobis(x, shrink=0.0)
    p = p[np.isfinite(p)]
    for level in (0.001, 0.05, 0.5):
        assert np.mean(p < level) == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / len(p)))


def test_mahalanobis_stands_singular_and_empty_items():
    x = np.column_stack([np.arange(50.0) % 5, np.arange(50.0) % 5, np.ones(50), np.full(50, np.nan), np.arange(50) % 3])
    distance, p = patterns.mahalanobis(x)
    assert np.isfinite(distance).all()
    assert ((p >= 0) & (p <= 1)).all()


def test_irv_is_the_standard_deviation():
    x = np.array([[0.0, 0.25, 1.0, 0.5], [0.5, np.nan, 0.5, 0.5], [np.nan, np.nan, np.nan, 1.0]])
    found = patterns.irv(x, least=2)
    np.testing.assert_allclose(found[:2], [np.std(x[0]), 0], atol=1e-15)
    assert np.isnan(found[2])


def test_long_string_by_brute_force():
    rng = np.random.default_rng(6)
    x = rng.choice([1.0, 2.0, np.nan], (500, 7))
    longest, n = patterns.long_string(x)
    for row, run, count in zip(x, longest, n, strict=True):
        given = row[np.isfinite(row)]
        best = max((len(list(part)) for part in np.split(given, np.flatnonzero(np.diff(given)) + 1)), default=0)
        assert (run, count) == (best if len(given) else 0, len(given))


def test_blocks_of_the_enterprises():
    form = load_edition("zhejiang-2022").questionnaires["enterprises"]
    assert patterns.blocks(form, tuple(form.items)) == (("EN07", "EN08", "EN09", "EN10", "EN11", "EN12"),)


def test_agreement_by_brute_force():
    rng = np.random.default_rng(7)
    codes = rng.choice([1.0, 2.0, 3.0, np.nan], (60, 12))
    county, cluster = rng.integers(-1, 2, 60), rng.integers(-1, 4, 60)
    thought = np.arange(12) < 7
    cluster = np.where(cluster < 0, -1, cluster + 10 * np.maximum(county, 0))
    found = matching.agreement(codes, county, {"c": cluster}, thought, least=4)
    for i in range(60):
        others = [j for j in range(60) if j != i and county[j] == county[i] >= 0]
        share, own, rest = [], [], []
        for j in others:
            both = np.isfinite(codes[i]) & np.isfinite(codes[j])
            if both.sum() < 4:
                continue
            share.append((codes[i] == codes[j])[both].mean())
            if (both & thought).any():
                part = (codes[i] == codes[j])[both & thought].mean()
                (own if cluster[i] == cluster[j] >= 0 else rest).append(part)
        np.testing.assert_allclose(found.best[i], max(share, default=np.nan), rtol=1e-6)
        if cluster[i] >= 0:
            np.testing.assert_allclose(found.within["c"][i], np.mean(own) if own else np.nan, rtol=1e-5)
            np.testing.assert_allclose(found.outside["c"][i], np.mean(rest) if rest else np.nan, rtol=1e-5)


def test_agreement_in_pieces_is_the_same(monkeypatch):
    rng = np.random.default_rng(8)
    codes, county = rng.choice([1.0, 2.0, 3.0], (90, 11)), np.zeros(90, dtype=np.int64)
    clusters = {"c": rng.integers(0, 5, 90)}
    whole = matching.agreement(codes, county, clusters)
    monkeypatch.setattr(matching, "CHUNK", 17)
    pieces = matching.agreement(codes, county, clusters)
    np.testing.assert_array_equal(whole.best, pieces.best)
    np.testing.assert_allclose(whole.within["c"], pieces.within["c"], rtol=1e-6)


def test_agreement_with_hundreds_of_codes():
    """More codes than a byte holds, and more items than a word has bits."""
    rng = np.random.default_rng(9)
    codes = rng.integers(0, 600, (40, 70)).astype(float)
    codes[1] = codes[0]
    found = matching.agreement(codes, np.zeros(40, dtype=np.int64), {})
    assert found.best[:2].tolist() == [1, 1]
    assert (found.best[2:] < 0.1).all()


def test_item_pace_with_latencies():
    rng = np.random.default_rng(10)
    latency = np.exp(1 + 0.4 * rng.standard_normal((200, 9)))
    latency[0] *= 0.2
    latency[1, 0] = 3600  # the telephone rang
    found = paradata.item_pace(latency, np.zeros(200, dtype=np.int64), np.ones(200, dtype=bool))
    assert found[0] < 0.4
    assert 0.6 < found[1] < 1.6
    assert np.median(found) == pytest.approx(1, abs=0.05)


def test_a_small_mode_is_compared_with_all():
    seconds, n = np.array([100.0] * 30 + [50.0] * 5), np.full(35, 10)
    mode = np.array([0] * 30 + [1] * 5)
    assert paradata.pace(seconds, n, mode, np.ones(35, dtype=bool))[-1] == pytest.approx(0.5)
