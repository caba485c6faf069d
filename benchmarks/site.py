"""How large a site is, how long it takes to write and in how much memory, and whether its first page is usable.

    python benchmarks/site.py [UNITS ...]

At 90 counties (SIMULATED data) and at 2,844 made-up units of the same 51 indicators. Each is written by a process
of its own, so that the peak of memory is its own, and beside it stands the least that the same files cost: to write
those bytes again. In Chromium: the time to the first paint of the ranking page, and of one sort of its table until it
is laid out again. Held against 20 s and 8 MB, and 60 s, 150 MB and 1 GB; 1 s and 100 ms. Without a browser that half
is not printed.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from scoring import made_up

import yitihua as yt
from yitihua.publish.site import site_files, site_of
from yitihua.publish.site_folder import replace_site

SORT = """() => {
  const heads = [...document.querySelectorAll("table.ranking thead button")], times = [];
  for (let k = 0; k < 40; k++) {
    const start = performance.now();
    heads[[3, 0, 1][k % 3]].click();
    document.querySelector("table.ranking").getBoundingClientRect();
    times.push(performance.now() - start);
  }
  return times;
}"""
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"


def written(units: int, out: Path) -> dict[str, Any]:
    """Write a site in this process; return seconds, files, bytes, peak of memory."""
    edition = yt.load_edition("zhejiang-2022")
    if units == 90:
        board = yt.evaluate(edition)
    else:
        table = made_up(edition, units)
        board = yt.apply(table, yt.fit(table, edition))
    start = time.perf_counter()
    site = site_of(board, edition)
    made = time.perf_counter() - start
    _, count, size = replace_site(out, site_files(site))
    took = time.perf_counter() - start
    start = time.perf_counter()
    files = [path for path in out.rglob("*") if path.is_file()]
    replace_site(out.with_name("copy"), ((path.relative_to(out).as_posix(), path.read_bytes()) for path in files))
    copy = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"replicates": made, "seconds": took, "files": count, "bytes": size, "copy": copy, "peak": peak}


def in_chromium(out: Path) -> str:
    """Return how long the ranking page takes to be painted, and a sort."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return "Chromium: the package playwright is not installed"
    with sync_playwright() as play:
        program = shutil.which("chromium") or play.chromium.executable_path
        if not Path(program).is_file():
            return "Chromium: not installed"
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        paints = []
        for _ in range(5):
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto((out / "index.html").as_uri())
            page.wait_for_timeout(300)
            paints.append(page.evaluate(PAINT))
        times = np.array(page.evaluate(SORT))
        browser.close()
    middle, high = np.median(times), np.quantile(times, 0.95)
    return f"Chromium: first paint {np.median(paints):.0f} ms, a sort {middle:.0f} ms (95%: {high:.0f} ms)"


def main() -> None:
    """Print the table."""
    asked = [int(word) for word in sys.argv[1:]] or [90, 2_844]
    for units in asked:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "site"
            command = [sys.executable, __file__, "--one", str(units), str(out)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            print(
                f"{units:>5,} units: {found['seconds']:.1f} s ({found['replicates']:.1f} s of it replicates), "
                f"{found['seconds'] / found['copy']:.1f} times the bare copy, {found['files']:,} files, "
                f"{found['bytes'] / 1e6:.1f} MB, peak {found['peak']:.0f} MB"
            )
            print(f"             {in_chromium(out)}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(written(int(sys.argv[2]), Path(sys.argv[3]))))
    else:
        main()
