"""How long a simulated province takes, and how much memory: 90 counties, then 2,842 with all answers.

    python benchmarks/simulate.py [UNITS ...]

Everything it makes is simulated 模拟. Each province is made by a process of its own; the peak memory is
that of the largest so far.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main(sizes: list[int]) -> None:
    """Print seconds and peak memory for each number of units."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as scratch:
            target = Path(scratch) / "province"
            start = time.perf_counter()
            command = [sys.executable, "-m", "yitihua.cli", "simulate", "--units", str(size), "-o", str(target)]
            subprocess.run(command, check=True, capture_output=True)
            seconds = time.perf_counter() - start
            written = sum(path.stat().st_size for path in target.rglob("*") if path.is_file()) / 2**20
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"{size:5d} units  {seconds:6.1f} s  peak {peak:5.0f} MB  files {written:5.1f} MB", flush=True)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [90, 2842])
