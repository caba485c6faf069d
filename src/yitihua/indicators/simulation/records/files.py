"""Write simulated records: a file a type for every few counties, in one step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from yitihua.definitions import load_edition
from yitihua.errors import refuse
from yitihua.indicators.records.folder import MANIFEST
from yitihua.indicators.simulate import simulate_measures
from yitihua.indicators.simulation.records.county import YEARS, county_records
from yitihua.indicators.simulation.records.lists import whole_numbers

#: Counties a file holds: memory is that of so many.
BATCH = 10
HEADER = """# 模拟记录：由yitihua simulate生成，不得作为任何县的结论。
# SIMULATED records, made by yitihua simulate; nothing may be concluded about any county.
simulated = true
"""


def truth(seed: int, units: int, codes: Sequence[str]) -> tuple[tuple[str, ...], dict[int, dict[str, np.ndarray]]]:
    """Return the counties and the measures that their records are to have: before any county forgot to report one."""
    province = simulate_measures(seed, units, codes, complete=True)
    return province.units.codes, {year: dict(province.measures[str(year)]) for year in YEARS}


def write_records(
    folder: Path, seed: int, units: int, codes: Sequence[str] = (), form: str = "parquet",
    track: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> int:  # fmt: skip
    """Write the records of simulated counties into a folder; return how many.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    seed, units, codes
        As in `simulate_measures`.
    form : {"parquet", "csv"}
    track : callable
        Shows progress over batches of counties.

    Raises
    ------
    InputError
        If they cannot be written.
    """
    import duckdb

    counties, measures = truth(seed, units, codes)
    checklists = load_edition("zhejiang-2022").checklists
    count = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        nothing: dict[str, list[str]] = {}
        starts = list(range(0, len(counties), BATCH))
        with duckdb.connect() as connection:
            for number, start in enumerate(track(starts), 1):
                made = {
                    counties[row]: {year: whole_numbers(measures[year], row) for year in YEARS}
                    for row in range(start, min(start + BATCH, len(counties)))
                }
                records = ((county, county_records(seed, county, m, checklists)) for county, m in made.items())
                count += _write(connection, folder, number, records, form, nothing)
        (folder / MANIFEST).write_text(HEADER + _stated(nothing), encoding="utf-8")
    except (OSError, duckdb.IOException) as error:
        raise refuse("bad-output", name=str(folder), reason=str(error).splitlines()[0][:80]) from None
    return count


def _stated(nothing: dict[str, list[str]]) -> str:
    """Return what records.toml says of counties that have no record of some type: they have none, and have sent all."""
    if not nothing:
        return ""
    lines = [
        f'"{county}" = [{", ".join(f"{chr(34)}{kind}{chr(34)}" for kind in kinds)}]'
        for county, kinds in nothing.items()
    ]
    return "\n".join(["", "[nothing]", *lines, ""])


def _write(
    connection: Any, folder: Path, number: int, made: Iterator[tuple[str, dict[str, pd.DataFrame]]], form: str,
    nothing: dict[str, list[str]],
) -> int:  # fmt: skip
    whole: dict[str, list[pd.DataFrame]] = {}
    for county, records in made:
        if absent := [kind for kind, rows in records.items() if rows.empty]:
            nothing[county] = absent
        for kind, rows in records.items():
            if not rows.empty:
                whole.setdefault(kind, []).append(rows)
    count = 0
    for kind, parts in whole.items():
        table = pd.concat(parts, ignore_index=True)
        count += len(table)
        connection.register("rows_of_a_type", table)
        path = str(folder / f"{kind}-{number:02d}.{form}").replace("'", "''")
        options = "FORMAT parquet, COMPRESSION zstd" if form == "parquet" else "HEADER"
        connection.execute(f"COPY (SELECT * FROM rows_of_a_type) TO '{path}' ({options})")
        connection.unregister("rows_of_a_type")
    return count
