"""Chain-linked scores. The authorities are identities: a link that changes nothing, sums over a break, transitivity."""

import json

import numpy as np
import pandas as pd
import pytest

import yitihua as yt
from calling import called
from editing import bridge_of, later_edition
from yitihua.analysis.chain import chain_panels
from yitihua.index.panel import score_panel
from yitihua.indicators.periods import read_periods

KEYS = ["osi", "tii", "hci"]
PERIODS = ["2020", "2021", "2022", "2023"]
WAYS = [("additive", "unit"), ("additive", "level"), ("multiplicative", "unit"), ("multiplicative", "level")]


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(3)
    parts = [
        pd.DataFrame(rng.uniform(0.2, 0.9, (15, 3)), columns=KEYS).assign(
            unit=[f"U{k:02d}" for k in range(15)], period=p
        )
        for p in PERIODS
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def editions(tmp_path_factory):
    """Three editions of the same three indicators, apart in means, direction and weights."""
    folder = tmp_path_factory.mktemp("editions")
    second = later_edition(folder, "egdi-2022", "", 'aggregate = "geometric"', name="second")
    weights = 'weights = { use = "w", sets = { w = { weights = { osi = 3, tii = 1, hci = 1 } } } }'
    third = later_edition(folder, "second", '[indicators.tii]\ndirection = "-"\n', weights, name="third")
    return yt.load_edition("egdi-2022"), second, third


@pytest.mark.parametrize(("method", "by"), WAYS)
@pytest.mark.parametrize("scale", ["old", "new"])
def test_equal_editions_give_the_plain_panel(frame, editions, method, by, scale):
    found = yt.chain([editions[0], editions[0]], [2021], frame, method=method, by=by, scale=scale)
    plain = yt.panel(editions[0], frame, fitted="2021")
    pd.testing.assert_frame_equal(found.wide(), plain.wide(), check_exact=True, obj="chain")
    nothing = 0.0 if method == "additive" else 1.0
    assert set(found.frame()["link"]) == {nothing}
    (row,) = found.break_frame().to_dict("records")
    assert (row["spearman"], row["kendall"], row["rank_changed"], row["stars_changed"]) == (1, 1, 0, 0)


def test_equal_editions_with_fitted_bounds_give_the_panel_fitted_to_the_overlap(frame, editions, tmp_path):
    fitted = later_edition(tmp_path, "egdi-2022", "", 'normalise = "minmax"\nweights = "critic"')
    found = yt.chain([fitted, fitted], [2022], frame)
    pd.testing.assert_frame_equal(found.wide(), yt.panel(fitted, frame, fitted="2022").wide(), check_exact=True)


@pytest.mark.parametrize("scale", ["old", "new"])
def test_a_change_over_the_break_is_the_sum_of_the_changes_within_either_edition(frame, editions, scale):
    old, new = editions[:2]
    wide = yt.chain([old, new], [2021], frame, scale=scale).wide()
    before, after = (yt.panel(edition, frame, fitted="2021").wide() for edition in (old, new))
    within = (before["2021"] - before["2020"]) + (after["2023"] - after["2021"])
    np.testing.assert_allclose(wide["2023"] - wide["2020"], within, rtol=0, atol=1e-14)
    own = before if scale == "old" else after
    assert wide["2021"].equals(own["2021"])


def test_multiplicative_links_multiply_growth(frame, editions):
    old, new = editions[:2]
    wide = yt.chain([old, new], [2021], frame, method="multiplicative").wide()
    before, after = (yt.panel(edition, frame, fitted="2021").wide() for edition in (old, new))
    growth = before["2021"] / before["2020"] * after["2023"] / after["2021"]
    np.testing.assert_allclose(wide["2023"] / wide["2020"], growth, rtol=1e-14)


@pytest.mark.parametrize("by", ["unit", "level"])
def test_the_mean_is_linked_by_the_mean(frame, editions, by):
    """By either kind of additive link the level's mean in the overlap is that of the old edition."""
    found = yt.chain(editions[:2], [2021], frame, by=by).frame()
    overlap = found[found["period"] == "2021"]
    means = overlap.groupby("edition")["linked"].mean()
    assert abs(means["second"] - means["egdi-2022"]) < 1e-15
    assert (overlap.groupby("edition")["link"].nunique().to_dict()["second"] == 1) == (by == "level")


@pytest.mark.parametrize(("method", "by"), WAYS)
def test_chaining_is_transitive(frame, editions, method, by):
    """Over two breaks at once, or the later pair first and its link laid on the earlier's: the same series."""
    panels = [
        score_panel(read_periods(edition, frame, periods), edition)
        for edition, periods in zip(editions, (["2020", "2021"], ["2021", "2022"], ["2022", "2023"]), strict=True)
    ]
    whole = chain_panels(panels, method=method, by=by)
    first, second = (chain_panels(panels[k : k + 2], method=method, by=by) for k in range(2))
    last = second.frame().query("edition == 'third' and period == '2023'").set_index("unit")["linked"]
    onto = first.frame().query("edition == 'second' and period == '2022'").set_index("unit")["link"]
    wanted = last + onto if method == "additive" else last * onto
    np.testing.assert_allclose(whole.wide()["2023"], wanted, rtol=1e-14)
    assert [one.label for one in whole.breaks] == ["2021: egdi-2022 > second", "2022: second > third"]
    assert whole.frame().query("period == '2023'")["break"].unique().tolist() == [
        "2021: egdi-2022 > second; 2022: second > third"
    ]


def test_old_and_new_scale_differ_by_the_link(frame, editions):
    old, new = (yt.chain(editions, [2021, 2022], frame, scale=scale).wide() for scale in ("old", "new"))
    shift = old - new
    np.testing.assert_allclose(shift, np.repeat(shift[["2020"]].to_numpy(), 4, axis=1), rtol=0, atol=1e-14)


def test_the_bridge_gives_the_overlap(frame, editions, tmp_path):
    """With the bridge in the old edition's place the series is the same, to the last bit."""
    old, _, new = editions
    bridge = bridge_of(tmp_path, old, new)
    wanted, found = (yt.chain([first, new], [2021], frame) for first in (old, bridge))
    assert found.wide().equals(wanted.wide())


def test_ranks_are_of_one_edition(frame, editions):
    found = yt.chain(editions[:2], [2021], frame).frame()
    for (_, _), rows in found.groupby(["period", "edition"]):
        assert rows["rank"].tolist() == rows["score"].round(4).rank(ascending=False, method="min").tolist()
    assert found.loc[found["edition"] == "egdi-2022", "break"].eq("").all()


def test_the_break_is_said_everywhere(frame, editions):
    found = yt.chain(editions[:2], [2021], frame)
    for table in (found.frame(), found.wide(), found.break_frame("zh")):
        assert table.attrs["break"] == ["2021: egdi-2022 > second"]
        assert "2021" in table.attrs["rule"]
        assert table.attrs["simulated"] is False
    assert "never across a break" in found.rule[1]
    assert "2021: egdi-2022 > second" in repr(found)


def test_simulated_data_stay_simulated(tmp_path):
    found = yt.chain(["zhejiang-2022", later_edition(tmp_path, "zhejiang-2022", "", "aggregate = 'geometric'")], [2022])
    assert found.simulated
    assert found.frame().attrs["simulated"]
    assert "模拟" in repr(found)


def test_a_unit_that_came_later_has_the_link_of_its_level_alone(frame, editions):
    late = frame[(frame["unit"] != "U03") | (frame["period"] == "2023")]
    own, mean = (yt.chain(editions[:2], [2021], late, by=by) for by in ("unit", "level"))
    assert own.unlinked == ("U03",)
    assert np.isnan(own.wide().loc["U03", "2023"])
    assert mean.unlinked == ()
    assert np.isfinite(mean.wide().loc["U03", "2023"])


def test_the_effect_is_that_of_the_new_definitions_alone(frame, editions):
    """Oracle: the ranks of both boards of the overlap, correlated by pandas and scipy."""
    found = yt.chain(editions[:2], [2021], frame)
    overlap = (
        found.frame().query("period == '2021'").pivot(index="unit", columns="edition", values="rank").astype(float)
    )
    (row,) = found.break_frame().to_dict("records")
    assert row["spearman"] == pytest.approx(overlap.corr("spearman").iloc[0, 1], abs=1e-12)
    assert row["kendall"] == pytest.approx(overlap.corr("kendall").iloc[0, 1], abs=1e-12)
    boards = [found.breaks[0].old, found.breaks[0].new]
    stars = [board.scores.set_index("unit")["stars"] for board in boards]
    assert row["stars_changed"] == int((stars[0] != stars[1].reindex(stars[0].index)).sum())


def test_the_command(tmp_path, monkeypatch, capsys):
    later_edition(tmp_path / "later", "hdi", "", 'aggregate = "arithmetic"\naggregate.nodes.HDI.method = "arithmetic"\n'
                  .replace('aggregate = "arithmetic"\n', ""))  # fmt: skip
    words = ["editions", "chain", "hdi", tmp_path / "later", "--at", "2021"]
    code, out, _ = called(monkeypatch, capsys, [*words, "--out", tmp_path / "out", "--lang", "zh"])
    assert code == 0
    assert "断点 2021: hdi > later" in out
    assert "2022*" in out
    rows = pd.read_csv(tmp_path / "out/chain.csv")
    assert set(rows.loc[rows["edition"] == "later", "break"]) == {"2021: hdi > later"}
    assert (tmp_path / "out/chain.txt").read_text(encoding="utf-8").startswith("断点：2021: hdi > later")
    _, out, _ = called(monkeypatch, capsys, [*words, "--json", "--lang", "en"])
    assert json.loads(out)["breaks"][0]["break"] == "2021: hdi > later"
