"""Checks of the values that were read, where file and cell are still known."""

from __future__ import annotations

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.expressions import names_in
from yitihua.errors import FaultList
from yitihua.indicators.blocks import Block
from yitihua.indicators.shares import above_whole, part_words, parts_of
from yitihua.indicators.table import Floats


def check_parts(edition: Edition, block: Block, file: str, faults: FaultList) -> list[str]:
    """Refuse a part above its whole, in whichever period it stands.

    Returns
    -------
    list of str
        Indicators (with the number of units) where that is said, not refused: a frame from Python may hold
        trial values.
    """
    said = []
    for indicator, part, whole in parts_of(edition):
        codes = list(dict.fromkeys((*names_in(part), *names_in(whole))))
        if not block.numbers.keys() >= set(codes):
            continue
        top, bottom, above = above_whole(part, whole, block.numbers)
        if not file:
            said += [f"{indicator} ({int(above.sum())})"] if above.any() else []
            continue
        for row in np.flatnonzero(above).tolist():
            cells = [block.places[(block.units[row], code)] for code in codes]
            key = f"{block.units[row]}, {codes[0]}"
            faults.add(
                "part-above-whole", file=file, cell=cells[0], key=key, indicator=indicator,
                found=f"{top[row]:.15g}", bound=f"{bottom[row]:.15g}", other=cells[1:],
                **part_words(part, whole, edition.measures),
            )  # fmt: skip
    return said


def check_logarithms(edition: Edition, block: Block, values: Floats, file: str, faults: FaultList) -> None:
    """Refuse what has no logarithm later."""
    for j, (code, indicator) in enumerate(edition.indicators.items()):
        if indicator.transform != "ln":
            continue
        for row in np.flatnonzero(values[:, j] <= 0).tolist():
            unit, found = block.units[row], f"{values[row, j]:g}"
            cell = block.places.get((unit, code), "")
            faults.add("log-domain", file=file, cell=cell, key=f"{unit}, {code}", name=code, found=found, bound="0")


def check_percents(edition: Edition, block: Block, file: str, faults: FaultList) -> None:
    """Refuse a percentage typed as 0 to 1: what is below 1 where even the worst goalpost is 5 per cent or more."""
    for code, indicator in edition.indicators.items():
        if indicator.unit.zh != "%" or indicator.goalposts is None or indicator.goalposts.lower < 5:
            continue
        given = block.numbers.get(code, np.empty(0))
        for row in np.flatnonzero((given > 0) & (given < 1)).tolist():
            unit, found, posts = block.units[row], float(given[row]), indicator.goalposts
            faults.add(
                "value-share", file=file, cell=block.places.get((unit, code), ""), key=f"{unit}, {code}",
                name=indicator.name.zh, name_en=indicator.name.en, found=f"{found:g}", hint=f"{found * 100:.10g}",
                lower=f"{posts.lower:g}", upper=f"{posts.upper:g}",
            )  # fmt: skip
