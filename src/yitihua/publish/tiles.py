"""Where counties stand in a tile map: a tile a county, for want of open boundaries."""

from __future__ import annotations

from functools import cache

#: The dataset of the tiles of Zhejiang.
DATASET = "zhejiang-tilegrid"


@cache
def known_tiles() -> dict[str, tuple[int, int]]:
    """Return row and column of every county of Zhejiang in the tile map, by code; 0 is the north and the west.

    Examples
    --------
    >>> len(known_tiles()), known_tiles()["330106"]
    (90, (3, 3))
    """
    from yitihua.indicators.datasets import load_dataset

    frame = load_dataset(DATASET).frame
    return {str(one["code"]): (int(one["row"]), int(one["col"])) for one in frame.to_dict("records")}


def short_name(name: str) -> str:
    """Return a county's name as it fits a tile.

    Examples
    --------
    >>> short_name("Jingning She Autonomous County"), short_name("Yiwu City"), short_name("景宁畲族自治县")
    ('Jingning She', 'Yiwu', '景宁县')
    """
    for kind in (" Autonomous County", " District", " County", " City"):
        name = name.removesuffix(kind)
    return name.replace("畲族自治县", "县")
