"""Units followed through renames, merges and splits: totals stay, names change nothing, bad tables are refused."""

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import yitihua as yt
from yitihua.definitions.changes import with_changes
from yitihua.indicators.carrying import carried
from yitihua.indicators.cells import from_frame
from yitihua.indicators.following import day_of, follow, told_on
from yitihua.indicators.reading import read_one
from yitihua.indicators.unit_changes import COLUMNS, UnitChanges, checked_changes, read_unit_changes

BEFORE, AFTER = dt.date(2020, 12, 31), dt.date(2021, 12, 31)
OLD = ["330102", "330103", "330104", "330105", "330109", "330110", "330421"]
NEW = ["330102", "330105", "330109", "330114", "330110", "330113", "330421"]


@pytest.fixture(scope="module")
def edition():
    return yt.load_edition("zhejiang-2022")


@pytest.fixture(scope="module")
def shipped():
    return read_unit_changes("zhejiang-unit-changes")


@pytest.fixture(scope="module")
def source(edition):
    """The simulated table of 2022, of which rows lend their numbers to made-up units."""
    return read_one(edition, yt.load_dataset("zhejiang-2022-simulated"), "2022")


def frame_of(source, units, period, start=0):
    """Return measures and survey estimates of so many rows of the simulated table, under other codes."""
    rows = source.take(range(start, start + len(units)))
    columns = dict(rows.measures)
    for code in ("E01", "E02", "E03"):
        j = rows.indicators.index(code)
        columns |= {code: rows.values[:, j], f"{code}_se": rows.se[:, j], f"{code}_n": rows.n[:, j]}
    return pd.DataFrame({"unit": units, "period": period} | columns)


def changes_from(rows):
    frame = pd.DataFrame([dict(zip(COLUMNS, (*row, ""), strict=True)) for row in rows], dtype=str)
    return checked_changes(from_frame(frame))


def row(date="2021-04-09", kind="rename", old="1", new="2", share="1", old_name="甲", new_name="乙"):
    return (date, kind, old, old_name, new, new_name, share)


# The shipped table.


def test_shipped_shares_are_those_of_the_census(shipped):
    """Published: census bulletin of Hangzhou on the units after 2021, and county tables on those before."""
    found = shipped.parts(OLD, BEFORE, AFTER)
    old = dict(zip(OLD, (357657, 485849, 1487787, 635136, 2258872, 2402514), strict=False))
    new = dict(zip(NEW, (1323467, 1120985, 2011699, 769150, 1226673, 1175841), strict=False))
    for code, people in new.items():
        assert sum(part.share * old[part.unit] for part in found[code]) == people
        assert sum(part.size for part in found[code]) == people
    assert {part.unit for part in found["330421"]} == {"330421"}


def test_every_code_that_is_left_is_a_county_of_today(shipped):
    """Identity: following all changes to the end leads to units of zhejiang-counties."""
    listed = set(yt.load_dataset("zhejiang-counties").frame["code"].astype(str))
    ends = shipped.parts([row.old for row in shipped.rows], dt.date(2000, 1, 1), AFTER)
    assert set(ends) <= listed


# Carrying.


@pytest.fixture(scope="module")
def table(edition, source):
    return read_one(edition, frame_of(source, OLD, "2020"), "2020")


@pytest.fixture(scope="module")
def moved(table, edition, shipped):
    return carried(table, edition, shipped, BEFORE, AFTER)


def test_totals_of_sums_stay(table, moved, edition):
    """Identity: whatever is merged or shared out, the total of a count over all units is what it was."""
    assert sorted(moved.units) == sorted(NEW)
    sums = [c for c, x in table.measures.items() if edition.measures[c].sums == "sum" and np.isfinite(x).all()]
    assert len(sums) > 20
    for code in sums:
        assert moved.measures[code].sum() == pytest.approx(table.measures[code].sum(), rel=1e-12), code


def test_qiantang_by_hand(table, moved):
    """By hand: 521977/1487787 of Jianggan and 247173/2258872 of Xiaoshan; means by residents."""
    towns = table.measures["towns"]
    jianggan, xiaoshan = towns[OLD.index("330104")], towns[OLD.index("330109")]
    want = jianggan * 521977 / 1487787 + xiaoshan * 247173 / 2258872
    at = moved.units.index("330114")
    assert moved.measures["towns"][at] == pytest.approx(want, rel=1e-12)
    j = table.indicators.index("E01")
    values, se = (x[[OLD.index("330104"), OLD.index("330109")], j] for x in (table.values, table.se))
    weights = np.array([521977, 247173]) / 769150
    assert moved.values[at, j] == pytest.approx(weights @ values, rel=1e-12)
    assert moved.se[at, j] == pytest.approx(np.sqrt(((weights * se) ** 2).sum()), rel=1e-12)


def test_ratios_are_computed_anew(table, moved):
    """By hand: A07 is empowered towns over towns, of the sums."""
    pair = [OLD.index("330103"), OLD.index("330105")]
    want = table.measures["towns_empowered"][pair].sum() / table.measures["towns"][pair].sum() * 100
    assert moved.select(["A07"])[moved.units.index("330105"), 0] == pytest.approx(want, rel=1e-12)


def test_what_is_shared_out_says_so(moved):
    """Apportioned and merged values carry a remark; distinct counts are missing with the reason; others have none."""
    assert moved.flags["330113", "E01"][0] == ("按比例分摊：原330110×0.4894", "apportioned: former 330110×0.4894")
    assert moved.flags["330105", "E01"][0][0].startswith("合并：")
    assert np.isnan(moved.select(["A01"])[moved.units.index("330105"), 0])
    assert "distinct" in moved.flags["330105", "A01"][0][1]
    assert not any(unit == "330421" and "apportioned" in str(words) for (unit, _), words in moved.flags.items())
    assert moved.origin[moved.units.index("330113"), moved.indicators.index("E01")] == "carried"
    assert moved.notices[-1][1].endswith("0 renamed, 1 merged, 5 apportioned")


def test_a_unit_without_a_change_keeps_every_bit(table, moved):
    at = moved.units.index("330421")
    assert np.array_equal(moved.values[at], table.values[OLD.index("330421")], equal_nan=True)


def test_halves_of_a_unit_share_its_error(edition, shipped):
    """Identity: two parts of one estimate are that estimate: their errors are one, so their covariance its variance."""
    source = read_one(edition, yt.load_dataset("zhejiang-2022-simulated"), "2022")
    at = source.units.index("330110")
    table = replace(source.take([at]), period="2020")
    assert table.covariance is not None
    with_qian = carried(table, edition, shipped, BEFORE, AFTER)
    dense = with_qian.covariance.dense()
    k = len(with_qian.covariance.indicators)
    assert with_qian.units == ("330110", "330113")
    assert dense[:k, :k] == pytest.approx(table.covariance.blocks[0], abs=1e-9)
    assert dense[:k, k:] == pytest.approx(table.covariance.blocks[0], abs=1e-9)


def test_a_rename_changes_no_score(edition, source):
    """Identity: Lin'an and Fuyang under their old codes score to the bit as under the new ones."""
    names = {"330111": "330183", "330112": "330185"}
    new = pd.concat([frame_of(source, ["330111", "330112", "330421"], period, 3) for period in ("2013", "2022")])
    old = new.copy()
    early = old["period"] == "2013"
    old.loc[early, "unit"] = old.loc[early, "unit"].replace(names)
    assert set(old.loc[early, "unit"]) == {"330183", "330185", "330421"}
    plain = yt.panel(edition, new, unit_changes="none").boards["2013"]
    followed = yt.panel(edition, old).boards["2013"]
    assert set(followed.table.units) == {"330111", "330112", "330421"}
    order = [followed.table.units.index(unit) for unit in plain.table.units]
    assert np.array_equal(followed.total[order], plain.total, equal_nan=True)
    assert np.array_equal(followed.points[order], plain.points, equal_nan=True)
    assert yt.panel(edition, old).change().units == ("330111", "330112", "330421")


def test_chains_of_changes():
    """By hand: 1 becomes 2 in 2014; 2 is split 1:3 in 2017; its larger half joins 9 in 2021."""
    changes = UnitChanges(changes_from([
        row("2014-01-01"),
        row("2017-01-01", "split", "2", "2", "1/4", "乙", "乙"), row("2017-01-01", "split", "2", "3", "3/4"),
        row("2021-01-01", "merge", "3", "9"),
    ]))  # fmt: skip
    found = changes.parts(["1", "9"], dt.date(2013, 12, 31), dt.date(2021, 12, 31))
    assert {unit: {part.unit: part.share for part in parts} for unit, parts in found.items()} == {
        "2": {"1": Fraction(1, 4)}, "9": {"1": Fraction(3, 4), "9": Fraction(1)},
    }  # fmt: skip
    middle = changes.parts(["1", "9"], dt.date(2013, 12, 31), dt.date(2018, 1, 1))
    assert set(middle) == {"2", "3", "9"}


def test_a_missing_part_makes_the_whole_missing(edition, source, shipped):
    """A merged unit of which one part sent nothing has no total: a part is not the whole."""
    table = read_one(edition, frame_of(source, ["330105", "330421"], "2020"), "2020")
    found = carried(table, edition, shipped, BEFORE, AFTER)
    assert np.isnan(found.measures["towns"][found.units.index("330105")])
    assert "no data" in found.flags["330105", "E01"][0][1]


def test_quarters(shipped, edition, source):
    """The first quarter of 2021 ends before the change, the second after it."""
    old = read_one(edition, frame_of(source, OLD, "2021Q1"), "2021Q1")
    new = read_one(edition, frame_of(source, NEW, "2021Q2"), "2021Q2")
    panel = yt.panel(edition, pd.concat([frame_of(source, OLD, "2021Q1"), frame_of(source, NEW, "2021Q2")]))
    assert panel.periods == ("2021Q1", "2021Q2")
    assert set(panel.boards["2021Q1"].table.units) == set(NEW)
    assert told_on(old, shipped) == dt.date(2021, 3, 31) and told_on(new, shipped) == dt.date(2021, 6, 30)
    assert panel.convergence("E01").sigma.periods.tolist() == [2021.25, 2021.5]


def test_a_year_still_told_in_the_old_units(shipped, edition, source):
    """A table of 2021 with Xiacheng and without Qiantang stands in the units of the day before the change."""
    table = read_one(edition, frame_of(source, OLD, "2021"), "2021")
    assert told_on(table, shipped) == dt.date(2021, 4, 8)
    assert set(follow([table], edition, shipped, dt.date(2021, 12, 31))[0].units) == set(NEW)


def test_the_year_before_is_told_in_the_same_units(edition, source):
    """By hand: the change over a year of new Gongshu compares with old Gongshu and Xiacheng together."""
    data = pd.concat([frame_of(source, OLD, "2020"), frame_of(source, NEW, "2021")])
    table = yt.read_table(edition, data, "2021")
    old = data[data["period"] == "2020"].set_index("unit")
    for code in table.background.before:
        if edition.measures[code].sums == "sum":
            want = old.loc[["330103", "330105"], code].sum()
            assert table.background.before[code][table.units.index("330105")] == pytest.approx(want)
            break
    else:
        pytest.fail("no measure of the year before is summed")
    changes = [c for c, f in table.background.formulas.items() if f.kind == "yoy_change"]
    assert changes
    for code in changes:  # all numbers of both years are those of the same rows, so nothing changed where all are known
        at = table.units.index("330421")
        j = table.indicators.index(code)
        assert table.values[at, j] == pytest.approx(0.0, abs=1e-9) or np.isnan(table.values[at, j])


def test_a_year_before_on_the_new_units_already(edition, source):
    """Data that were told anew stay as they are: the same codes, so the same area, in both years."""
    data = pd.concat([frame_of(source, NEW, "2020"), frame_of(source, NEW, "2021")])
    followed = yt.read_table(edition, data, "2021")
    plain = yt.read_table(with_changes(edition, {"unit_changes": "none"}), data, "2021")
    assert np.array_equal(followed.values, plain.values, equal_nan=True)


def test_the_day_in_whose_units(edition, source):
    """`units_of` may be a period or a day; all told in the units of 2020 keep Xiacheng."""
    data = pd.concat([frame_of(source, OLD, period) for period in ("2019", "2020")])
    assert set(yt.panel(edition, data).boards["2019"].table.units) == set(OLD)
    assert set(yt.panel(edition, data, units_of="2021").boards["2019"].table.units) == set(NEW)
    assert day_of(dt.date(2020, 1, 1)) == dt.date(2020, 1, 1)


# Rules of measures.


@pytest.mark.parametrize(
    ("rule", "values", "want"),
    [
        ("sum", [4.0, 8.0], 12.0),
        ("same", [4.0, 4.0], 4.0),
        ("same", [4.0, 8.0], np.nan),
        ("max", [4.0, 8.0], 8.0),
        ("mean", [4.0, 8.0], (4 * 485849 + 8 * 635136) / 1120985),
        ("no", [4.0, 8.0], np.nan),
        ("sum", [4.0, np.nan], np.nan),
    ],
)
def test_rules_by_hand(edition, shipped, rule, values, want):
    """By hand: Xiacheng and Gongshu, weighted by 485,849 and 635,136 residents where it is a mean."""
    measures = dict(edition.measures)
    measures["towns"] = measures["towns"].model_copy(update={"sums": rule})
    changed = replace(edition, measures=measures)
    frame = pd.DataFrame({"unit": ["330103", "330105"], "towns": values, "towns_empowered": [1, 2]})
    table = yt.read_table(changed, frame)
    found = carried(table, changed, shipped, BEFORE, AFTER)
    assert found.units == ("330105",)
    assert found.measures["towns"].tolist() == pytest.approx([want], nan_ok=True)


# Bad tables, one a fault.


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([row(date="9 April 2021")], "unit-change-value"),
        ([row(kind="vanish")], "unit-change-value"),
        ([row(share="0")], "unit-change-value"),
        ([row(share="1.2")], "unit-change-value"),
        ([row(share="1/0")], "unit-change-value"),
        ([row(old="")], "unit-change-value"),
        ([row(kind="split", share="0.5"), row(kind="split", new="3", share="0.4")], "unit-change-shares"),
        ([row(kind="split", share="0.5"), row(kind="split", share="0.5")], "unit-change-twice"),
        ([row(kind="split", share="0.5"), row(kind="merge", new="3", share="0.5")], "unit-change-kinds"),
        ([row(share="0.5"), row(new="3", share="0.5")], "unit-change-form"),
        ([row(new="1", new_name="甲")], "unit-change-form"),
        ([row(kind="split")], "unit-change-form"),
        ([row(kind="transfer", share="0.5"), row(kind="transfer", new="3", share="0.5")], "unit-change-form"),
        ([row(), row(old="2", new="1")], "unit-change-cycle"),
        ([row(), row(old="2", new="3"), row(old="3", new="1")], "unit-change-cycle"),
    ],
)
def test_bad_tables(rows, code):
    with pytest.raises(yt.InputError) as error:
        changes_from(rows)
    assert [fault.code for fault in error.value.faults] == [code]
    for lang in ("zh", "en"):
        assert error.value.faults[0].text(lang)


def test_sizes_must_go_with_shares():
    frame = pd.DataFrame([dict(zip(COLUMNS, (*row(kind="split", new=n, share="1/2"), ""), strict=True)) for n in "23"])
    with pytest.raises(yt.InputError) as error:
        checked_changes(from_frame(frame.assign(size=["10", "30"])))
    assert [fault.code for fault in error.value.faults] == ["unit-change-sizes"]


def test_all_faults_of_a_table_together():
    with pytest.raises(yt.InputError) as error:
        changes_from([row(date="x", share="y"), row(old="5", kind="split", share="0.5", new="6")])
    assert [f.code for f in error.value.faults] == ["unit-change-value", "unit-change-value", "unit-change-shares"]


def test_columns_must_be_there():
    with pytest.raises(yt.InputError) as error:
        yt.panel("zhejiang-2022", unit_changes="zhejiang-former-names")
    assert [fault.code for fault in error.value.faults] == ["unit-changes-columns"]


def test_an_unknown_dataset():
    with pytest.raises(yt.InputError) as error:
        yt.panel("zhejiang-2022", unit_changes="nowhere")
    assert [fault.code for fault in error.value.faults] == ["unknown-dataset"]


# Bad data, one a fault.


def faults_of(*args, **options):
    with pytest.raises(yt.InputError) as error:
        yt.panel(*args, **options)
    for fault in error.value.faults:
        assert fault.text("zh") and fault.text("en")
    return [(fault.code, fault.details.get("name")) for fault in error.value.faults]


def test_units_that_ended(edition, source):
    data = pd.concat([frame_of(source, [*NEW, "330104", "330103"], "2022"), frame_of(source, NEW, "2023")])
    assert faults_of(edition, data) == [("unit-ended", "330104"), ("unit-ended", "330103")]


def test_units_that_are_not_there_yet(edition, source):
    data = pd.concat([frame_of(source, [*OLD, "330113"], "2020"), frame_of(source, NEW, "2022")])
    assert faults_of(edition, data) == [("unit-not-yet", "330113")]


def test_units_without_a_rule(edition, source):
    data = pd.concat([frame_of(source, [*OLD, "330621", "330227"], "2012"), frame_of(source, NEW, "2022")])
    assert faults_of(edition, data) == [("unit-no-rule", "330621 330621, 330227 330227")]


def test_a_period_without_an_end(edition, source):
    data = pd.concat([frame_of(source, OLD, "wave 1"), frame_of(source, NEW, "2022")])
    assert faults_of(edition, data) == [("unit-changes-period", "wave 1")]


def test_no_way_back(edition, source):
    data = pd.concat([frame_of(source, OLD, "2020"), frame_of(source, NEW, "2022")])
    assert faults_of(edition, data, units_of="2020") == [("unit-changes-backward", "2022")]


def test_units_of_needs_a_table():
    assert faults_of("hdi", units_of="2022") == [("no-effect", "units_of")]
    assert faults_of("zhejiang-2022", units_of="some day")[0][0] == "bad-choice"


# Any table of changes.


@st.composite
def split_tables(draw):
    """Return rows of a day or two on which some of five units go to others by random shares."""
    rows = []
    for date in ("2021-04-09", "2022-07-01"):
        for unit in draw(st.sets(st.sampled_from("abcde"), max_size=3)):
            targets = draw(st.lists(st.sampled_from("abcdexyz"), min_size=2, max_size=4, unique=True))
            weights = draw(st.lists(st.integers(1, 9), min_size=len(targets), max_size=len(targets)))
            rows += [
                row(date, "split", unit, new, f"{weight}/{sum(weights)}")
                for new, weight in zip(targets, weights, strict=True)
            ]
    return rows


@settings(max_examples=60, deadline=None)
@given(split_tables())
def test_nothing_is_lost_and_nothing_is_made(rows):
    """Identity: whatever goes where, the shares of every unit that was there sum to exactly 1 on a later day."""
    if not rows:
        return
    found = UnitChanges(changes_from(rows)).parts("abcde", BEFORE, dt.date(2023, 1, 1))
    totals = dict.fromkeys("abcde", Fraction(0))
    for parts in found.values():
        for part in parts:
            totals[part.unit] += part.share
    assert set(totals.values()) == {Fraction(1)}
