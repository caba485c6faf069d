"""How long one step of a slider takes at 2,844 units x 51 indicators, in Python and in headless Chromium.

    python benchmarks/panel.py

In Python: `apply` with other weights, ranks and grades taken, and the bare kernel (one product a node that changed,
rounding, one sort) beside it. In Chromium, on the page as it is published: from the move of the slider until the
rows in sight are written and laid out, and beside it the arithmetic alone. Both are held against 16 ms, what a screen
of 60 pictures a second leaves. Other work on the machine shows in the 95% first. Without a browser that half is not
printed.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from scoring import made_up
from timing import median_ms

import yitihua as yt
from yitihua.analysis.weight_sets import weighted
from yitihua.publish.panel import panel_page
from yitihua.publish.panel.widget import published_weights

UNITS = 2_844
BUDGET_MS = 16.0
STEPS = 400

#: One drag: every step is timed until the page is laid out again.
DRAG = """([codes, steps, open]) => {
  const place = document.querySelector("[data-yitihua-panel]"), panel = place.yitihuaPanel;
  place.querySelector("details").open = open;
  const frame = place.querySelector(".yp-frame"), times = [];
  for (let k = 0; k < steps; k++) {
    const range = place.querySelector(`.yp-slider[data-code="${codes[k % codes.length]}"] input[type=range]`);
    range.value = String(0.02 + 0.6 * Math.abs(Math.sin(k / 7)));
    const start = performance.now();
    range.dispatchEvent(new Event("input"));
    frame.getBoundingClientRect();
    place.offsetHeight;
    times.push(performance.now() - start);
    range.dispatchEvent(new Event("change"));
  }
  return { times, weights: panel.weights(), rank: [...panel.result().rank] };
}"""


#: The arithmetic alone, without a page.
BARE = """([codes, steps]) => {
  const data = JSON.parse(document.getElementById("yitihua-panel-data").textContent);
  const board = new yitihuaPanel.Board(data), times = [];
  const weights = document.querySelector("[data-yitihua-panel]").yitihuaPanel.weights();
  for (let k = 0; k < steps; k++) {
    const stepped = { ...weights, [codes[k % codes.length]]: 0.02 + 0.6 * Math.abs(Math.sin(k / 7)) };
    const start = performance.now();
    board.step(stepped);
    times.push(performance.now() - start);
  }
  return times;
}"""


def stepped(board: yt.Scoreboard, weights: dict[str, float]) -> yt.Scoreboard:
    """Return the board under other weights, with ranks and grades taken."""
    found = yt.apply(board.table, weighted(board.recipe, weights, "step"))
    _ = found.rank, found.grade_indices
    return found


def kernel(board: yt.Scoreboard, weights: dict[str, float]) -> np.ndarray:
    """Return ranks from first-level scores alone: the least that a step can do."""
    root = board.recipe.root
    first = board.node_values[:, [board.recipe.plan.column[code] - len(board.recipe.codes) for code in root.children]]
    score = np.round(first @ np.array([weights[code] for code in root.children]), board.recipe.score_decimals)
    return np.searchsorted(np.sort(-score), -score) + 1


def in_python(board: yt.Scoreboard) -> None:
    """Print the time of a step in Python."""
    rng = np.random.default_rng(1)
    root = board.recipe.root
    sets = [
        published_weights(board) | dict(zip(root.children, rng.dirichlet(np.ones(5)).tolist(), strict=True))
        for _ in range(50)
    ]
    assert (stepped(board, sets[0]).rank == kernel(board, sets[0])).all()
    turns = iter(range(1 << 30))
    ours = median_ms(lambda: stepped(board, sets[next(turns) % 50]))
    bare = median_ms(lambda: kernel(board, sets[next(turns) % 50]))
    asked = median_ms(lambda: board.whatif(weights=sets[next(turns) % 50]).board.rank)
    print(f"Python: a step {ours:.2f} ms, {ours / BUDGET_MS:.0%} of 16 ms, {ours / bare:.1f} times the kernel")
    print(f"Python: board.whatif(weights=...), which also checks what is asked, {asked:.2f} ms")


def in_chromium(board: yt.Scoreboard) -> None:
    """Print the times of steps in a browser, and that they end where Python does."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("Chromium: the package playwright is not installed")
        return
    with sync_playwright() as play, tempfile.TemporaryDirectory() as folder:
        program = shutil.which("chromium") or play.chromium.executable_path
        if not Path(program).is_file():
            print("Chromium: not installed")
            return
        file = Path(folder) / "panel.html"
        file.write_text(panel_page(board), encoding="utf-8")
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.goto(file.as_uri())
        for title, codes, opened in (
            ("first-level sliders", ["A", "B", "E"], False),
            ("first-level sliders, the 51 unfolded", ["A", "B", "E"], True),
            ("second-level sliders", ["A01", "C07", "E10"], True),
        ):
            found = page.evaluate(DRAG, [codes, STEPS, opened])
            times = np.array(found["times"])
            middle, high = np.median(times), np.quantile(times, 0.95)
            bare = np.median(page.evaluate(BARE, [codes, STEPS]))
            print(
                f"Chromium, {title}: median {middle:.1f} ms, 95% {high:.1f} ms ({high / BUDGET_MS:.0%} of 16 ms), "
                f"{middle / bare:.1f} times the arithmetic"
            )
            expected = board.whatif(weights=found["weights"]).board
            assert (expected.rank == np.array(found["rank"])).all()
        browser.close()


def main() -> None:
    """Print the times."""
    edition = yt.load_edition("zhejiang-2022")
    table = made_up(edition, UNITS)
    board = yt.apply(table, yt.fit(table, edition))
    print(f"A slider step, {UNITS:,} units x 51 indicators")
    in_python(board)
    in_chromium(board)


if __name__ == "__main__":
    sys.exit(main())
