"""What is known of units beside their values: type, city, population, area."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from yitihua.indicators.table import IndicatorTable

#: The dataset that knows the county-level units of Zhejiang, by code.
DATASET = "zhejiang-counties"


@dataclass(frozen=True)
class Place:
    """One county-level unit.

    Attributes
    ----------
    kind : str
        Its type, as 市辖区, 县级市 or 县.
    population, area : float
        Residents at the census, and km2; NaN where unknown.
    city, city_zh, city_en : str
        Code and names of the city above it.
    """

    kind: str
    population: float
    area: float
    city: str
    city_zh: str
    city_en: str


@cache
def known_places() -> dict[str, Place]:
    """Return what `zhejiang-counties` says, by code.

    Examples
    --------
    >>> known_places()["330421"].city_en
    'Jiaxing'
    """
    from yitihua.indicators.datasets import load_dataset

    frame = load_dataset(DATASET).frame
    return {
        str(row["code"]): Place(
            str(row["type"]), float(row["pop_2020"]), float(row["area_km2"]),
            str(row["city_code"]), str(row["city_zh"]), str(row["city_en"]),
        )
        for row in frame.to_dict("records")
    }  # fmt: skip


def places_of(table: IndicatorTable) -> dict[str, Place]:
    """Return the places among a table's units; units that are not known are left out."""
    known = known_places()
    return {unit: known[unit] for unit in table.units if unit in known}
