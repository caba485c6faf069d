"""DuckDB against the estimators in memory: the same numbers from sums as from rows.

Authority: `yitihua.surveys.estimation` (itself held to R survey), R survey 4.1-1 for the 90-county survey, and
identities: order of rows, number of threads, nesting of domains.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from engine_answers import LIKERT, RATIO, TOP, VARIABLES, YES, answers, expected, query, surveyed, write_parquet

from yitihua.definitions import load_edition
from yitihua.definitions.survey_models import QuestionnaireFile
from yitihua.surveys.engines import DuckDBEngine, Score, SumsQuery, SumsTable, Variable, estimate
from yitihua.surveys.estimation.results import Estimates
from yitihua.surveys.scoring import indicator_items, item_scores, respondent_scores

REFERENCE = Path(__file__).parents[1] / "reference" / "survey"
PLAIN = tuple(variable for variable in VARIABLES if variable is not RATIO)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return answers()


@pytest.fixture(scope="module")
def parquet(table: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_parquet(table, tmp_path_factory.mktemp("answers") / "answers [1].parquet")


def sums(source: Any, asked: SumsQuery, **options: Any) -> SumsTable:
    with DuckDBEngine(source, **options) as engine:
        return engine.sums(asked)


def assert_same(found: Estimates, wanted: Estimates, tolerance: float = 1e-12) -> None:
    names = ("value", "se", "ci_low", "ci_high", "df", "n", "n_eff", "deff", "deff_kish", "n_psu", "n_strata")
    for name in (*names, "item_missing"):
        # Errors of net shares and totals near 0 are told to the size of the largest.
        size = np.nanmax(np.abs(getattr(wanted, name)), initial=1e-300)
        np.testing.assert_allclose(
            getattr(found, name), getattr(wanted, name), rtol=tolerance, atol=1e-14 * size, err_msg=name
        )
    for name, mask in wanted.flags.items():
        np.testing.assert_array_equal(found.flags[name], mask, err_msg=name)
    a, b = found.covariance.dense(), wanted.covariance.dense()
    np.testing.assert_allclose(a, b, rtol=0, atol=tolerance * np.abs(b).max())


@pytest.mark.parametrize("psu", ["town", None])
@pytest.mark.parametrize("domain", [("county",), ("city",), ("sex",), ()])
def test_means_as_in_memory(table: pd.DataFrame, parquet: Path, domain: tuple[str, ...], psu: str | None) -> None:
    asked = query(PLAIN, domain=domain, psu=psu)
    assert_same(estimate(sums(parquet, asked)), expected(surveyed(table), asked))


@pytest.mark.parametrize("psu", ["town", None])
@pytest.mark.parametrize("rule", ["adjust", "remove", "certainty", "average"])
@pytest.mark.parametrize("statistic", ["mean", "total"])
def test_rules_for_one_cluster(table: pd.DataFrame, parquet: Path, statistic: Any, rule: Any, psu: str | None) -> None:
    asked = query(PLAIN, domain=("county",), stratum=("county", "area"), psu=psu)
    rows = surveyed(table).dropna(subset="county")
    asked_rows = query(
        PLAIN, domain=("county",), stratum=("county", "area"), psu=psu, where=(*asked.where, "county!=none")
    )
    found = estimate(sums(parquet, asked_rows), statistic=statistic, one_psu=rule)
    assert found.flags["one-psu-strata"].any()
    assert_same(found, expected(rows.reset_index(drop=True), asked, statistic, one_psu=rule))


@pytest.mark.parametrize("psu", ["town", None])
@pytest.mark.parametrize("method", ["wilson", "korn-graubard", "beta", "logit"])
def test_shares_and_their_intervals(table: pd.DataFrame, parquet: Path, method: Any, psu: str | None) -> None:
    asked = query((TOP, YES), psu=psu)
    found = estimate(sums(parquet, asked), statistic="share", ci=method)
    assert_same(found, expected(surveyed(table), asked, "share", ci=method))
    # Effective sizes of shares need no sums of squares.
    lean = estimate(sums(parquet, query((TOP, YES), psu=psu, deff=False)), statistic="share", ci=method)
    np.testing.assert_allclose(lean.n_eff, found.n_eff, rtol=1e-11)
    np.testing.assert_allclose(lean.ci_low, found.ci_low, rtol=1e-11)


@pytest.mark.parametrize("psu", ["town", None])
def test_ratios(table: pd.DataFrame, parquet: Path, psu: str | None) -> None:
    asked = query((RATIO,), domain=("city",), psu=psu)
    assert_same(estimate(sums(parquet, asked)), expected(surveyed(table), asked))


def test_ratios_and_means_share_a_covariance(parquet: Path) -> None:
    found = estimate(sums(parquet, query(domain=("city",))))
    alone = estimate(sums(parquet, query((RATIO,), domain=("city",))))
    np.testing.assert_allclose(found.value[:, -1:], alone.value, rtol=1e-14)
    np.testing.assert_allclose(found.se[:, -1:], alone.se, rtol=1e-14)
    assert np.abs(found.covariance.blocks[:, 0, 7] + found.covariance.dense()[0, 7]).max() > 0


@pytest.mark.parametrize("psu", ["town", None])
def test_finite_populations(table: pd.DataFrame, parquet: Path, psu: str | None) -> None:
    changed = table.copy()
    if psu is None:
        changed["population"] = changed.groupby(["city", "area"])["town"].transform("size") * 2.0
    asked = query(PLAIN, psu=psu, population="population")
    found = estimate(sums(changed, asked))
    assert_same(found, expected(surveyed(changed), asked))
    given = changed.groupby(changed["city"] + "/" + changed["area"])["population"].first().to_dict()
    by_hand = estimate(sums(changed, query(PLAIN, psu=psu)), populations=given)
    np.testing.assert_array_equal(found.se, by_hand.se)
    assert (found.se < estimate(sums(changed, query(PLAIN, psu=psu))).se).mean() > 0.9


def test_within_is_a_mask_and_where_is_not(table: pd.DataFrame, parquet: Path) -> None:
    asked = query(PLAIN, domain=("county",), within=("sex=F", "age>=2 | age=1"))
    rows = surveyed(table)
    labels = rows["county"].where(rows["sex"] == "F", None).to_numpy()
    found = estimate(sums(parquet, asked))
    assert_same(found, expected(rows, asked, labels=labels))
    everybody = sums(parquet, query(PLAIN, domain=(), within=("sex=F",)))
    assert everybody.domains == ("all",)
    assert_same(estimate(everybody), expected(rows, asked, labels=np.where(rows["sex"] == "F", "all", None)))
    dropped = estimate(sums(parquet, query(PLAIN, domain=("county",), where=(*asked.where, "sex=F"))))
    np.testing.assert_allclose(dropped.value, found.value, rtol=1e-13)


def test_cities_from_the_sums_of_counties(parquet: Path) -> None:
    asked = query(PLAIN, domain=("city", "sex"))
    whole = sums(parquet, asked)
    cities = estimate(whole.regroup(("杭州", "宁波"), lambda label: label.split("/")[0]))
    direct = estimate(sums(parquet, query(PLAIN, domain=("city",))))
    order = [direct.domains.index(name) for name in cities.domains]
    np.testing.assert_allclose(cities.value, direct.value[order], rtol=1e-13)
    np.testing.assert_allclose(cities.se, direct.se[order], rtol=1e-12)


@pytest.mark.parametrize("psu", ["town", None])
def test_neither_order_nor_threads_nor_files_matter(table: pd.DataFrame, tmp_path: Path, psu: str | None) -> None:
    asked = query(psu=psu, domain=("city",))
    first = estimate(sums(table, asked, threads=1))
    mixed = table.sample(frac=1.0, random_state=3).reset_index(drop=True)
    for part, rows in enumerate(np.array_split(np.arange(len(mixed)), 3)):
        write_parquet(mixed.iloc[rows], tmp_path / f"part{part}.parquet")
    for source in (mixed, str(tmp_path / "*.parquet"), tmp_path, sorted(tmp_path.glob("*.parquet"))):
        again = estimate(sums(source, asked, threads=2))
        np.testing.assert_allclose(again.value, first.value, rtol=1e-12)
        np.testing.assert_allclose(again.se, first.se, rtol=1e-12)
        assert again.domains == first.domains


def test_one_thread_gives_the_same_bits(parquet: Path) -> None:
    one, other = (sums(parquet, query(), threads=1) for _ in range(2))
    np.testing.assert_array_equal(one.wy, other.wy)


def test_csv_reads_keys_as_text_and_answers_as_numbers(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(
        "county,stratum,w,q1\n01,007,1.5,4\n01,008,2,NA\n02,007,1,5\n,008,1,1\n02,008,3,\n", encoding="utf-8"
    )
    likert = Variable("q1", (Score.linear("q1", LIKERT),))
    found = sums(path, SumsQuery("w", (likert,), domain=("county",), stratum=("stratum",), where=("county!=03",)))
    assert found.domains == ("01", "02")
    assert found.strata == ("007", "008")
    assert found.by_domain(found.wy).ravel().tolist() == [1.5 * 75, 100.0]


def test_the_ninety_counties_of_r() -> None:
    """R survey 4.1-1: svyby(~q, ~county, svymean, na.rm=TRUE, deff=TRUE), clustered and not."""
    results = json.loads((REFERENCE / "results.json").read_text(encoding="utf-8"))["results"]
    raw = tuple(Variable(name, (Score(name, LIKERT),)) for name in ("q1", "q5", "q10"))
    for design, psu in (("dsyn", "psu"), ("dsyn_el", None)):
        asked = SumsQuery("base_w", raw, domain=("county",), stratum=("stratum",), psu=psu, deff=True)
        found = estimate(sums(REFERENCE / "synth90.parquet", asked))
        for j, name in enumerate(("q1", "q5", "q10")):
            wanted = results[f"{design}.by_county_{name}"]["table"]
            assert list(found.domains) == wanted["county"]
            np.testing.assert_allclose(found.value[:, j], wanted[name], rtol=1e-12)
            told = ~np.isnan(found.se[:, j])
            np.testing.assert_allclose(found.se[told, j], np.array(wanted["se"], dtype=float)[told], rtol=1e-9)
        counts = results["dsyn_el.count_q1"]["table"]
        assert found.n[:, 0].tolist() == counts["counts"]


def scores_in_sql(frame: pd.DataFrame, variables: tuple[Variable, ...]) -> np.ndarray:
    """Return every respondent's value: each is a domain and a cluster of its own."""
    frame = frame.assign(w=1.0, row=range(len(frame)))
    found = sums(frame, SumsQuery("w", variables, domain=("row",), psu="row"))
    order = [found.domains.index(str(row)) for row in range(len(frame))]
    return np.where(found.n[order] > 0, found.wy[order], np.nan)


def test_scores_of_questionnaires() -> None:
    """Every scored item of the shipped edition, in SQL, in `Score.values` and by `surveys.scoring`."""
    rng = np.random.default_rng(5)
    for form in load_edition("zhejiang-2022").questionnaires.values():
        scored = [name for name, item in form.items.items() if item.scoring != "none"]
        columns = {}
        for name in scored:
            options = form.scales[form.items[name].scale].options
            given = [option.code for option in options] or list(range(4))
            columns[name] = rng.choice([*given, 77], 60)
        frame = pd.DataFrame(columns)
        variables = tuple(Variable.of_items(name, (name,), form) for name in scored)
        in_sql = scores_in_sql(frame, variables)
        for j, name in enumerate(scored):
            codes = frame[name].to_numpy(float)
            wanted = item_scores(codes, form.items[name], form)
            np.testing.assert_allclose(variables[j].scores[0].values(codes), wanted, rtol=1e-12, atol=1e-12)
            np.testing.assert_allclose(in_sql[:, j], wanted, rtol=1e-12, atol=1e-12)
        indicators = indicator_items(form)
        means = scores_in_sql(frame, tuple(Variable.of_items(name, items, form) for name, items in indicators.items()))
        for j, items in enumerate(indicators.values()):
            points = np.column_stack([item_scores(frame[i].to_numpy(float), form.items[i], form) for i in items])
            weights = np.array([form.items[i].weight for i in items])
            wanted = respondent_scores(points, weights, form.questionnaire.min_answered)
            np.testing.assert_allclose(means[:, j], wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize(
    "codes", [(1, 2, 3, 4, 5), (1, 2, 3), (1, 2), (0, 1), (1, 2, 4, 8), (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)]
)
def test_every_scoring_on_every_scale(codes: tuple[int, ...], reverse: bool) -> None:
    scale = {"kind": "ordinal", "options": [{"code": c, "text": {"zh": "甲", "en": "a"}} for c in codes]}
    scale["options"].append({"code": 98, "text": {"zh": "不知道", "en": "unknown"}, "missing": True})
    number = {"kind": "numeric", "minimum": 0, "maximum": 9, "options": scale["options"][-1:]}
    ways = {"linear100": {}, "top2": {}, "top": {"top": 1}, "share_yes": {}, "net": {}}
    items = {
        f"{way}{weight}": {"scale": "s", "scoring": way, "weight": weight, **more}
        for way, more in ways.items()
        for weight in (1, 3)
    }
    items |= {"number": {"scale": "n", "scoring": "numeric"}, "points": {"scale": "n", "scoring": "linear100"}}
    both = {"zh": "题", "en": "q"}
    form = QuestionnaireFile.model_validate(
        {
            "questionnaire": {"title": both, "population": both},
            "scales": {"s": scale, "n": number},
            "items": {
                name: {"text": both, "role": "indicator", "indicator": "A", "reverse": reverse, **item}
                for name, item in items.items()
            },
        }
    )
    answers = np.array([*codes, 98, 77, -1, *codes], dtype=float)
    frame = pd.DataFrame({name: np.roll(answers, shift) for shift, name in enumerate(items)})
    variables = tuple(Variable.of_items(name, (name,), form) for name in items)
    for source in (frame, frame.astype(int)):
        in_sql = scores_in_sql(source, (*variables, Variable.of_items("A", tuple(items), form)))
        points = np.column_stack([item_scores(frame[name].to_numpy(), form.items[name], form) for name in items])
        np.testing.assert_allclose(in_sql[:, :-1], points, rtol=1e-12, atol=1e-12)
        weights = np.array([form.items[name].weight for name in items])
        np.testing.assert_allclose(in_sql[:, -1], respondent_scores(points, weights), rtol=1e-12, atol=1e-12)
