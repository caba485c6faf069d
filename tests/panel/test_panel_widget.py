"""The panel in Python: what it holds, what it takes, what it refuses; and the module that a notebook loads."""

import base64
import builtins
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import yitihua as yt
from browsing import opened
from panel_boards import board_of
from yitihua.analysis.weight_sets import named_weights
from yitihua.publish.panel import panel_data, panel_module, panel_page, panel_script
from yitihua.publish.panel.module import FOLDER, PARTS
from yitihua.publish.panel.payload import open_nodes
from yitihua.publish.panel.widget import panel_widget, published_weights

anywidget = pytest.importorskip("anywidget")


def test_the_payload_holds_the_published_points_bit_by_bit() -> None:
    board = board_of("zhejiang-gaps")
    data = panel_data(board)
    points = np.frombuffer(base64.b64decode(data["points"]), dtype="<f8").reshape(-1, 90).T
    np.testing.assert_array_equal(points, board.points)
    uncounted = np.frombuffer(base64.b64decode(data["uncounted"]), dtype=np.uint8).reshape(-1, 90).T
    np.testing.assert_array_equal(uncounted == 1, np.isnan(board.normalised))
    assert data["simulated"] and "SIMULATED" in data["notices"][0][1] and "模拟" in data["notices"][0][0]


def test_board_panel_is_a_widget_with_the_payload() -> None:
    board = board_of("hdi")
    panel = board.panel(lang="zh")
    assert isinstance(panel, anywidget.AnyWidget)
    assert json.loads(panel.data)["edition"] == "hdi"
    assert panel.lang == "zh"
    assert panel.weights == published_weights(board)
    assert panel.board() is board
    shown = panel._repr_mimebundle_()  # what a notebook asks for
    assert "application/vnd.jupyter.widget-view+json" in (shown[0] if isinstance(shown, tuple) else shown)


def test_weights_are_python_s_too() -> None:
    board = board_of("zhejiang")
    panel = board.panel()
    panel.weights = {"A": 0.4}
    assert panel.weights["B"] == pytest.approx(0.15) and len(panel.weights) == 56
    expected = board.whatif(weights={"A": 0.4}).board
    np.testing.assert_allclose(panel.board().total, expected.total, atol=1e-12)
    assert "what-if" in panel.board().recipe.notice[1]


def test_weights_from_the_sliders_are_taken_as_they_are() -> None:
    panel = board_of("hdi").panel()
    sent = published_weights(board_of("hdi")) | {"health": 0.1, "education": 0.2, "income": 0.7000000000000001}
    panel.set_state({"weights": sent})  # what a message of the browser does
    assert panel.weights == sent


def test_faulty_weights_are_refused_and_change_nothing(refused: Any) -> None:
    panel = board_of("hdi").panel()
    before = dict(panel.weights)
    for weights, code in (
        ({"helth": 0.5}, "unknown-reference"),
        ({"health": 1.5}, "number-range"),
        ({"health": 0.9, "income": 0.9}, "weights-sum"),
    ):
        assert [fault.code for fault in refused(setattr, panel, "weights", weights)] == [code]
    assert panel.weights == before


def test_weights_below_a_held_node_are_refused(refused: Any) -> None:
    panel = board_of("hdi-held").panel()
    faults = refused(setattr, panel, "weights", {"mys": 0.9})
    assert [fault.code for fault in faults] == ["panel-held"]
    panel.weights = {"health": 0.5}
    assert panel.board().recipe.root.weights[0] == 0.5


def test_an_index_that_is_no_mean_is_refused_with_what_is_possible(refused: Any) -> None:
    board = yt.evaluate("hdi", aggregate="topsis")
    assert open_nodes(board.recipe) == ()
    (fault,) = refused(board.panel)
    assert fault.code == "panel-method"
    assert "TOPSIS法" in fault.text("zh") and "whatif" in fault.text("en")


def test_sets_are_offered_by_name_or_as_stated(refused: Any) -> None:
    board = board_of("hdi")
    data = panel_data(board, ["equal", "entropy"])
    assert [one["name"] for one in data["sets"]] == ["equal", "entropy"]
    assert data["sets"][1]["weights"] == named_weights(board, "entropy")
    stated = panel_data(board, {"mine": {"health": 0.5}})["sets"]
    assert stated[0]["weights"]["income"] == 0.25
    faults = refused(panel_data, board, {"mine": {"health": 2.0}, "other": {"x": 1.0}})
    assert [fault.code for fault in faults] == ["number-range", "unknown-reference"]
    assert [fault.code for fault in refused(panel_data, board, ["entropie"])] == ["bad-choice"]


def test_sets_that_would_move_a_held_node_are_left_out_and_named() -> None:
    data = panel_data(board_of("hdi-held"), {"mine": {"mys": 0.9}, "other": {"health": 0.5}})
    assert [one["name"] for one in data["sets"]] == ["other"]
    assert data["sets_left_out"] == ["mine"]


def test_an_edition_that_is_not_at_hand_leaves_equal_weights() -> None:
    board = board_of("egdi")
    strange = yt.apply(board.table, replace(board.recipe, edition="nowhere"))
    assert [one["name"] for one in panel_data(strange)["sets"]] == ["equal"]


def test_without_anywidget_the_panel_says_what_to_install(monkeypatch: pytest.MonkeyPatch, refused: Any) -> None:
    from yitihua.publish.panel import widget

    genuine = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "anywidget":
            raise ImportError(name)
        return genuine(name, *args, **kwargs)

    widget._panel_class.cache_clear()
    monkeypatch.setattr(builtins, "__import__", without)
    (fault,) = refused(board_of("hdi").panel)
    assert fault.code == "panel-package" and "pip install 'yitihua[notebook]'" in fault.mend("en")
    # A page needs no package.
    assert panel_page(board_of("hdi")).startswith("<!DOCTYPE html>")


def test_both_scripts_are_made_of_every_part() -> None:
    assert {path.stem for path in FOLDER.glob("*.js")} == set(PARTS)
    for part in PARTS:
        text = (FOLDER / f"{part}.js").read_text(encoding="utf-8")
        assert text in panel_module() and text in panel_script()
        assert len(text.splitlines()) <= 400
        # What closes a script element or loads something has no place in an inlined script; SVG's name is no address.
        plain = text.replace("http://www.w3.org/2000/svg", "")
        assert not [word for word in ("</script", "<!--", "http:", "https:", "import(", "fetch(") if word in plain]
    assert "export" not in panel_script() and "import " not in panel_module()


NOTEBOOK = """async ([code, data]) => {
  const module = await import("data:text/javascript;base64," + code);
  const listeners = {}, sent = [];
  const state = { data, lang: "zh", weights: JSON.parse(data).nodes.reduce((all, node) => {
    node.children.forEach((child, k) => { all[JSON.parse(data).columns[child].code] = node.weights[k]; });
    return all;
  }, {}) };
  const model = {
    get: (name) => state[name],
    set: (name, value) => { state[name] = value; sent.push([name, value]); },
    save_changes: () => {},
    on: (event, listener) => { listeners[event] = listener; },
    off: (event) => { delete listeners[event]; },
  };
  const host = document.createElement("div");
  document.body.append(host);
  const el = document.createElement("div");
  host.attachShadow({ mode: "open" }).append(el);  // as some notebooks do
  const stop = module.default.render({ model, el });
  const title = el.querySelector("h2").textContent;
  const range = el.querySelector("input[type=range]");
  range.value = "0.5";
  range.dispatchEvent(new Event("input"));
  range.dispatchEvent(new Event("change"));
  await new Promise((done) => setTimeout(done, 200));
  const first = sent.length && sent[sent.length - 1];
  state.weights = { ...state.weights, health: 0.2, education: 0.2, income: 0.6 };
  listeners["change:weights"]();
  await new Promise((done) => setTimeout(done, 200));
  const shown = el.querySelector(".yp-slider[data-code=income] input[type=range]").value;
  el.querySelector(".yp-language").click();
  const spoken = el.querySelector("h2").textContent;
  stop();
  const left = Object.keys(listeners).length + el.childElementCount;
  return { title, first, count: sent.length, last: sent[sent.length - 1], shown, spoken, left };
}"""


def test_the_module_works_as_anywidget_calls_it(browser: Any) -> None:
    panel = panel_widget(board_of("hdi"), "zh")
    code = base64.b64encode(panel_module().encode()).decode()
    with opened(browser) as found:
        told = found.page.evaluate(NOTEBOOK, [code, panel.data])
        found.requests.clear()  # the module itself
    assert told["title"] == "权重试算" and told["spoken"] == "What if the weights were others"
    name, weights = told["first"]
    assert name == "weights" and weights["health"] == 0.5
    # What Python sets is shown, and not sent back.
    assert told["shown"] == "0.6" and told["last"] == ["lang", "en"] and told["count"] == 2
    assert told["left"] == 0
    panel.set_state({"weights": weights})
    assert panel.board().recipe.root.weights == pytest.approx((0.5, 0.25, 0.25))
