"""Bad inputs of weighting: each names column and row, or margin and level, and the mend, in both languages."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from weighting_samples import small

import yitihua.surveys.weighting as room
from yitihua.errors import InputError
from yitihua.messages_weighting import WEIGHTING
from yitihua.surveys.weighting.base import check_weights, from_frame, inverse_probability
from yitihua.surveys.weighting.calibration import calibrate, calibrate_matrix
from yitihua.surveys.weighting.coded import CodedMargins
from yitihua.surveys.weighting.margins import read_margins
from yitihua.surveys.weighting.matching import match, merge_levels
from yitihua.surveys.weighting.poststratify import poststratify
from yitihua.surveys.weighting.raking import rake
from yitihua.surveys.weighting.steps import Weights
from yitihua.surveys.weighting.trimming import trim


def table(*rows: tuple[object, ...], number: str = "total") -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["variable", "level", number])


SEX = [("sex", "F", 60.0), ("sex", "M", 40.0)]
AREA = [("area", "town", 70.0), ("area", "village", 30.0)]
SAMPLE = pd.DataFrame({"sex": ["F", "M", "F", "M"], "area": ["town", "town", "village", "village"]})


def found(call: Any, *arguments: Any, **options: Any) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        call(*arguments, **options)
    for fault in caught.value.faults:
        for language in ("zh", "en"):
            assert "{" not in fault.text(language)
            assert fault.mend(language)
    return [(fault.code, fault.key) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ([1.0, 0.0, 2.0], "weight-zero"), ([1.0, -3.0, 2.0], "weight-negative"), ([1.0, None, 2.0], "weight-missing"),
        ([1.0, np.inf, 2.0], "weight-infinite"), ([1.0, "many", 2.0], "weight-text"), ([], "weight-none"),
    ],
)  # fmt: skip
def test_base_weights(values: list[Any], code: str) -> None:
    with pytest.raises(InputError) as caught:
        Weights.start(values, file="answers.csv")
    (fault,) = caught.value.faults
    assert (fault.code, fault.file, fault.key) == (code, "answers.csv", "weight")
    if values:
        assert fault.details["rows"] == "2"


def test_all_bad_weights_are_told_at_once_by_line() -> None:
    bad = check_weights(np.array([0.0, -1.0, np.nan, 5.0]), column="w", lines=[2, 3, 5, 9])
    assert [(fault.code, fault.details["rows"]) for fault in bad] == [
        ("weight-missing", "5"), ("weight-negative", "3"), ("weight-zero", "2"),
    ]  # fmt: skip
    assert not check_weights(np.array([0.0, 1.0]), zero=True)
    assert [fault.code for fault in check_weights(np.zeros(3), zero=True)] == ["weight-none"]


def test_polars_and_text_columns_are_weights_too() -> None:
    assert Weights.start(["1.5", " 2"]).base.tolist() == [1.5, 2.0]
    assert Weights.start(pd.array([1, 2], dtype="Int64")).base.tolist() == [1.0, 2.0]


def test_probabilities_and_frames() -> None:
    assert found(inverse_probability, np.array([0.5, 50.0]), names=["p1"]) == [("probability-range", "p1")]
    assert found(inverse_probability, np.array([0.5]), np.array([np.nan]))[0][1] == "probability 2"
    stratum = np.array([0, 0, 1])
    assert found(from_frame, stratum, np.array([1.0, 9.0]), np.array([2.0, 1.0]), names=["urban", "rural"]) == [
        ("frame-stratum", "urban")
    ]


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([*SEX, ("area", "town", 70.0), ("area", "village", 31.0)], [("margin-totals-differ", "sex, area")]),
        ([*SEX, ("sex", "F", 1.0)], [("margin-double", "sex = F")]),
        ([("sex", "F", -1.0), ("sex", "M", 40.0)], [("margin-negative", "sex = F")]),
        ([("sex", "F", None), ("sex", "M", 40.0)], [("margin-no-number", "sex = F")]),
        ([("sex", "F", "60%"), ("sex", "M", "40")], [("not-a-number", "total"), ("margin-no-number", "sex = F")]),
        ([("sex", "", 1.0), ("", "M", 2.0)], [("margin-blank", "level"), ("margin-blank", "variable")]),
    ],
)
def test_tables_of_margins(rows: list[tuple[object, ...]], wanted: list[tuple[str, str]]) -> None:
    assert found(read_margins, table(*rows), name="margins.csv") == wanted


def test_a_duplicate_names_both_lines() -> None:
    with pytest.raises(InputError, match="line 4, sex = F: it is there twice, first in line 2"):
        read_margins(table(*SEX, ("sex", "F", 1.0)))


def test_shares_that_do_not_add_up() -> None:
    percent = table(("sex", "F", 60.0), ("sex", "M", 40.0), number="share")
    assert found(read_margins, percent) == [("margin-share-sum", "sex")]
    rounded = table(("age", "a", 0.333), ("age", "b", 0.333), ("age", "c", 0.333), number="share")
    assert found(read_margins, rounded) == [("margin-share-sum", "age")]
    mended = read_margins(rounded, rescale=True)
    assert mended.margins[0].totals.sum() == pytest.approx(1)
    assert [note.code for note in mended.notes] == ["margin-note-shares"]


def test_rescaling_is_noted_and_never_silent() -> None:
    wrong = table(*SEX, ("area", "town", 140.0), ("area", "village", 60.0))
    mended = read_margins(wrong, rescale=True)
    assert mended.margins[1].totals.tolist() == [[70.0, 30.0]]
    (note,) = mended.notes
    assert "scaled to the total of 'sex'" in note.problem("en")
    weights = Weights.start(np.ones(4)).rake(match(mended, SAMPLE, np.ones(4)))
    assert [note.code for note in weights.notes] == ["margin-note-rescaled"]


def test_columns_surveys_and_counties_of_the_table() -> None:
    assert found(read_margins, pd.DataFrame({"varible": ["sex"], "total": [1.0]}))[0] == ("margin-column", "")
    two = table(*SEX, *AREA).assign(survey=["a", "a", "b", "b"])
    assert found(read_margins, two) == [("margin-surveys", "survey")]
    assert found(read_margins, two, survey="c") == [("margin-survey", "survey")]
    assert read_margins(two, survey="b").variables == ("area",)
    mixed = table(*SEX).assign(county=["", "C1"])
    assert found(read_margins, mixed) == [("margin-county-mixed", "sex")]
    half = pd.concat(
        [table(*SEX).assign(county="C1"), table(*AREA).assign(county="C1"), table(*SEX).assign(county="C2")]
    )
    assert found(read_margins, half) == [("margin-county-missing", "area")]
    both = table(*SEX).assign(share=[np.nan, 0.4], total=[60.0, np.nan])
    assert found(read_margins, both) == [("margin-mixed", "sex")]
    assert found(read_margins, table(*SEX).assign(share=0.5))[0] == ("margin-two-numbers", "sex = F")
    assert found(read_margins(table(*SEX)).only, ["sx"]) == [("margin-none", "sx")]


def test_a_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "margins.csv"
    path.write_text("variable,level,total\nsex,F,60\nsex,M,-4\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"margins.csv: line 3, sex = M: the total is negative: -4"):
        read_margins(path)
    assert found(read_margins, tmp_path / "none.csv") == [("file-not-found", "")]


def test_levels_that_do_not_match_on_either_side() -> None:
    margins = read_margins(table(("sex", "female", 60.0), ("sex", "M", 40.0)))
    assert found(match, margins, SAMPLE, np.ones(4)) == [
        ("margin-level-missing", "sex"),
        ("margin-level-unknown", "sex"),
    ]
    with pytest.raises(InputError, match=r"'F' of the sample \(2 respondents\) is missing from the margin"):
        match(margins, SAMPLE, np.ones(4))
    codebook = read_margins(table(*SEX, ("sex", "x", 5.0)))
    assert found(match, codebook, SAMPLE, np.ones(4), levels={"sex": ["F", "M"]})[0] == ("margin-level-unknown", "sex")


def test_empty_cells_missing_values_and_columns() -> None:
    three = read_margins(table(*SEX, ("sex", "other", 5.0)))
    assert found(match, three, SAMPLE, np.ones(4)) == [("margin-empty-cell", "sex = other")]
    # A level whose respondents all have the weight 0 is empty as well.
    assert found(match, read_margins(table(*SEX)), SAMPLE, np.array([1.0, 0, 1, 0])) == [
        ("margin-empty-cell", "sex = M")
    ]
    zero = read_margins(table(("sex", "F", 100.0), ("sex", "M", 0.0)))
    assert found(match, zero, SAMPLE, np.ones(4)) == [("margin-zero", "sex = M")]
    gone = SAMPLE.assign(sex=["F", None, "F", "M"])
    with pytest.raises(InputError, match="sex: 1 respondents with a weight have no value: rows 2"):
        match(read_margins(table(*SEX)), gone, np.ones(4))
    match(read_margins(table(*SEX)), gone, np.array([1.0, 0, 1, 1]))
    assert found(match, read_margins(table(("income", "low", 5.0))), SAMPLE, np.ones(4)) == [
        ("margin-variable-unknown", "income")
    ]
    by_county = read_margins(table(*SEX).assign(county="C1"))
    assert found(match, by_county, SAMPLE, np.ones(4)) == [("margin-sample-column", "")]


def test_crossings_find_their_columns() -> None:
    crossed = read_margins(table(("sex_area", "F-town", 1.0), ("sex_area", "M-town", 2.0),
                                 ("sex_area", "F-village", 3.0), ("sex_area", "M-village", 4.0)))  # fmt: skip
    final = Weights.start(np.ones(4)).poststratify(match(crossed, SAMPLE, np.ones(4))).final
    assert final.tolist() == [1.0, 2.0, 3.0, 4.0]
    named = SAMPLE.rename(columns={"area": "ort"})
    assert found(match, crossed, named, np.ones(4)) == [("margin-variable-unknown", "sex_area")]
    stated = match(crossed, named, np.ones(4), columns={"sex_area": ("sex", "ort")})
    assert stated.margins[0].codes.tolist() == match(crossed, SAMPLE, np.ones(4)).margins[0].codes.tolist()
    # Plain mappings of arrays, and numbers written in another way, are the same sample.
    numbers = read_margins(table(("sex", 1, 60.0), ("sex", 2.0, 40.0)))
    assert match(numbers, {"sex": np.array([1.0, 2.0, np.nan])}, np.array([1.0, 1, 0])).margins[0].levels == ("1", "2")


def codes(**columns: list[int]) -> dict[str, np.ndarray]:
    return {name: np.array(column) for name, column in columns.items()}


#: All of a = 0 are b = 0, but a = 0 is to be larger than b = 0: no weights can do that.
CONTRADICTION = CodedMargins.of(
    codes(a=[0, 1, 1], b=[0, 0, 1]), {"a": np.array([60.0, 40.0]), "b": np.array([50.0, 50.0])},
    {"a": ["young", "old"], "b": ["town", "village"]},
)  # fmt: skip


def test_margins_that_no_weights_can_meet_are_told_from_slow_ones() -> None:
    with pytest.raises(InputError, match="no weights can meet all margins") as caught:
        rake(np.ones(3), CONTRADICTION)
    (fault,) = caught.value.faults
    assert fault.key in {"a = young", "a = old", "b = town", "b = village"}
    assert "a = old, b = town [n = 1" in fault.details["crossing"]
    kept = rake(np.ones(3), CONTRADICTION, on_failure="keep", maxit=50)
    assert not kept.converged
    assert kept.error > 0.1
    assert kept.worst
    step = Weights.start(np.ones(3)).rake(CONTRADICTION, on_failure="keep", maxit=50).steps[0]
    assert (step.converged, step.iterations) == (False, 50)
    slow = CodedMargins.of(codes(a=[0, 0, 1, 1], b=[0, 1, 0, 1]), {"a": np.array([6.0, 4]), "b": np.array([3.0, 7])})
    weight = np.array([1.0, 1e-6, 1e-6, 1.0])
    assert found(rake, weight, slow, maxit=3)[0][0] == "rake-not-converged"
    assert rake(weight, slow).converged


def test_bounds() -> None:
    margins = CodedMargins.of(codes(sex=[0, 1, 1]), {"sex": np.array([50.0, 50.0])}, {"sex": ["F", "M"]})
    start = np.full(3, 20.0)
    for method, bounds in (("logit", (-np.inf, np.inf)), ("linear", (1.1, 2.0)), ("raking", (0.5, 0.9))):
        assert found(calibrate, start, margins, method, bounds=bounds) == [("calibration-bounds", method)]
    for method in ("linear", "raking", "logit"):
        assert found(calibrate, start, margins, method, bounds=(0.5, 2.0)) == [("calibration-infeasible", "sex = F")]
    assert found(calibrate, np.ones(3), CONTRADICTION, "raking")[0][0] == "calibration-infeasible"
    kept = calibrate(start, margins, "linear", bounds=(0.5, 2.0), on_failure="keep")
    assert (kept.converged, kept.worst) == (False, "sex = F")
    # Just wide enough: the only solution has both factors at hand.
    assert calibrate(start, margins, "linear", bounds=(0.5, 2.6)).factor == pytest.approx([2.5, 1.25, 1.25])


def test_contradicting_totals_of_numbers() -> None:
    x = np.column_stack([np.ones(3), np.ones(3)])
    assert (
        found(calibrate_matrix, np.ones(3), x, np.array([3.0, 4.0]), ["one", "two"])[0][0] == "calibration-infeasible"
    )
    bad = np.column_stack([np.ones(3), [1.0, np.nan, 2.0]])
    with pytest.raises(InputError, match="income: 1 respondents with a weight have no finite value: rows 2"):
        calibrate_matrix(np.ones(3), bad, np.array([3.0, 4.0]), ["one", "income"])
    calibrated = calibrate_matrix(np.array([1.0, 0.0, 1.0]), bad, np.array([3.0, 4.0]), ["one", "income"])
    assert calibrated.factor[1] == 1
    assert found(calibrate_matrix, np.ones(3), x, np.array([1.0]), ["one"])[0][0] == "calibration-shape"
    assert found(calibrate_matrix, np.ones(3), x, np.array([1.0, np.nan]), ["one", "two"])[0] == (
        "margin-number",
        "two",
    )


def test_negative_weights_of_linear_calibration_are_noted_and_not_passed_on() -> None:
    x = np.column_stack([np.ones(4), [1.0, 2.0, 3.0, 4.0]])
    weights = Weights.start(np.ones(4)).calibrate_matrix(x, np.array([4.0, 15.0]), ["one", "size"])
    assert weights.final.min() < 0
    assert [note.code for note in weights.notes] == ["weights-note-negative"]
    margins = CodedMargins.of(codes(sex=[0, 0, 1, 1]), {"sex": np.array([2.0, 2.0])})
    assert found(weights.rake, margins) == [("weight-negative", "weight")]


@pytest.mark.parametrize("method", ["linear", "raking", "logit"])
@pytest.mark.parametrize("bounds", [(0.3, 2.4), (0.45, 2.6), (0.52, 2.8)])
def test_bounded_solutions_are_optimal(method: Any, bounds: tuple[float, float]) -> None:
    """Deville & Särndal's conditions: F^-1(g) is a sum over margins inside the bounds, and beyond them outside.

    For raking R's walk fails here (it takes a wrong derivative); the second walk finds the solution.
    """
    sample, _, _, margins = small()
    weight = sample["w"].to_numpy()
    coded = match(margins.only(["age", "sex", "area"]), sample, weight)
    calibrated = calibrate(weight, coded, method, bounds=bounds, epsilon=1e-11)
    assert ("weights-note-second-walk" in [note.code for note in calibrated.notes]) == (method == "raking")
    for margin in coded.margins:
        np.testing.assert_allclose(np.bincount(margin.codes, weight * calibrated.factor), margin.totals[0], rtol=1e-9)
    g, (low, high) = calibrated.factor, bounds
    inside = (g > low + 1e-9) & (g < high - 1e-9)
    slope = (high - low) / ((high - 1) * (1 - low))
    with np.errstate(divide="ignore"):
        u = {
            "linear": g - 1,
            "raking": np.log(g),
            "logit": np.log((g - low) * (high - 1) / ((high - g) * (1 - low))) / slope,
        }
    x = np.column_stack([m.codes[:, None] == np.arange(m.totals.size) for m in coded.margins]).astype(float)
    b = np.linalg.lstsq(x[inside], u[method][inside], rcond=None)[0]
    np.testing.assert_allclose((x @ b)[inside], u[method][inside], atol=1e-7)
    # Levels whose cells are all at a bound leave b free, so only determined cells are asked.
    free = np.linalg.norm(x - x @ np.linalg.pinv(x[inside]) @ x[inside], axis=1) > 1e-9
    assert np.all(
        (x @ b)[(g >= high - 1e-9) & ~free] >= {"linear": high - 1, "raking": np.log(high)}.get(method, np.inf) - 1e-7
    )


def test_weights_and_margins_of_other_rows() -> None:
    margins = CodedMargins.of(codes(sex=[0, 1]), {"sex": np.array([1.0, 1.0])})
    for call in (rake, calibrate, poststratify):
        assert found(call, np.ones(3), margins)[0][0] == "weight-length"
        assert found(call, np.array([1.0, -1.0]), margins)[0][0] == "weight-negative"
    assert found(CodedMargins.of, codes(sex=[0, 2]), {"sex": np.array([1.0, 1.0])}) == [("margin-codes", "sex")]
    assert found(rake, np.ones(2), CodedMargins.of(codes(s=[0, 1]), {"s": np.array([np.nan, 1.0])}))[0] == (
        "margin-number", "s = 0",
    )  # fmt: skip
    assert found(merge_levels, margins, np.ones(2), 1, {"sex": {"0": "7"}}) == [("class-unknown", "sex")]


def test_trimming_limits() -> None:
    weight = np.array([1.0, 2.0, 6.0])
    assert found(trim, weight, 5.0, 2.0)[0][0] == "trim-limits"
    assert found(trim, weight, 0.0, 2.5)[0][0] == "trim-impossible"
    assert trim(weight, 0.0, 2.5, share="none").factor.tolist() == [1.0, 1.0, 2.5 / 6.0]
    assert found(trim, np.array([1.0, 6.0]), 2.0, 4.0)[0][0] == "trim-no-takers"
    strict = trim(np.array([1.0, 6.0]), 2.0, 4.0, strict=True)
    assert np.array([1.0, 6.0]) * strict.factor == pytest.approx([3.0, 4.0])
    within = trim(np.array([1.0, 1.0, 4.0, 8.0, 8.0]), upper=3.0, within=np.array([0, 0, 0, 1, 1]), share="none")
    assert within.cut.tolist() == [False, False, True, True, True]
    zero = trim(np.array([0.0, 1.0, 3.0]), lower=1.5)
    assert (np.array([0.0, 1.0, 3.0]) * zero.factor).tolist() == [0.0, 1.5, 2.5]


def test_every_message_is_used_and_every_code_has_words() -> None:
    folder = Path(inspect.getfile(room)).parent
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    assert [code for code in WEIGHTING if f'"{code}"' not in text] == []
    used = set(re.findall(r'(?:add|refuse)\(\s*"([a-z-]+)"', text)) | set(
        re.findall(r'"((?:weights-note|margin-note)-[a-z-]+)"', text)
    )
    shared = {"file-not-found", "empty-table"}
    assert used - set(WEIGHTING) <= shared
