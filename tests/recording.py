"""Small folders of records, written by hand, for the tests of records."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from yitihua.definitions import load_edition
from yitihua.indicators.records.measuring import Asked, Counted, ask, measure
from yitihua.indicators.records.periods import Period

#: A county, its towns, and items: enough for cases and inspections to refer to.
BASE = {
    "towns": "town,county,valid_from\nT1,330421,2000-01-01\nT2,330421,2000-01-01\n",
    "items": (
        "item_id,county,list,main,field,comprehensive_from,valid_from\n"
        "I1,330421,penalty,1,streets,2021-01-01,2020-01-01\n"
        "I2,330421,penalty,1,water,,2020-01-01\n"
        "S1,330421,penalty,0,streets,2021-01-01,2020-01-01\n"
    ),
}
CASES = "case_id,county,body,town,procedure,field,item_id,filed_at,evidence_at,decided_at,delivered_at,outcome,penalty"


def records(folder: Path, files: Mapping[str, str | bytes], base: bool = True) -> Path:
    """Write files by name (a name without an ending is CSV), on top of a county's own; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {**(BASE if base else {}), **files}.items():
        path = folder / (name if "." in name else f"{name}.csv")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def asked(folder: Path) -> Asked:
    """Return what is to be counted, by the edition of Zhejiang."""
    return ask(load_edition("zhejiang-2022"), folder)


def counted(folder: Path, *periods: str, max_rejects: float = 1) -> Counted:
    """Count the measures of a folder; a year unless stated."""
    return measure(asked(folder), [Period.of(p) for p in periods or ("2022",)], max_rejects=max_rejects)


def value(found: Counted, name: str, period: int = 0, county: str = "330421") -> float:
    """Return one count."""
    return float(found.values[name][period, found.counties.index(county)])


def case(number: int, **changes: str) -> str:
    """Return a line of cases.csv: a simple case of the comprehensive bureau, with changes."""
    cells = {
        "case_id": f"C{number}", "county": "330421", "body": "comprehensive", "town": "", "procedure": "simple",
        "field": "streets", "item_id": "I1", "filed_at": "", "evidence_at": "2022-03-01 10:00",
        "decided_at": "2022-03-01 10:10", "delivered_at": "2022-03-01 10:20", "outcome": "penalty", "penalty": "fine",
    } | changes  # fmt: skip
    return ",".join(cells[column] for column in CASES.split(","))


def cases(*lines: str) -> str:
    """Return cases.csv."""
    return "\n".join([CASES, *lines]) + "\n"
