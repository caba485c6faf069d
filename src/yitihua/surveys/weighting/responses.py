"""Dispositions as AAPOR's final categories, and response rates RR1-RR6 (AAPOR Standard Definitions, 2023)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from yitihua.errors import FaultList, suggest
from yitihua.surveys.estimation.design import Codes, Floats

Category = Literal["I", "P", "R", "NC", "O", "UH", "UO", "NE"]

#: I complete, P partial, R refusal and break-off, NC not contacted, O other non-response, UH unknown whether an
#: eligible household, UO unknown otherwise, NE not eligible.
CATEGORIES: Final[tuple[Category, ...]] = ("I", "P", "R", "NC", "O", "UH", "UO", "NE")

#: The words of the shipped surveys. Nobody was asked the screening questions who was not reached.
DISPOSITIONS: Final[dict[str, Category]] = {
    "complete": "I", "partial": "P", "refusal": "R", "break-off": "R", "not contacted": "NC", "other": "O",
    "not reached": "UO", "unknown": "UO", "unknown household": "UH", "not eligible": "NE", "ineligible": "NE",
}  # fmt: skip


def categories(dispositions: npt.ArrayLike, meaning: Mapping[str, str] | None = None, *, file: str = "") -> Codes:
    """Return the category of each disposition, an index into `CATEGORIES`.

    Parameters
    ----------
    dispositions : array of str, shape (people,)
    meaning : mapping, optional
        Disposition -> category; `DISPOSITIONS` if left out.
    file : str

    Raises
    ------
    InputError
        Naming each disposition without a meaning, and how many people have it; missing ones too.

    Examples
    --------
    >>> categories(["complete", "refusal", "not reached"])
    array([0, 2, 6])
    """
    import pandas as pd

    meaning = DISPOSITIONS if meaning is None else meaning
    codes, words = pd.factorize(np.asarray(dispositions, dtype=object))
    faults = FaultList()
    place = np.full(len(words) + 1, -1)
    for i, word in enumerate(map(str, words)):
        category = meaning.get(word)
        if category in CATEGORIES:
            place[i] = CATEGORIES.index(category)
        else:
            first = int(np.argmax(codes == i)) + 1
            details: dict[str, Any] = {
                "found": word,
                "n": int((codes == i).sum()),
                "row": first,
                "options": sorted(meaning),
            }
            faults.add("disposition-unknown", file=file, key="disposition", hint=suggest(word, meaning), **details)
    if n := int((codes < 0).sum()):
        rows = (np.flatnonzero(codes < 0)[:1000] + 1).tolist()
        faults.add("disposition-missing", file=file, key="disposition", n=n, rows=rows)
    faults.raise_if_any()
    return np.asarray(place[codes])


@dataclass(frozen=True, slots=True)
class ResponseRates:
    """AAPOR's response rates, as parts of 1; NaN where nobody could have answered.

    Attributes
    ----------
    counts : dict
        People (or their weights) by category.
    e : float
        Part of those of unknown eligibility taken to be eligible, in RR3 and RR4.
    rr1, ..., rr6 : float
        Odd numbers count complete interviews, even ones partial interviews too. RR1 and RR2 take all unknown
        as eligible, RR3 and RR4 a part e, RR5 and RR6 none.
    """

    counts: dict[str, float]
    e: float
    rr1: float
    rr2: float
    rr3: float
    rr4: float
    rr5: float
    rr6: float


def response_rates(category: Codes, weight: Floats | None = None, e: float | None = None) -> ResponseRates:
    """Return response rates.

    Parameters
    ----------
    category : ndarray of int, shape (people,)
        Index into `CATEGORIES`.
    weight : ndarray, optional
        Base weights, for weighted rates.
    e : float, optional
        Eligible part of the unknown; the part among the known (CASRO) if left out.

    Examples
    --------
    >>> rates = response_rates(np.repeat(np.arange(8), [400, 50, 200, 100, 50, 100, 50, 50]))
    >>> round(rates.rr1, 4), round(rates.rr3, 4), round(rates.rr6, 4)
    (0.4211, 0.425, 0.5625)
    """
    sums = np.bincount(category, weight, len(CATEGORIES)).astype(float)
    counts = dict(zip(CATEGORIES, sums.tolist(), strict=True))
    complete, answered = counts["I"], counts["I"] + counts["P"]
    known = answered + counts["R"] + counts["NC"] + counts["O"]
    unknown = counts["UH"] + counts["UO"]
    if e is None:
        e = known / (known + counts["NE"]) if known + counts["NE"] else float("nan")
    parts = [known + unknown, known + (e * unknown if unknown else 0.0), known]
    rates = [top / below if below > 0 else float("nan") for below in parts for top in (complete, answered)]
    return ResponseRates(counts, e, *rates)
