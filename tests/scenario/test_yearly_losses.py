"""Yearly rates at their ends: a loss of all, and growth beyond any number. Authority: the sums written here."""

import pytest

import yitihua as yt


@pytest.mark.parametrize("said", ["-100%/y", "-150%/y", "-999%/y"])
def test_nothing_is_left_after_a_loss_of_all(said):
    found = yt.evaluate("hdi").scenario({"le": said}, ["Norway"], years=2.5).values()
    assert found["value_new"].tolist() == [0.0]


def test_growth_beyond_any_number_is_refused():
    with pytest.raises(yt.InputError):
        yt.evaluate("hdi").scenario({"le": "+99999999%/y"}, ["Norway"], years=100)
