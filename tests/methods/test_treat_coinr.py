"""Treatment under many limits, on ASEM's imputed data, against COINr's steps written out.

The steps themselves are checked against COINr 1.1.14's own treated stage, at its default limits.
"""

from __future__ import annotations

import coinr_steps as coinr
import numpy as np
import pytest
from scipy import stats

import yitihua as yt
from yitihua.index.recipe import Recipe
from yitihua.index.treat import is_outlying, winsor_limits

CODES = list(yt.evaluate("asem").recipe.codes)
IMPUTED = coinr.stage("asem_3_imputed.csv", CODES)
SECOND = {
    "none": None,
    "log_ct": coinr.log_ct,
    "log_ct_plus": coinr.log_ct_plus,
    "log_ct_orig": coinr.log_ct_orig,
    "boxcox": lambda x: coinr.boxcox(x, 0.3),
}
LIMITS = [(2.0, 3.5), (1.5, 2.5), (1.0, 1.0), (2.25, 3.5), (0.5, 0.1)]


def close(found: np.ndarray, expected: np.ndarray) -> None:
    for j, code in enumerate(CODES):
        np.testing.assert_allclose(found[:, j], expected[:, j], rtol=1e-9, atol=1e-9, err_msg=code)


def test_the_steps_give_what_coinr_gave() -> None:
    """asem_4_treated.csv: COINr 1.1.14 at |skew| 2, kurtosis 3.5, winmax 5, then log_CT."""
    close(
        np.column_stack([coinr.treat_numeric(column) for column in IMPUTED.T]),
        coinr.stage("asem_4_treated.csv", CODES),
    )


@pytest.mark.parametrize(("skew", "kurtosis"), LIMITS)
@pytest.mark.parametrize("most", [0, 1, 2, 5, 10])
def test_winsorising_stops_where_coinr_stops(skew: float, kurtosis: float, most: int) -> None:
    """R/treat.R, winsorise: same values, and the same number of points at each end."""
    for column, code in zip(IMPUTED.T, CODES, strict=True):
        expected, points, marks = coinr.winsorise(column, most, skew, kurtosis)
        lower, upper, passed = winsor_limits(column, skew, kurtosis, most)
        np.testing.assert_array_equal(np.clip(column, lower, upper), expected, err_msg=code)
        assert (column > upper).sum() == marks.count("winhi")
        assert (column < lower).sum() == marks.count("winlo")
        assert (column != expected).sum() == points
        assert passed == coinr.check_skew_kurt(expected, skew, kurtosis)


@pytest.mark.parametrize("most", [3, 8])
@pytest.mark.parametrize("seed", range(8))
def test_ties_count_one_each(seed: int, most: int) -> None:
    """Rounded heavy tails: several units share the largest value, and all of them count (nwin)."""
    column = np.round(np.random.default_rng(seed).lognormal(0, 1.3, 60), 0)
    expected, points, _ = coinr.winsorise(column, most, 1.0, 1.0)
    lower, upper, _ = winsor_limits(column, 1.0, 1.0, most)
    np.testing.assert_array_equal(np.clip(column, lower, upper), expected)
    assert ((column > upper) | (column < lower)).sum() == points


def test_a_tie_carries_the_count_beyond_the_limit() -> None:
    """By hand: 3 units at 900 are winsorised in one step, so a limit of 2 allows no second."""
    x = np.concatenate([np.arange(40.0), [200.0, 900.0, 900.0, 900.0]])
    assert winsor_limits(x, 0.1, 0.1, 2)[1] == 200.0
    assert winsor_limits(x, 0.1, 0.1, 3)[1] == 200.0
    assert winsor_limits(x, 0.1, 0.1, 4)[1] < 200.0


@pytest.mark.parametrize("most", [2, 5, 9, None])
def test_forced_winsorising_and_no_limit(most: int | None) -> None:
    """R/treat.R, winsorise with force_win = TRUE, and winmax = NULL."""
    for column in IMPUTED.T:
        if most is None:
            expected, _, _ = coinr.winsorise(column, None, 1.0, 1.0)
            lower, upper, _ = winsor_limits(column, 1.0, 1.0, None)
        elif np.unique(column).size > 12:  # fewer values may run out, where COINr fails
            expected, _, _ = coinr.winsorise(column, most, 2, 3.5, force_win=True)
            lower, upper, _ = winsor_limits(column, most=most, force=True)
        else:
            continue
        np.testing.assert_array_equal(np.clip(column, lower, upper), expected)


def test_forcing_stops_before_a_column_is_emptied() -> None:
    lower, upper, passed = winsor_limits(np.array([1.0, 2.0, 2.0, 3.0]), most=None, force=True)
    assert lower == upper
    assert not passed


def test_a_column_on_a_limit_is_outlying() -> None:
    """check_SkewKurt passes with <, so what equals both limits does not pass."""
    x = np.append(np.arange(20.0), 90.0)
    skew, kurtosis = stats.skew(x, bias=False), stats.kurtosis(x, bias=False)
    exact = float(coinr.skew(x)), float(coinr.kurt(x))
    np.testing.assert_allclose(exact, (skew, kurtosis), rtol=1e-12)
    from yitihua.index.treat import kurtosis as ours_kurtosis
    from yitihua.index.treat import skewness as ours_skewness

    at = float(ours_skewness(x[:, None])[0]), float(ours_kurtosis(x[:, None])[0])
    assert is_outlying(x[:, None], *at)[0]
    assert not is_outlying(x[:, None], np.nextafter(at[0], 99), at[1])[0]
    assert not is_outlying(x[:, None], at[0], np.nextafter(at[1], 99))[0]


@pytest.mark.parametrize(("skew", "kurtosis"), LIMITS[:3])
@pytest.mark.parametrize("most", [2, 5, 10])
@pytest.mark.parametrize("then", SECOND)
@pytest.mark.parametrize("combine", [False, True])
def test_an_index_is_treated_as_coinr_does(skew: float, kurtosis: float, most: int, then: str, combine: bool) -> None:
    """R/treat.R, Treat.numeric with f2 and combine_treat."""
    if combine and then == "none":
        return
    rule = {"method": "winsorise", "skew": skew, "kurtosis": kurtosis, "max_winsorised": most, "then": then}
    rule |= {"lambda": 0.3} if then == "boxcox" else {}
    rule |= {"combine": True} if combine else {}
    found = yt.evaluate("asem", treat=rule).treated
    steps = [
        coinr.treat_numeric(column, most, skew, kurtosis, f2=SECOND[then], combine_treat=combine)
        for column in IMPUTED.T
    ]
    close(found, np.column_stack(steps))


def test_limits_to_stop_at_and_forced_points() -> None:
    """f1_para apart from f_pass_para, and force_win: winsorised on to winmax, but only what is outlying."""
    rule = {"method": "winsorise", "winsorise_skew": 1.0, "winsorise_kurtosis": 1.0, "then": "log_ct"}
    found = yt.evaluate("asem", treat=rule).treated
    close(found, np.column_stack([coinr.treat_numeric(c, f1_thresh=(1.0, 1.0)) for c in IMPUTED.T]))
    rule = {"method": "winsorise", "force_winsorise": True, "then": "log_ct", "max_winsorised": 4}
    found = yt.evaluate("asem", treat=rule).treated
    close(found, np.column_stack([coinr.treat_numeric(c, 4, force_win=True) for c in IMPUTED.T]))


@pytest.mark.parametrize(("skew", "kurtosis"), LIMITS)
@pytest.mark.parametrize("most", [2, 5, 10])
def test_winsorise_log_is_the_same_rule(skew: float, kurtosis: float, most: int) -> None:
    """qTreat(winmax, skew_thresh, kurt_thresh): the older name of winsorise with then = log_ct."""
    rule = {"skew": skew, "kurtosis": kurtosis, "max_winsorised": most}
    old = yt.evaluate("asem", treat={"method": "winsorise_log", **rule})
    new = yt.evaluate("asem", treat={"method": "winsorise", "then": "log_ct", **rule})
    np.testing.assert_array_equal(old.treated, new.treated)
    np.testing.assert_array_equal(old.winsorised, new.winsorised)
    close(new.treated, np.column_stack([coinr.treat_numeric(c, most, skew, kurtosis) for c in IMPUTED.T]))


@pytest.mark.parametrize("name", ["log_ct", "log_ct_plus", "log_ct_orig", "boxcox"])
@pytest.mark.parametrize("when", ["always", "outlying"])
def test_a_curve_on_every_column_or_on_the_outlying(name: str, when: str) -> None:
    """f1 = the curve, f2 = NULL; and the curve alone."""
    rule = {"method": name, "when": when} | ({"lambda": 0.3} if name == "boxcox" else {})
    found = yt.evaluate("asem", treat=rule).treated
    steps = [
        c if when == "outlying" and coinr.check_skew_kurt(c) else np.asarray(SECOND[name](c))  # type: ignore[misc]
        for c in IMPUTED.T
    ]
    close(found, np.column_stack(steps))


def test_log_gii_is_what_the_gii_computed() -> None:
    """The x1 of R/treat.R, log_GII, on the columns whose largest value is above 1."""
    able = [code for code, column in zip(CODES, IMPUTED.T, strict=True) if column.max() > 1]
    rule = {"method": "none", "indicators": {code: {"method": "log_gii"} for code in able}}
    found = yt.evaluate("asem", treat=rule).treated
    assert len(able) > 20
    for j, code in enumerate(CODES):
        expected = coinr.log_gii(IMPUTED[:, j]) if code in able else IMPUTED[:, j]
        np.testing.assert_allclose(found[:, j], expected, rtol=1e-9, atol=1e-9, err_msg=code)
    with pytest.raises(yt.InputError) as caught:
        yt.evaluate("asem", treat="log_gii")
    assert {fault.code for fault in caught.value.faults} == {"log-gii-max"}


@pytest.mark.parametrize(
    "rule",
    [
        {"method": "winsorise", "then": "boxcox", "combine": True, "skew": 1.0, "kurtosis": 1.0},
        {"method": "winsorise", "then": "log_ct_plus"},
        {"method": "asinh", "asinh_scale": 3.0},
        {"method": "boxcox"},
        {"method": "winsorise", "then": "asinh", "force_winsorise": True},
    ],
)
def test_recipes_survive_json_and_score_the_same(rule: dict) -> None:
    board = yt.evaluate("asem", treat=rule)
    again = Recipe.from_json(board.recipe.to_json())
    assert again == board.recipe
    np.testing.assert_array_equal(yt.apply(board.table, again).total, board.total)


REFUSED = [
    ({"method": "winsorise", "combine": True}, "does nothing without a second step (then)"),
    ({"method": "winsorise", "lambda": 0.5}, 'does nothing unless then = "boxcox"'),
    ({"method": "winsorise", "then": "boxcox", "asinh_scale": 2.0}, 'does nothing unless then = "asinh"'),
    ({"method": "log_ct", "skew": 1.5}, 'does nothing unless when = "outlying"'),
]


@pytest.mark.parametrize(("rule", "reason"), REFUSED)
def test_settings_that_would_do_nothing_are_refused(rule: dict, reason: str) -> None:
    with pytest.raises(yt.InputError) as caught:
        yt.evaluate("asem", treat=rule)
    assert [(fault.code, fault.details["reason"]) for fault in caught.value.faults] == [("bad-value", reason)]
    assert "无效" in caught.value.faults[0].text("zh") or "有效" in caught.value.faults[0].text("zh")
