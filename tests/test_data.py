"""Every dataset has a passport that tells the truth."""

from __future__ import annotations

import pytest

import yitihua as yt
from yitihua.definitions.passport import dataset_names, sha256_of
from yitihua.definitions.resolver import shipped_root

DATA = shipped_root() / "data"


def test_every_folder_of_data_has_a_passport() -> None:
    folders = {path.name for path in DATA.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == set(dataset_names())
    assert len(folders) >= 9


@pytest.mark.parametrize("name", dataset_names())
def test_passport_is_complete_and_true(name: str) -> None:
    dataset = yt.load_dataset(name)
    passport = dataset.passport
    path = DATA / name / passport.file.name
    assert sha256_of(path) == passport.file.sha256
    header = list(dataset.raw.columns)
    assert list(passport.columns) == header
    assert all(column.unit for column in passport.columns.values())
    if passport.faults:  # a set that is spoilt on purpose: see test_simulate.py
        return
    assert dataset.frame.shape == (len(dataset.raw), len(header))
    if passport.file.layout != "reference":
        assert passport.dataset.edition in yt.edition_names()
        assert yt.read_table(yt.load_edition(passport.dataset.edition), dataset, _a_period(dataset)).units


def _a_period(dataset: yt.Dataset) -> str | None:
    periods = {column.period for column in dataset.passport.columns.values() if column.period}
    if "period" in dataset.raw.columns and dataset.name.endswith("quarters"):
        periods = set(dataset.raw.text("period"))
    return max(periods) if periods else None


def test_what_is_simulated_is_called_so_everywhere() -> None:
    for name in dataset_names():
        info = yt.load_dataset(name).passport.dataset
        assert info.simulated == ("simulated" in name and info.origin == "simulated")
        if info.simulated:
            assert "模拟" in info.title.zh
            assert "SIMULATED" in info.title.en
            assert "simulated" in yt.load_dataset(name).passport.file.name


def test_ninety_counties() -> None:
    """90 = 37 districts + 20 county-level cities + 32 counties + 1 autonomous county; 2020 census total."""
    counties = yt.load_dataset("zhejiang-counties").frame
    assert counties["type"].value_counts().to_dict() == {"市辖区": 37, "县": 32, "县级市": 20, "自治县": 1}
    assert counties["pop_2020"].sum() == 64_567_588
    assert counties["code"].is_unique


def test_simulated_counties_are_the_ninety() -> None:
    table = yt.read_table(yt.load_edition("zhejiang-2022"))
    assert table.simulated
    assert sorted(table.units) == sorted(yt.load_dataset("zhejiang-counties").frame["code"])
    assert table.values.shape == (90, 51)


def test_published_values_follow_from_the_facts() -> None:
    """Recomputed where the row says how: 74/191, 97/156, 41000/(74800+41000), 662/(1270+662), ..."""
    facts = yt.load_dataset("zhejiang-facts").frame.set_index("fact_id")["value"]
    table = yt.load_dataset("zhejiang-2022-published").frame.set_index(["unit", "indicator"])["value"]
    expected = {
        ("330100", "A01"): facts["HZ06"] / facts["HZ05"] * 100,
        ("330100", "A02"): facts["HZ03"] / facts["HZ02"] * 100,
        ("330109", "A02"): facts["XS17"] / facts["XS16"] * 100,
        ("330421", "A02"): facts["JS18"] / (facts["JS18"] + facts["JS21"]) * 100,
        ("330421", "A04"): (facts["JS14"] - facts["JS16"]) / facts["JS14"] * 100,
        ("330100", "A07"): facts["HZ16"] / facts["HZ15"] * 100,
        ("330200", "A07"): facts["NB09"] / facts["NB01"] * 100,
        ("330200", "B03"): facts["NB34"] / (facts["NB33"] + facts["NB34"]) * 100,
        ("330624", "B03"): facts["SX26"] / (facts["SX25"] + facts["SX26"]) * 100,
        ("330200", "C06"): facts["NB40"] / (facts["NB37"] + facts["NB40"]) * 100,
        ("330200", "C07"): (facts["NB37"] + facts["NB40"]) / facts["NB08"],
        ("330421", "B04"): facts["JS25"],
        ("330109", "A08"): facts["XS07"],
        ("330421", "A08"): facts["JS22"],
    }
    for key, value in expected.items():
        assert table[key] == pytest.approx(value, abs=0.0051), key
