"""How long a year's submissions take: 90 workbooks collected, checked and scored; then 2,842.

    python benchmarks/collect.py [UNITS ...]

Workbooks are filled with simulated values 模拟 first, which is not timed. Each step runs as its own
process, as an office would run it; the peak memory is that of the largest.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from yitihua.definitions import load_edition
from yitihua.definitions.expressions import names_in
from yitihua.indicators.datasets import load_dataset
from yitihua.indicators.form import form_of
from yitihua.indicators.registry import Registry, Unit
from yitihua.publish.template import Filling, workbook_bytes

EDITION, PERIOD = "zhejiang-2022", "2022"


def main(sizes: list[int]) -> None:
    """Print seconds and peak memory for each number of units."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "project"
            make(folder, size)
            print(f"\n{size} workbooks", flush=True)
            total = 0.0
            for command in ("check", "collect", "score"):
                seconds = timed(command, folder)
                total += seconds
                print(f"  {command:8s} {seconds:7.1f} s", flush=True)
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            print(f"  all      {total:7.1f} s   peak memory so far {peak:.0f} MB", flush=True)


def timed(command: str, folder: Path) -> float:
    """Return the seconds a command takes."""
    start = time.perf_counter()
    call = [sys.executable, "-m", "yitihua.cli", command, str(folder), "--lang", "en"]
    subprocess.run(call, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def make(folder: Path, size: int) -> None:
    """Write a project with so many filled workbooks, the 90 counties over and over under made-up codes."""
    form = form_of(load_edition(EDITION))
    names = load_dataset("zhejiang-counties").frame
    codes = [f"U{number:05d}" for number in range(size)]
    labels = [f"{names['name_zh'][i % len(names)]}{i // len(names)}" for i in range(size)]
    registry = Registry({c: Unit(c, label, label, "county") for c, label in zip(codes, labels, strict=True)})
    parts = {code for _, part, whole in form.pairs for code in names_in(part) if code not in names_in(whole)}
    plain = [(part, whole) for _, part, whole in form.pairs if part in form.fields and whole in form.fields]
    (folder / "submissions").mkdir(parents=True)
    for i, (code, label) in enumerate(zip(codes, labels, strict=True)):
        entries: dict[tuple[str, str], int] = {}
        for j, measure in enumerate(form.fields):
            size_ = 400 + (i * 7 + j * 13) % 300
            number = size_ // 2 if measure in parts else size_ + 300
            entries[(measure, "now")], entries[(measure, "before")] = number, number - 20
        for _ in range(3):  # a whole may be a part itself
            for part, whole in plain:
                for when in ("now", "before"):
                    entries[(part, when)] = min(entries[(part, when)], entries[(whole, when)])
        filling = Filling(code, label, PERIOD, entries=entries, simulated=True)
        (folder / "submissions" / f"{code}_模拟.xlsx").write_bytes(workbook_bytes(form, registry, filling))
    register(folder, codes, labels)


def register(folder: Path, codes: list[str], labels: list[str]) -> None:
    """Write the list of units as a dataset of the project, and project.toml."""
    lines = ["code,name", *(f"{code},{label}" for code, label in zip(codes, labels, strict=True))]
    content = ("\n".join(lines) + "\n").encode()
    data = folder / "data" / "units"
    data.mkdir(parents=True)
    (data / "units.csv").write_bytes(content)
    (data / "passport.toml").write_text(
        '[dataset]\ntitle = "units"\nproducer = "benchmark"\ncitation = "made up"\nlicence = "MIT"\ndate = 2022-12-31\n'
        f'[file]\nname = "units.csv"\nsha256 = "{sha256(content).hexdigest()}"\nlayout = "reference"\n'
        '[columns]\ncode = { role = "unit", unit = "code" }\nname = { role = "name", unit = "text" }\n',
        encoding="utf-8",
    )
    (folder / "project.toml").write_text(
        f'edition = "{EDITION}"\nperiod = "{PERIOD}"\ndata = "data/collected.csv"\nunits = "units"\nsimulated = true\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [90, 2_842])
