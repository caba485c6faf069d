"""The real units that simulated numbers are hung on: names, cities, populations, towns."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yitihua.errors import refuse, suggest
from yitihua.indicators.datasets import load_dataset
from yitihua.indicators.table import Floats

#: Zhejiang's resident population over that of the 2020 census (64.57 million), by year: 65.40 and 65.77 million.
GROWTH = {"2021": 1.0129, "2022": 1.0186}

#: Counties on the border of the province: cases across regions are commoner there.
BORDER = frozenset({
    "330112", "330127", "330327", "330329", "330411", "330421", "330482", "330483", "330503", "330522", "330523",
    "330822", "330824", "330881", "331123", "331126", "331127", "331181",
})  # fmt: skip

#: Where the register shows no towns: Longgang has nine areas instead.
AREAS_IN_PLACE_OF_TOWNS = 9


@dataclass(frozen=True, slots=True)
class Units:
    """What is known of the units, one entry a unit.

    Attributes
    ----------
    codes, names_zh, names_en : tuple of str
        Codes and names; the English name may be empty.
    city : ndarray of int
        Index of the unit's city.
    population : ndarray
        Residents by the 2020 census.
    towns : ndarray
        Towns and subdistricts.
    urban : ndarray
        Share of residents in towns and cities.
    border : ndarray of bool
        Whether the unit lies on the border of Zhejiang.
    """

    codes: tuple[str, ...]
    names_zh: tuple[str, ...]
    names_en: tuple[str, ...]
    city: npt.NDArray[np.int64]
    population: Floats
    towns: Floats
    urban: Floats
    border: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: Sequence[int]) -> Units:
        """Return some units, in the given order."""
        index = list(rows)
        codes, zh, en = (tuple(names[row] for row in index) for names in (self.codes, self.names_zh, self.names_en))
        return Units(
            codes, zh, en, self.city[index], self.population[index], self.towns[index], self.urban[index],
            self.border[index],
        )  # fmt: skip


def stream(seed: int, *names: str) -> np.random.Generator:
    """Return the random numbers of one part of the simulation.

    Each part has its own stream, so that one part can be left out or changed without moving the others.

    Examples
    --------
    >>> bool(stream(0, "latent").integers(100) == stream(0, "latent").integers(100))
    True
    """
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


def zhejiang() -> Units:
    """Return the 90 county-level units of Zhejiang.

    Examples
    --------
    >>> len(zhejiang()), int(zhejiang().population.sum())
    (90, 64567588)
    """
    frame = load_dataset("zhejiang-counties").frame
    population = frame["pop_2020"].to_numpy(dtype=float)
    towns = frame["n_towns_total_2023"].to_numpy(dtype=float)
    density = population / frame["area_km2"].to_numpy(dtype=float)
    known = frame["urban_pop_2020"].to_numpy(dtype=float) / population
    return Units(
        codes=tuple(frame["code"]),
        names_zh=tuple(frame["name_zh"]),
        names_en=tuple(frame["name_en"]),
        city=np.unique(frame["city_code"].to_numpy(dtype=str), return_inverse=True)[1],
        population=population,
        towns=np.where(towns > 0, towns, AREAS_IN_PLACE_OF_TOWNS),
        urban=np.clip(np.where(np.isnan(known), urban_by_density(density), known), 0.2, 0.98),
        border=np.array([code in BORDER for code in frame["code"]]),
    )


def urban_by_density(density: Floats) -> Floats:
    """Return a likely urban share where none is published, from residents a square kilometre."""
    return np.clip(0.2 + 0.09 * np.log(np.maximum(density, 1.0)), 0.2, 0.98)


def china(seed: int) -> Units:
    """Return the 2,842 standard county-level units of China; towns and urban shares are drawn.

    Examples
    --------
    >>> len(china(0))
    2842
    """
    frame = load_dataset("china-counties").frame
    frame = frame[frame["is_standard"] == 1]
    rng = stream(seed, "china")
    population = frame["pop_2020"].to_numpy(dtype=float)
    population = np.where(population > 0, population, np.nanmedian(population))
    typical = 13.6 * np.sqrt(population / population.mean())  # 38,602 towns in 2,843 units
    towns = np.maximum(np.round(typical * np.exp(0.25 * rng.standard_normal(len(frame)))), 3.0)
    district = (frame["type"] == "市辖区").to_numpy()
    urban = np.where(district, 0.8, 0.5) + 0.12 * rng.standard_normal(len(frame))
    return Units(
        codes=tuple(frame["code"]),
        names_zh=tuple(frame["name_zh"]),
        names_en=("",) * len(frame),
        city=np.unique(frame["city_code"].to_numpy(dtype=str), return_inverse=True)[1],
        population=population,
        towns=towns,
        urban=np.clip(urban, 0.2, 0.98),
        border=np.array([code in BORDER for code in frame["code"]]),
    )


def rows_of(units: Units, codes: Sequence[str]) -> list[int]:
    """Return the rows of some codes, refusing those that are not there.

    Examples
    --------
    >>> rows_of(zhejiang(), ["330102"])
    [0]
    """
    place = {code: row for row, code in enumerate(units.codes)}
    for code in codes:
        if code not in place:
            hint = suggest(code, units.codes)
            raise refuse("unknown-unit", key="--counties", name=code, options=units.codes, hint=hint)
    return [place[code] for code in codes]
