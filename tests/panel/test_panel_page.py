"""The panel as a reader uses it, in a real browser, on a page opened as a file."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import yitihua as yt
from browsing import Opened, opened
from panel_boards import board_of
from yitihua.analysis.weight_sets import named_weights
from yitihua.commands.weights_file import stated_weights
from yitihua.publish.panel import panel_json, panel_page, panel_script

PANEL = 'document.querySelector("[data-yitihua-panel]").yitihuaPanel'
FIRST = ("A", "B", "C", "D", "E")


def weights_of(found: Opened) -> dict[str, float]:
    return found.page.evaluate(f"() => {PANEL}.weights()")


def slider(found: Opened, code: str) -> Any:
    return found.page.locator(f'.yp-slider[data-code="{code}"] input[type=range]')


def lock(found: Opened, code: str) -> Any:
    return found.page.locator(f'.yp-slider[data-code="{code}"] .yp-lock')


def shown_names(found: Opened) -> list[str]:
    return found.page.locator("tbody tr:not(.yp-space):visible .yp-name").all_inner_texts()


def first_sum(found: Opened) -> float:
    weights = weights_of(found)
    return sum(weights[code] for code in FIRST)


def test_there_is_a_slider_for_every_weight_and_the_rest_is_folded_away(zhejiang_panel: Opened) -> None:
    for code in FIRST:
        assert slider(zhejiang_panel, code).is_visible()
    assert not slider(zhejiang_panel, "A01").is_visible()
    zhejiang_panel.page.get_by_text("Weights below (51)").click()
    assert zhejiang_panel.page.locator(".yp-more .yp-slider:visible").count() == 51


def test_a_deeper_tree_is_unfolded_from_the_top(browser: Any, panel_file: Any) -> None:
    with opened(browser, panel_file("asem")) as found:
        found.page.get_by_text("Weights below (57)").click()
        titles = found.page.locator(".yp-more legend").all_inner_texts()
    nodes = {node.code: node for node in board_of("asem").recipe.nodes}
    shown = [title.split()[1] for title in titles]
    assert sorted(shown) == sorted(code for code in nodes if nodes[code].parent is not None)
    assert [nodes[code].depth for code in shown] == sorted(nodes[code].depth for code in shown)


def test_a_drag_keeps_the_sum_and_is_one_step_back(zhejiang_panel: Opened) -> None:
    box = slider(zhejiang_panel, "A").bounding_box()
    mouse, middle = zhejiang_panel.page.mouse, box["y"] + box["height"] / 2
    mouse.move(box["x"] + 8 + 0.2 * (box["width"] - 16), middle)
    mouse.down()
    for share in (0.3, 0.5, 1.0, 0.6):
        mouse.move(box["x"] + 8 + share * (box["width"] - 16), middle)
    mouse.up()
    weights = weights_of(zhejiang_panel)
    assert weights["A"] == pytest.approx(0.6, abs=0.02)
    assert first_sum(zhejiang_panel) == pytest.approx(1.0, abs=1e-12)
    # Dragged over the end and back, the others keep the proportions they had.
    assert [weights[code] for code in "BCDE"] == pytest.approx([(1 - weights["A"]) / 4] * 4)
    zhejiang_panel.page.get_by_role("button", name="Undo").click()
    assert weights_of(zhejiang_panel) == {**weights, **dict.fromkeys(FIRST, 0.2)}


def test_keys_move_a_weight_and_ctrl_z_takes_a_run_of_them_back(zhejiang_panel: Opened) -> None:
    slider(zhejiang_panel, "E").focus()
    keyboard = zhejiang_panel.page.keyboard
    steps = {"ArrowRight": 0.21, "Shift+ArrowUp": 0.211, "PageDown": 0.161, "ArrowDown": 0.151, "End": 1.0, "Home": 0.0}
    for key, expected in steps.items():
        keyboard.press(key)
        assert weights_of(zhejiang_panel)["E"] == pytest.approx(expected, abs=1e-12)
        assert first_sum(zhejiang_panel) == pytest.approx(1.0, abs=1e-12)
    assert slider(zhejiang_panel, "E").evaluate("one => one === document.activeElement")
    keyboard.press("Control+z")
    assert weights_of(zhejiang_panel)["E"] == 0.2
    assert zhejiang_panel.page.locator("text=ranks as with the original weights").count() == 1


def test_a_number_can_be_typed_and_nonsense_changes_nothing(zhejiang_panel: Opened) -> None:
    box = zhejiang_panel.page.get_by_label("Weight of Work foundation in percent")
    for text, expected in (("35", 0.35), ("", 0.35), ("250", 1.0), ("-4", 0.0)):
        box.fill(text)
        box.press("Enter")
        assert weights_of(zhejiang_panel)["A"] == pytest.approx(expected)
        assert box.input_value() == f"{100 * expected:.1f}"


def test_locked_weights_stay_and_bound_the_others(zhejiang_panel: Opened) -> None:
    for code in ("B", "C"):
        lock(zhejiang_panel, code).click()
        assert lock(zhejiang_panel, code).get_attribute("aria-pressed") == "true"
        assert slider(zhejiang_panel, code).is_disabled()
    slider(zhejiang_panel, "A").focus()
    zhejiang_panel.page.keyboard.press("End")
    weights = weights_of(zhejiang_panel)
    assert [weights[code] for code in FIRST] == pytest.approx([0.6, 0.2, 0.2, 0.0, 0.0])
    for code in ("D", "E"):
        lock(zhejiang_panel, code).click()
    # Nobody is left to give way.
    assert slider(zhejiang_panel, "A").is_disabled()
    lock(zhejiang_panel, "E").click()
    assert slider(zhejiang_panel, "A").is_enabled()
    zhejiang_panel.page.get_by_role("button", name="Undo").click()
    assert weights_of(zhejiang_panel)["A"] == 0.2


@pytest.mark.parametrize("name", ["satisfaction-35", "indicators-equal", "overlap-halved"])
def test_a_named_set_gives_what_python_gives(zhejiang_panel: Opened, name: str) -> None:
    zhejiang_panel.page.get_by_label("Weight set").select_option(name)
    expected = yt.evaluate("zhejiang-2022").whatif(weights=name).board
    found = zhejiang_panel.page.evaluate(f"() => [...{PANEL}.result().rank].map((rank) => rank === rank ? rank : null)")
    np.testing.assert_array_equal(np.array(found, dtype=float), expected.rank)
    best = [expected.table.name_of(row) for row in np.argsort(expected.rank, kind="stable")[:10]]
    assert shown_names(zhejiang_panel)[:10] == best
    slider(zhejiang_panel, "A").focus()
    zhejiang_panel.page.keyboard.press("ArrowRight")
    assert zhejiang_panel.page.get_by_label("Weight set").input_value() == "own"
    zhejiang_panel.page.get_by_role("button", name="Original weights").click()
    assert zhejiang_panel.page.get_by_label("Weight set").input_value() == ""


def test_rows_say_who_rose_who_fell_and_which_grade_changed(zhejiang_panel: Opened) -> None:
    weights = named_weights(board_of("zhejiang"), "satisfaction-35")
    zhejiang_panel.page.evaluate(f"(weights) => {PANEL}.setWeights(weights)", weights)
    board, now = board_of("zhejiang"), board_of("zhejiang").whatif(weights=weights).board
    rows = zhejiang_panel.page.locator("tbody tr:not(.yp-space):visible")
    for place in range(12):
        cells = rows.nth(place).locator("td, th").all_inner_texts()
        unit = next(row for row in range(90) if board.table.name_of(row) == cells[2])
        gained = int(board.rank[unit] - now.rank[unit])
        arrow = f"▲{gained}" if gained > 0 else f"▼{-gained}" if gained else "·"
        words = f"up {gained}" if gained > 0 else f"down {-gained}" if gained else "unchanged"
        assert cells[0] == f"{now.rank[unit]:.0f}"
        assert cells[1].split() == [arrow, *words.split()]
        assert cells[3] == f"{now.rounded_scores[unit]:.2f}"
        for cell, scheme in zip(cells[5:7], board.recipe.grades, strict=True):
            was, new = board.grade_indices[scheme.code][unit], now.grade_indices[scheme.code][unit]
            expected = scheme.names[new][1] + ("" if was == new else f"was {scheme.names[was][1]}")
            assert cell.replace("\n", "") == expected


@pytest.mark.parametrize("text", ["嘉善", "jiashan county", "330421"])
def test_a_unit_is_found_by_either_name_or_code(zhejiang_panel: Opened, text: str) -> None:
    zhejiang_panel.page.get_by_label("Find a unit").fill(text)
    assert shown_names(zhejiang_panel) == ["Jiashan County"]
    assert zhejiang_panel.page.get_by_role("status").inner_text() == "1 units found"
    zhejiang_panel.page.get_by_label("Find a unit").fill("nobody")
    assert shown_names(zhejiang_panel) == []
    assert "No unit found" in zhejiang_panel.page.locator(".yp-summary").inner_text()


def test_tie_bands_are_those_of_the_published_sampling(zhejiang_panel: Opened) -> None:
    chinese = zhejiang_panel
    chinese.page.get_by_role("button", name="中文").click()
    board = board_of("zhejiang")
    found = board.sampled
    order = [row for row in np.argsort(board.rank, kind="stable") if np.isfinite(board.rank[row])]
    rows = chinese.page.locator("tbody tr:not(.yp-space):visible")
    for place in range(12):
        unit = board.table.units[order[place]]
        alike = {other for group in found.groups["county"] if unit in group for other in group}
        ranks = [int(board.rank[board.table.row_of(other)]) for other in alike]
        text = f"{min(ranks)}–{max(ranks)}" if len(alike) > 1 else "–"
        assert rows.nth(place).locator(".yp-band").inner_text() == text
    rows.nth(2).locator(".yp-name").click()
    unit = board.table.units[order[2]]
    alike = {other for group in found.groups["county"] if unit in group for other in group}
    names = {board.table.name_of(board.table.row_of(other), "zh") for other in alike}
    assert set(chinese.page.locator("tr.yp-alike .yp-name").all_inner_texts()) == names
    assert "无法区分" in chinese.page.locator(".yp-detail").inner_text()
    assert "权重改变后不重新计算" in chinese.page.locator(".yp-ranking").inner_text()


def test_units_are_chosen_by_arrow_keys_and_the_focus_goes_with_them(zhejiang_panel: Opened) -> None:
    zhejiang_panel.page.locator(".yp-frame").focus()
    for _ in range(40):
        zhejiang_panel.page.keyboard.press("ArrowDown")
    chosen = zhejiang_panel.page.evaluate("() => document.activeElement.textContent")
    board = board_of("zhejiang")
    order = sorted(np.flatnonzero(np.isfinite(board.rank)), key=lambda row: board.rank[row])
    assert chosen == board.table.name_of(order[39])
    assert zhejiang_panel.page.locator(".yp-name[aria-pressed=true]").inner_text() == chosen
    zhejiang_panel.page.evaluate(f"() => {PANEL}.move('A', 0.5)")
    assert zhejiang_panel.page.evaluate("() => document.activeElement.textContent") == chosen


def test_languages_switch_and_nothing_is_lost(zhejiang_panel: Opened) -> None:
    page = zhejiang_panel.page
    slider(zhejiang_panel, "B").focus()
    page.keyboard.press("ArrowRight")
    before = weights_of(zhejiang_panel)
    page.get_by_role("button", name="中文").click()
    assert page.evaluate("() => document.activeElement.dataset.focus") == "language"
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    text = page.locator("main").inner_text()
    for word in ("权重试算", "一级指标权重", "工作基础", "模拟数据", "本版为重构", "并列带", "柯城区"):
        assert word in text
    assert re.search(r"\b(Undo|Rank|District)\b", text) is None
    assert weights_of(zhejiang_panel) == before
    page.get_by_role("button", name="撤销").click()
    page.get_by_role("button", name="English").click()
    assert "A reconstruction" in page.locator("main").inner_text()
    assert weights_of(zhejiang_panel)["B"] == 0.2


@pytest.mark.parametrize("name", ["zhejiang", "asem-geometric"])
def test_copied_toml_is_read_back_to_the_same_weights(name: str, browser: Any, panel_file: Any, tmp_path: Path) -> None:
    with opened(browser, panel_file(name)) as found:
        found.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        for code, value in zip(board_of(name).recipe.root.children, (0.37, 0.11), strict=False):
            found.page.evaluate(f"([code, value]) => {PANEL}.move(code, value)", [code, value])
        found.page.get_by_role("button", name="Copy as TOML").click()
        text = found.page.get_by_label("Weights as TOML").input_value()
        found.page.wait_for_function("() => document.querySelector('.yp-told').textContent !== ''")
        assert found.page.evaluate("() => navigator.clipboard.readText()") == text
        weights = weights_of(found)
        ranks = found.page.evaluate(f"() => [...{PANEL}.result().rank].map((one) => one === one ? one : null)")
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    stated = tomllib.loads(text)["weights"]["sets"]["panel"]["weights"]
    assert stated == weights
    board = board_of(name).whatif(weights=stated_weights(board_of(name), str(file))).board
    np.testing.assert_array_equal(np.array(ranks, dtype=float), board.rank)


def test_a_screen_reader_hears_what_a_step_did(zhejiang_panel: Opened) -> None:
    page = zhejiang_panel.page
    slider(zhejiang_panel, "A").focus()
    page.keyboard.press("PageUp")
    assert slider(zhejiang_panel, "A").get_attribute("aria-valuetext") == "25.0%"
    status = page.get_by_role("status")
    page.wait_for_function("() => document.querySelector('[role=status]').textContent !== ''")
    board = board_of("zhejiang").whatif(weights={"A": 0.25}).board
    shift = board_of("zhejiang").rank - board.rank
    most, moved = int(np.nanmax(np.abs(shift))), int((np.nan_to_num(shift) != 0).sum())
    said = status.inner_text()
    assert said.startswith(f"Work foundation 25.0%. county: {moved} of 90 units move, by {most} at most")
    assert status.get_attribute("aria-live") == "polite"


def test_everything_has_a_name_and_the_table_is_one(zhejiang_panel: Opened) -> None:
    page = zhejiang_panel.page
    page.get_by_text("Weights below (51)").click()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("main button, main input, main select, main textarea")].filter((one) =>
            !(one.getAttribute("aria-label") || one.textContent.trim() || (one.labels && one.labels.length))).length"""
    )
    assert nameless == 0
    for code in ("A", "A01"):
        assert page.evaluate("(one) => one.labels.length", slider(zhejiang_panel, code).element_handle()) == 1
    assert page.locator("table").get_attribute("aria-rowcount") == "91"
    assert page.locator("thead th[scope=col]").count() == 8
    assert page.locator("tbody th[scope=row]").count() == page.locator("tbody tr:not(.yp-space)").count()
    indices = [row.get_attribute("aria-rowindex") for row in page.locator("tbody tr:not(.yp-space)").all()]
    assert indices == [str(k + 2) for k in range(len(indices))]
    ids = page.evaluate("() => [...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))


def test_rows_follow_the_scroll(zhejiang_panel: Opened) -> None:
    page, board = zhejiang_panel.page, board_of("zhejiang")
    page.locator(".yp-name").first.focus()
    page.locator(".yp-frame").evaluate("(frame) => { frame.scrollTop = frame.scrollHeight; }")
    page.wait_for_function("() => document.querySelector('tbody tr[aria-rowindex=\"91\"]')")
    last = page.locator('tbody tr[aria-rowindex="91"] td').first.inner_text()
    assert last == f"{np.nanmax(board.rank):.0f}"
    # The unit that had the focus is out of sight: no other unit inherits it.
    assert page.evaluate("() => document.activeElement.className") == "yp-frame"


def test_a_unit_below_coverage_has_no_rank_and_says_so(browser: Any, panel_file: Any) -> None:
    board = board_of("zhejiang-gaps")
    row = int(np.flatnonzero(np.isnan(board.total))[0])
    with opened(browser, panel_file("zhejiang-gaps")) as found:
        found.page.get_by_label("Find a unit").fill(board.table.units[row])
        cells = found.page.locator("tbody tr:not(.yp-space):visible").locator("td, th").all_inner_texts()
        assert cells[0] == "–" and "not scored" in cells[1] and cells[3] == "–"
        found.page.locator(".yp-name:visible").click()
        assert "not scored for low coverage" in found.page.locator(".yp-detail").inner_text()


def test_a_node_by_another_method_is_held_fixed_and_named(browser: Any, panel_file: Any) -> None:
    with opened(browser, panel_file("hdi-held")) as found:
        assert "Knowledge is made by TOPSIS" in found.page.locator(".yp-controls").inner_text()
        assert found.page.locator('.yp-slider[data-code="mys"]').count() == 0
        assert not found.page.evaluate(f"() => {PANEL}.move('mys', 0.9) || {PANEL}.move('nothing', 0.9)")


def test_levels_are_ranked_apart(browser: Any, panel_file: Any) -> None:
    with opened(browser, panel_file("hdi")) as found:
        found.page.get_by_label("Level").select_option(label="aggregate")
        assert found.page.locator("table").get_attribute("aria-rowcount") == "12"


def test_no_weight_is_negative_zero_or_lost_when_others_are_zero(zhejiang_panel: Opened) -> None:
    for value in (1.0, 0.4):
        zhejiang_panel.page.evaluate(f"(value) => {PANEL}.move('A', value)", value)
    # The others stood at 0, so there are no proportions to keep: they share alike.
    assert [weights_of(zhejiang_panel)[code] for code in "BCDE"] == pytest.approx([0.15] * 4)


@pytest.mark.parametrize("width", [360, 700])
def test_a_narrow_page_does_not_scroll_sideways(browser: Any, panel_file: Any, width: int) -> None:
    with opened(browser, panel_file("zhejiang", "zh"), width=width) as found:
        wide = found.page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= width


def test_a_name_cannot_end_the_script(browser: Any, tmp_path: Path) -> None:
    board = board_of("egdi")
    known = [board.table.name_of(row) for row in range(len(board.table.units))]
    names = {"en": ("</script><script>window.broken = 1</script><!--", *known[1:])}
    strange = yt.apply(replace(board.table, names=names), board.recipe)
    assert "<" not in panel_json(strange)
    file = tmp_path / "strange.html"
    file.write_text(panel_page(strange), encoding="utf-8")
    with opened(browser, file) as found:
        assert found.page.evaluate("() => window.broken") is None
        found.page.get_by_label("Find a unit").fill("window.broken")
        assert shown_names(found) == [names["en"][0]]


def test_several_panels_stand_on_one_page(browser: Any, tmp_path: Path) -> None:
    parts = [
        f'<main data-yitihua-panel="data-{k}"></main>'
        f'<script type="application/json" id="data-{k}">{panel_json(board_of(name))}</script>'
        for k, name in enumerate(["egdi", "hdi"])
    ]
    file = tmp_path / "two.html"
    file.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><body>{"".join(parts)}<script>{panel_script()}</script>',
        encoding="utf-8",
    )
    with opened(browser, file) as found:
        moved = found.page.evaluate(
            """() => [...document.querySelectorAll("[data-yitihua-panel]")].map((place) => {
                const code = place.querySelector(".yp-slider").dataset.code;
                place.yitihuaPanel.move(code, 0.5);
                return place.yitihuaPanel.weights()[code];
            })"""
        )
        assert moved == [0.5, 0.5]
