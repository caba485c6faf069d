"""A table of respondents leaves only where each is one of k; identifiers never leave."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yitihua.indicators.datasets import load_dataset
from yitihua.surveys.privacy.anonymity import anonymity, check_release


def people(count: int = 40) -> pd.DataFrame:
    return pd.DataFrame({"county": ["330102"] * count, "sex": [1, 2] * (count // 2), "score": np.arange(count) % 3})


def test_by_hand():
    frame = people()
    frame.loc[0, "county"] = "330105"
    frame.loc[[1, 3], "county"] = "330106"
    found = anonymity(frame, ["county", "sex"], k=10, sensitive=["score"])
    # Groups: (330102, 1) 19, (330102, 2) 18, (330105, 1) 1, (330106, 2) 2.
    assert (found.smallest, found.unique, found.below, found.sizes) == (1, 1, 3, {1: 1, 2: 1})
    assert found.diversity == {"score": 1}
    assert not found.holds
    assert "330105" not in found.text() + found.text("zh")
    assert "其中唯一者1人" in found.text("zh")
    assert "1 of them unique" in found.text("en")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([1, 2, None])), min_size=1, max_size=60))
def test_same_as_counting(rows):
    """Identity with pandas' own count of rows alike; an empty cell is a value of its own."""
    frame = pd.DataFrame(rows, columns=["x", "y"])
    sizes = frame.groupby(["x", "y"], dropna=False)["x"].transform("size")
    found = anonymity(frame, ["x", "y"], k=5)
    assert (found.smallest, found.unique, found.below) == (sizes.min(), (sizes == 1).sum(), (sizes < 5).sum())


def test_release(refused):
    frame = people()
    assert check_release(frame, ["county", "sex"]).holds
    frame.loc[0, "county"] = "330105"
    (fault,) = refused(check_release, frame, ["county", "sex"])
    assert (fault.code, fault.details["found"], fault.details["unique"]) == ("release-small-cells", "1", "1")
    assert "330105" not in fault.text()
    assert not check_release(frame, ["county", "sex"], despite="data room, agreement 12").holds
    assert check_release(frame, ["county", "sex"], k=2, despite=" x").below == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("note", "13800138000"),
        ("note", 13800138000),
        ("note", "a@b.cn"),
        ("姓名", "张三"),
        ("note", "11010519491231002X"),
    ],
)
def test_no_reason_lets_identifiers_leave(refused, column, value):
    frame = people()
    frame[column] = value
    (fault,) = refused(check_release, frame, ["sex"], despite="a very good reason")
    assert (fault.code, fault.cell) == ("release-personal", "D1")
    assert str(value) not in fault.text()


def test_unknown_column(refused):
    (fault,) = refused(check_release, people(), ["county", "age"])
    assert fault.code == "release-column"


def test_the_shipped_answers_would_not_leave_by_county_and_demography(refused):
    frame = load_dataset("zhejiang-2022-simulated-citizens").frame
    quasi = ["county", "age_band", "sex", "area", "education"]
    (fault,) = refused(check_release, frame.drop(columns=["device"]), quasi)
    assert int(fault.details["unique"]) > 100
    assert check_release(frame.drop(columns=["device"]), ["age_band", "sex"]).holds


def test_an_empty_table():
    found = anonymity(people().head(0), ["sex"])
    assert (found.smallest, found.below, found.holds) == (0, 0, True)
