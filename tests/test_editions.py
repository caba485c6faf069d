"""The shipped editions, and what editions can do: extend, drop, date, be a project's own."""

from __future__ import annotations

from pathlib import Path

import pytest

import yitihua as yt
from yitihua.definitions.skeleton import write_skeleton
from yitihua.indicators.derive import needed


@pytest.fixture(scope="module")
def zhejiang() -> yt.Edition:
    return yt.load_edition("zhejiang-2022")


def test_five_and_fifty_one(zhejiang: yt.Edition) -> None:
    """5个一级指标、51个二级指标: the only numbers of the frame that were ever published."""
    assert zhejiang.first_level == ("A", "B", "C", "D", "E")
    counts = [len(zhejiang.children[code]) for code in zhejiang.first_level]
    assert counts == [10, 10, 12, 9, 10]
    assert (min(zhejiang.indicators), max(zhejiang.indicators)) == ("A01", "E10")


def test_every_indicator_is_fully_stated(zhejiang: yt.Edition) -> None:
    for code, indicator in zhejiang.indicators.items():
        assert indicator.definition is not None, code
        assert indicator.goalposts is not None, code
        assert indicator.goalposts.reason.en.startswith("["), code
        assert indicator.goalposts.reason.zh.startswith("〔"), code
        assert set(indicator.views) == {"ssp", "stage", "holistic"}, code
        assert (indicator.formula is None) != (indicator.survey is None), code
        assert indicator.code in zhejiang.codes, code
        for text in (indicator.name, indicator.definition, indicator.short_name, indicator.gaming_risk):
            assert text is not None, code
            assert any("\u4e00" <= char <= "\u9fff" for char in text.zh), code
            assert not any("\u4e00" <= char <= "\u9fff" for char in text.en), code


def test_every_measure_is_used_and_every_formula_is_over_measures(zhejiang: yt.Edition) -> None:
    used = {
        name
        for indicator in zhejiang.indicators.values()
        if indicator.formula is not None
        for name in (*needed(indicator.formula), *indicator.formula.quality_measures)
    }
    assert used == set(zhejiang.measures)
    assert all(measure.counting_rule is not None for measure in zhejiang.measures.values())


def test_codes_are_three_by_three_by_three_with_116_words(zhejiang: yt.Edition) -> None:
    """27×3个三级编码, 116个热词."""
    levels = {tuple(level.en for level in code.levels) for code in zhejiang.codes.values()}
    assert len(levels) == 27
    assert len({level[0] for level in levels}) == 3
    assert len({level[:2] for level in levels}) == 9
    words = [word for code in zhejiang.codes.values() for word in code.hot_words]
    assert len(words) == len(set(words)) == 116
    assert {indicator.code for indicator in zhejiang.indicators.values()} == set(zhejiang.codes)


def test_evidence_points_at_published_facts(zhejiang: yt.Edition) -> None:
    facts = set(yt.load_dataset("zhejiang-facts").frame["fact_id"])
    assert len(facts) == 200
    cited = {fact for indicator in zhejiang.indicators.values() for fact in indicator.evidence}
    assert len(cited) > 50
    assert cited <= facts


def test_questionnaires_feed_their_indicators_both_ways(zhejiang: yt.Edition) -> None:
    assert {name: len(made.items) for name, made in zhejiang.questionnaires.items()} == {
        "citizens": 23, "enterprises": 22, "post-check": 8, "telephone": 12,
    }  # fmt: skip
    for code, indicator in zhejiang.indicators.items():
        if indicator.survey is None:
            continue
        feeding = {
            f"{name}.{item_id}"
            for name, made in zhejiang.questionnaires.items()
            for item_id, item in made.items.items()
            if item.indicator == code
        }
        assert feeding == set(indicator.survey.items), code


def test_checklists(zhejiang: yt.Edition) -> None:
    points = {name: sum(p.points for p in made.points.values()) for name, made in zhejiang.checklists.items()}
    assert points == {"A10": 100, "B08": 100, "CC": 100}
    assert sum(len(made.points) for made in zhejiang.checklists.values()) == 50


def test_natural_bounds_of_shares_of_towns(zhejiang: yt.Edition) -> None:
    for code in ("A06", "A07", "B10", "D05", "D06", "D09"):
        goalposts = zhejiang.indicators[code].goalposts
        assert goalposts is not None
        assert (goalposts.lower, goalposts.upper) == (0, 100)


def test_reconstruction_is_said() -> None:
    for lang in (0, 1):
        notice = yt.evaluate("zhejiang-2022").recipe.notice[lang]
        assert ("重构" in notice) or ("reconstruction" in notice)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_skeleton(tmp_path / "tsi")
    return tmp_path / "tsi"


def test_index_only_edition_extends_a_shipped_one(tmp_path: Path) -> None:
    """Only what differs: half the weight on E, and one grade scheme of two labels."""
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "mine.toml").write_text(
        'extends = "zhejiang-2022"\n[weights]\nuse = "mine"\n'
        "[weights.sets.mine.weights]\nA = 1\nB = 1\nC = 1\nD = 1\nE = 4\n"
        "[grades.stars]\ncuts = [40, 50, 60, 70]\n",
        encoding="utf-8",
    )
    board = yt.evaluate(tmp_path)
    assert board.recipe.edition == "mine"
    assert board.recipe.global_weights["E"] == pytest.approx(0.5)
    assert board.recipe.grades[0].cuts == (("*", (40.0, 50.0, 60.0, 70.0)),)
    assert board.recipe.grades[0].names[0] == ("一星", "1 star")
    assert len(board.recipe.codes) == 51


def test_framework_extends_drops_and_changes(project: Path) -> None:
    child = project / "indicators" / "next"
    child.mkdir(parents=True)
    (child / "framework.toml").write_text(
        '[edition]\ntitle = "Next"\nextends = "tsi"\ndrop = ["online"]\ndate = 2025-12-31\n'
        '[indicators.waiting]\nformula = { kind = "mean", numerator = "waiting_minutes", denominator = "visits" }\n'
        "[indicators.waiting.goalposts]\nupper = 30\n",
        encoding="utf-8",
    )
    edition = yt.load_edition("next", project)
    assert list(edition.indicators) == ["waiting", "spending", "satisfaction"]
    goalposts = edition.indicators["waiting"].goalposts
    assert goalposts is not None
    assert (goalposts.lower, goalposts.upper) == (5, 30)
    formula = edition.indicators["waiting"].formula
    assert formula is not None
    assert formula.min_denominator is None  # a formula is replaced as a whole
    assert edition.spec.weights.use == "quality-first"  # the base's index file
    assert list(edition.questionnaires) == ["residents"]


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_dropping_a_node_drops_what_is_below_and_its_weights(project: Path) -> None:
    write(
        project / "indicators" / "next" / "framework.toml",
        '[edition]\ntitle = "Next"\nextends = "tsi"\ndrop = ["access"]\n',
    )
    edition = yt.load_edition("next", project)
    assert list(edition.indicators) == ["spending", "satisfaction"]
    assert edition.first_level == ("quality",)
    assert edition.spec.weights.sets["quality-first"].weights == {"quality": 60}


def test_dropping_an_indicator_of_the_flagship(tmp_path: Path) -> None:
    """Its weight sets name the dropped indicator; that must not stand in the way."""
    write(
        tmp_path / "indicators" / "short" / "framework.toml",
        '[edition]\ntitle = "Short"\nextends = "zhejiang-2022"\ndrop = ["A07", "A08"]\n',
    )
    board = yt.evaluate(tmp_path, weights="overlap-halved")
    assert len(board.recipe.codes) == 49
    assert "A07" not in yt.load_edition("short", tmp_path).spec.weights.sets["overlap-halved"].weights


def test_adding_an_indicator_needs_weights_only_in_the_set_that_is_used(tmp_path: Path) -> None:
    write(
        tmp_path / "indicators" / "longer" / "framework.toml",
        '[edition]\ntitle = "Longer"\nextends = "zhejiang-2022"\n'
        '[indicators.A11]\nname = "New"\nparent = "A"\nunit = "%"\n'
        'goalposts = { lower = 0, upper = 100, reason = "[bound]" }\n'
        'views = { ssp = "situation", stage = "practice", holistic = "trust" }\n',
    )
    assert len(yt.load_edition("longer", tmp_path).children["A"]) == 11
    with pytest.raises(yt.InputError) as caught:
        yt.evaluate(tmp_path, weights="overlap-halved")
    assert [fault.code for fault in caught.value.faults] == ["partial-weights"]


def test_another_method_leaves_the_base_s_keys_behind(tmp_path: Path) -> None:
    write(tmp_path / "index" / "a.toml", 'extends = "egdi-2022"\n[normalise]\nmethod = "zscore"\nmean = 50\nsd = 10\n')
    write(tmp_path / "index" / "b.toml", 'extends = "a"\nnormalise = "minmax"\n[grades.group]\nmethod = "quantile"\n')
    spec = yt.load_edition("b", tmp_path).spec
    assert spec.normalise.mean is None
    assert spec.grades["group"].cuts is None
    assert spec.grades["group"].labels == ("low", "middle", "high", "very high")


def test_a_word_for_a_table_keeps_the_base_s_weight_sets(tmp_path: Path) -> None:
    write(tmp_path / "index" / "mine.toml", 'extends = "zhejiang-2022"\nweights = "satisfaction-35"\n')
    spec = yt.load_edition("mine", tmp_path).spec
    assert spec.weights.use == "satisfaction-35"
    assert len(spec.weights.sets) == 3


def test_a_project_wins_over_what_ships(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "hdi.toml").write_text('extends = "hdi"\nscore_decimals = 1\n', encoding="utf-8")
    board = yt.evaluate(tmp_path)
    assert board.recipe.score_decimals == 1
    assert board.recipe.root.method == "geometric"  # the rest is the shipped edition's


def test_a_tree_of_any_depth(tmp_path: Path) -> None:
    depth = 7
    lines = ['[edition]\ntitle = "Deep"\n[nodes.n0]\nname = "top"\n']
    lines += [f'[nodes.n{d}]\nname = "level {d}"\nparent = "n{d - 1}"\n' for d in range(1, depth)]
    lines += [
        f'[indicators.x{d}]\nname = "x{d}"\nparent = "n{d}"\nunit = "1"\n'
        'goalposts = { lower = 0, upper = 10, reason = "[bound]" }\n'
        for d in range(depth)
    ]
    (tmp_path / "indicators" / "deep").mkdir(parents=True)
    (tmp_path / "indicators" / "deep" / "all.toml").write_text("".join(lines), encoding="utf-8")
    (tmp_path / "d.csv").write_text("unit," + ",".join(f"x{d}" for d in range(depth)) + "\nu,8,8,8,8,8,8,0\n")
    board = yt.evaluate(tmp_path, tmp_path / "d.csv")
    assert board.total[0] == pytest.approx(80 * (1 - 0.5 ** (depth - 1)))


def test_editions_in_several_files(project: Path) -> None:
    whole = project / "indicators" / "tsi" / "framework.toml"
    text = whole.read_text(encoding="utf-8")
    cut = text.index("# Raw quantities")
    end = text.index("# An indicator computed")
    (project / "indicators" / "tsi" / "measures.toml").write_text(text[cut:end], encoding="utf-8")
    whole.write_text(text[:cut] + text[end:], encoding="utf-8")
    assert len(yt.load_edition("tsi", project).measures) == 4
