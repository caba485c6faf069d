"""The shipped simulated survey: margins of 90 counties in one call, against each county alone."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from yitihua.errors import InputError
from yitihua.indicators.datasets import load_dataset
from yitihua.surveys.weighting.calibration import calibrate
from yitihua.surveys.weighting.coded import CodedMargins
from yitihua.surveys.weighting.margins import Margins, read_margins
from yitihua.surveys.weighting.matching import match
from yitihua.surveys.weighting.nonresponse import classes_of
from yitihua.surveys.weighting.raking import rake
from yitihua.surveys.weighting.responses import categories
from yitihua.surveys.weighting.steps import Weights
from yitihua.surveys.weighting.trimming import median_limits


@cache
def shipped() -> tuple[pd.DataFrame, pd.DataFrame]:
    return load_dataset("zhejiang-2022-simulated-margins").frame, load_dataset("zhejiang-2022-simulated-citizens").frame


@cache
def answered() -> tuple[Margins, pd.DataFrame, Weights]:
    table, citizens = shipped()
    cell, classes, parent = classes_of(citizens["county"], citizens["stratum"], citizens["age_band"], parents=2)
    start = Weights.start(citizens["weight"], ids=list(citizens["respondent"]))
    weights = start.adjust_nonresponse(
        categories(citizens["disposition"]), cell, classes, parent=parent, minimum=10, e="overall"
    )
    return read_margins(table, survey="citizens"), citizens, weights


@cache
def merged() -> CodedMargins:
    margins, citizens, weights = answered()
    return match(margins, citizens, weights.final, minimum=5)


def test_an_empty_cell_is_refused_by_name_and_mended_by_merging() -> None:
    margins, citizens, weights = answered()
    with pytest.raises(InputError, match="no respondent") as caught:
        match(margins, citizens, weights.final)
    assert [fault.key for fault in caught.value.faults] == ["age_sex = 2-2 (330213)"]
    note = merged().notes[0]
    # The youngest women join women of the next age, not the oldest men who stand beside them in the table.
    assert (note.key, note.details["into"]) == ("age_sex = 2-2 (330213)", "age_sex = 3-2 (330213)")


def test_all_counties_at_once_are_each_county_alone() -> None:
    _, citizens, weights = answered()
    coded, start = merged(), weights.final
    raked, newton = (start * found.factor for found in (rake(start, coded), calibrate(start, coded, "raking")))
    bounded = start * calibrate(start, coded, "logit", bounds=(0.2, 5.0)).factor
    np.testing.assert_allclose(raked, newton, rtol=1e-8)
    county = citizens["county"].to_numpy()
    for margin in coded.margins:
        reached = np.bincount(margin.codes, raked, margin.totals.size).reshape(margin.totals.shape)
        np.testing.assert_allclose(reached, margin.totals, rtol=1e-9)
    for g in (0, 17, 53, 89):
        rows = county == coded.margins[0].groups[g]
        codes = {m.name: m.codes[rows] % len(m.levels) for m in coded.margins}
        alone = CodedMargins.of(codes, {m.name: m.totals[g] for m in coded.margins})
        np.testing.assert_allclose(raked[rows], start[rows] * rake(start[rows], alone).factor, rtol=1e-9)
        own = calibrate(start[rows], alone, "logit", bounds=(0.2, 5.0))
        np.testing.assert_allclose(bounded[rows], start[rows] * own.factor, rtol=1e-9)


def test_the_whole_path_of_a_survey() -> None:
    _, citizens, weights = answered()
    county = pd.factorize(citizens["county"])[0]
    raked = weights.rake(merged())
    lower, upper = median_limits(raked.final, 0.0, 4.0, county)
    done = raked.trim(lower, upper, within=county, margins=merged())
    assert done.final.sum() == pytest.approx(55_885_198, rel=1e-9)
    assert np.all(done.final <= upper * (1 + 2e-6))
    assert done.effect().deff[0] < raked.effect().deff[0]
    effect = done.effect(county)
    assert effect.n.sum() == (done.final > 0).sum() == 14_335
    summary = done.summary
    assert list(summary["step"]) == ["base", "non-response", "rake", "trim"]
    assert done.frame.index[0] == "C330102-001"
    assert done.frame.loc[citizens.loc[citizens["disposition"] == "not reached", "respondent"], "weight"].eq(0).all()
    assert len(done.projections()) == 2


def test_impossible_limits_are_refused_with_the_rows() -> None:
    _, citizens, weights = answered()
    county = pd.factorize(citizens["county"])[0]
    raked = weights.rake(merged())
    lower, upper = median_limits(raked.final, 0.0, 2.5, county)
    with pytest.raises(InputError, match=r"after 5 rounds of trimming and raking .* rows"):
        raked.trim(lower, upper, within=county, margins=merged(), cycles=5)


def test_the_province_and_its_counties_together() -> None:
    """A margin of the whole beside margins by county: solved as one system, and met."""
    _, citizens, weights = answered()
    table, _ = shipped()
    ages = table[(table["survey"] == "citizens") & (table["variable"] == "age_sex")]
    by_age = ages.assign(level=ages["level"].str[0]).groupby("level")["total"].sum().reset_index()
    whole = by_age.assign(variable="age_band", county="", survey="citizens")
    areas = table[(table["survey"] == "citizens") & (table["variable"] == "area")]
    coded = match(read_margins(pd.concat([areas, whole])), citizens, weights.final)
    assert [len(m.groups) for m in coded.margins] == [90, 1]
    assert coded.groups == 1
    for found in (rake(weights.final, coded), calibrate(weights.final, coded, "raking")):
        for margin in coded.margins:
            reached = np.bincount(margin.codes, weights.final * found.factor, margin.totals.size)
            np.testing.assert_allclose(reached, margin.totals.ravel(), rtol=1e-8)


def test_enterprises_by_size_and_sector() -> None:
    table, _ = shipped()
    firms = load_dataset("zhejiang-2022-simulated-enterprises").frame
    category = categories(firms["disposition"])
    margins = read_margins(table, survey="enterprises")
    weight = np.where(category <= 1, firms["weight"], 0.0)
    # A sector without any respondent has no kin to merge with: it is refused, with its people and its county.
    with pytest.raises(InputError, match="the population is 6146, but there is no respondent") as caught:
        match(margins, firms, weight, minimum=1)
    assert [fault.key for fault in caught.value.faults] == ["size_sector = 4-7 (330602)"]
    there = (firms["county"] != "330602").to_numpy()
    counties = [county for county in margins.margins[0].groups if county != "330602"]
    coded = match(margins.only(counties=counties), firms[there].reset_index(drop=True), weight[there], minimum=1)
    total = 9_672_969 - table.query("survey == 'enterprises' and county == '330602'")["total"].sum()
    assert coded.margins[0].totals.sum() == pytest.approx(total)
    found = Weights.start(weight[there], zero=True).poststratify(coded)
    assert found.final.sum() == pytest.approx(total)


def test_counties_that_do_not_match_are_named() -> None:
    margins, citizens, weights = answered()
    moved = citizens.assign(county=citizens["county"].replace({"330102": "330199"}))
    with pytest.raises(InputError) as caught:
        match(margins, moved, weights.final, minimum=5)
    keys = {(fault.code, fault.key) for fault in caught.value.faults}
    assert ("margin-county-unknown", "county") in keys
    assert ("margin-county-empty", "county = 330102") in keys
    surveyed = [c for c in margins.margins[0].groups if c != "330102"]
    match(margins.only(counties=surveyed), moved[moved["county"] != "330199"].reset_index(drop=True),
          weights.final[(moved["county"] != "330199").to_numpy()], minimum=5)  # fmt: skip
