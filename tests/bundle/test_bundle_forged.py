"""A forger who sets every hash right is caught by computing again, and told where; and nobody's answers are in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from bundling import bundle_of, edited, edited_json, forged, small

import yitihua as yt
from yitihua.publish.bundle.packing import bundle_of_board
from yitihua.publish.bundle.verify import verify_bytes
from yitihua.publish.bundle_text import verdict_lines
from yitihua.publish.small_cells import few_cells

TOML = "definitions/shipped/index/hdi.toml"
FRAMEWORK = "definitions/shipped/indicators/hdi/framework.toml"


def _score(files: dict[str, bytes]) -> None:
    rows = list(csv.reader(io.StringIO(files["scores.csv"].decode())))
    place = {name: k for k, name in enumerate(rows[0])}
    for row in rows:
        if row[0] == "CHN":
            row[place["score"]], row[place["rank"]] = "0.9", "9"
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    files["scores.csv"] = out.getvalue().encode()


def _weight(data: dict) -> None:
    data["nodes"][-1]["weights"] = [0.5, 0.25, 0.25]


def _value(data: dict) -> None:
    data["values"][data["units"].index("CHN")][0] += 5.0


FORGED: dict[str, tuple[Callable[[dict[str, bytes]], None], set[str], str]] = {
    "a score": (_score, {"scores.csv"}, "CHN, score"),
    "a byte-order mark": (
        lambda files: files.update({"scores.csv": b"\xef\xbb\xbf" + files["scores.csv"]}), {"scores.csv"}, "",
    ),
    "a weight": (edited_json("recipe.json", _weight), {"recipe.json"}, "weights"),
    "the title": (edited_json("recipe.json", lambda d: d.update(title=["甲", "A"])), {"recipe.json"}, "title"),
    "spaces in a file": (edited_json("recipe.json", lambda d: None, indent=2), {"recipe.json"}, ""),
    "a value given": (
        edited_json("table.json", _value), {"scores.csv", "scores.zh.csv", "values.csv"}, "CHN, le",
    ),
    "a goalpost": (edited(FRAMEWORK, "upper = 85", "upper = 95"), {"recipe.json", "scores.csv", "scores.zh.csv"}, ""),
    "a definition nobody reads": (
        lambda files: files.update({"definitions/shipped/index/other.toml": b""}),
        {"definitions/shipped/index/other.toml"}, "",
    ),
    "a passport": (
        edited("passports/hdi-hdr2324/passport.toml", "title", "# title"), {"passports/hdi-hdr2324/passport.toml"}, "",
    ),
    "definitions left out": (
        lambda files: [files.pop(name) for name in [*files] if name.startswith("definitions/")] and None,
        {"manifest.json"}, "recipe",
    ),
    "a file left out": (lambda files: files.pop("values.csv") and None, {"values.csv"}, ""),
}  # fmt: skip


@pytest.mark.parametrize("how", FORGED)
def test_a_forger_is_caught_by_computing_again(how: str) -> None:
    change, files, where = FORGED[how]
    verdict = verify_bytes(forged(bundle_of("hdi"), change))
    assert not verdict.equal
    assert {one.file for one in verdict.differs} == files
    assert any(where in place.where for one in verdict.differs for place in one.places) or not where
    for lang, word in (("en", "Not equal"), ("zh", "不一致")):
        lines = verdict_lines(verdict, lang)
        assert any(word in line for line in lines)
        assert all(any(name in line for line in lines) for name in files)


def test_both_numbers_are_told() -> None:
    verdict = verify_bytes(forged(bundle_of("hdi"), _score))
    (one,) = verdict.differs
    board = yt.evaluate("hdi")
    score = board.rounded_scores[board.table.units.index("CHN")]
    places = {place.where: (place.stated, place.found) for place in one.places}
    assert places["CHN, score"] == ("0.9", str(score))
    assert places["CHN, rank"][0] == "9" and one.count == 2


def test_a_forged_table_of_computed_values_is_caught() -> None:
    """An indicator is computed from its measures whatever the table says, by the formula of the definitions."""

    def value(data: dict) -> None:
        row, j = data["units"].index("330421"), data["indicators"].index("A07")
        data["values"][row][j] = 100.0

    def formula(data: dict) -> None:
        del data["background"]["formulas"]["A07"], data["formulas"]["A07"]
        value(data)

    for change in (value, formula):
        verdict = verify_bytes(forged(bundle_of("zhejiang-2022"), edited_json("table.json", change)))
        named = {place.where for one in verdict.differs if one.file == "table.json" for place in one.places}
        assert "values, 330421, A07" in named


def test_simulated_data_stay_simulated() -> None:
    change = edited_json("table.json", lambda data: data.update(simulated=False))
    verdict = verify_bytes(forged(bundle_of("zhejiang-2022"), change, simulated=False))
    assert {place.where for one in verdict.differs if one.file == "table.json" for place in one.places} == {"simulated"}


def test_what_the_manifest_says_follows_from_the_rest() -> None:
    for stated in (
        {"title": {"zh": "甲", "en": "A"}}, {"simulated": True}, {"period": "1999"}, {"inputs": {"x": "y"}},
    ):  # fmt: skip
        verdict = verify_bytes(forged(bundle_of("hdi"), lambda files: None, **stated))
        assert [one.file for one in verdict.differs] == ["manifest.json"], stated


def test_a_recipe_that_is_called_given_is_compared_with_the_definitions() -> None:
    """The way out for a forger: other weights, scores made with them, "given" in the manifest. It is told as such."""
    loaded = yt.load_edition("hdi")
    board = yt.evaluate(loaded)
    nodes = (*board.recipe.nodes[:-1], replace(board.recipe.root, weights=(0.6, 0.2, 0.2)))
    verdict = verify_bytes(bundle_of_board(yt.apply(board.table, replace(board.recipe, nodes=nodes)), loaded))
    assert verdict.equal and verdict.manifest.recipe == "given"
    assert any("weights" in place.where for one in verdict.given for place in one.places)
    text = "\n".join(verdict_lines(verdict, "en"))
    assert "taken as given" in text and "0.6" in text
    assert "按包内所给采用" in "\n".join(verdict_lines(verdict, "zh"))


def test_the_last_bits_of_another_machine_are_no_difference() -> None:
    """Fitted numbers may differ within 1e-9; beyond that they are told."""

    def shifted(by: float) -> Callable[[dict[str, bytes]], None]:
        def change(data: dict) -> None:
            for rule in data["indicators"]:
                rule["normalise"]["width"] *= 1.0 + by

        return edited_json("recipe.json", change)

    assert verify_bytes(forged(bundle_of("asem"), shifted(1e-13))).equal
    verdict = verify_bytes(forged(bundle_of("asem"), shifted(1e-7)))
    assert {one.file for one in verdict.differs} >= {"recipe.json"}


def test_control_characters_reach_no_terminal() -> None:
    evil = "\x1b[2J\x1b[1;1Hequal"

    def change(files: dict[str, bytes]) -> None:
        text = files["scores.csv"].decode().splitlines()
        text[1] = text[1].replace(text[1].split(",")[1], evil, 1)
        files["scores.csv"] = ("\n".join(text) + "\n").encode()

    lines = verdict_lines(verify_bytes(forged(small(), change)), "en")
    assert not any("\x1b" in line for line in lines) and any("x1b" in line for line in lines)


# Privacy


def test_fewer_than_ten_respondents_are_not_published(refused) -> None:
    loaded = yt.load_edition("zhejiang-2022")
    board = yt.evaluate(loaded)
    n = board.table.n.copy()
    row, j = np.argwhere(np.isfinite(n))[7].tolist()
    n[row, j] = 9.0
    (fault,) = refused(bundle_of_board, replace(board, table=replace(board.table, n=n)), loaded)
    assert fault.code == "bundle-small-cells"
    assert board.table.units[row] in fault.problem("en") and board.table.indicators[j] in fault.problem("zh")
    n[row, j] = np.nan  # hidden, as `survey estimate` leaves it
    assert bundle_of_board(replace(board, table=replace(board.table, n=n)), loaded)


def test_a_city_that_gives_a_county_away_is_not_published() -> None:
    """Authority: subtraction: the city's respondents less those of the counties shown are five."""
    units = ("330402", "330411", "330400")
    n = np.array([[100.0], [np.nan], [105.0]])
    table = yt.IndicatorTable(units, ("x",), np.ones((3, 1)), n=n, levels=("county", "county", "city"))
    assert few_cells(table) == [(2, 0)]
    for total in (100.0, 115.0):
        assert few_cells(replace(table, n=np.array([[100.0], [np.nan], [total]]))) == []
