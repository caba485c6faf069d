"""Margins matched with a sample: each respondent's level, and what does not match on either side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from yitihua.errors import FaultList, suggest
from yitihua.surveys.estimation.design import Codes, Floats
from yitihua.surveys.weighting.coded import CodedMargin, CodedMargins, check_margins
from yitihua.surveys.weighting.collapse import collapse
from yitihua.surveys.weighting.labels import label_codes
from yitihua.surveys.weighting.margins import Margins


def match(
    margins: Margins,
    sample: Any,
    weight: Floats,
    *,
    columns: Mapping[str, Sequence[str]] | None = None,
    county: str = "county",
    separator: str = "-",
    levels: Mapping[str, Sequence[str]] | None = None,
    minimum: int = 0,
    neighbour: Mapping[str, Mapping[str, str]] | None = None,
    tolerance: float = 1e-6,
) -> CodedMargins:
    """Find the level of each respondent in each margin.

    Only respondents with a weight other than 0 must have a level. A variable that is no column of the sample
    is taken for a crossing if its parts are columns, or beginnings of one column each: ``age_sex`` is
    (``age_band``, ``sex``).

    Parameters
    ----------
    margins : Margins
    sample : pandas or polars DataFrame, or mapping of arrays
        A row a respondent.
    weight : ndarray, shape (respondents,)
        Weights that the margins are to change; shares are turned into totals of these, unless another margin
        gives the totals.
    columns : mapping, optional
        Variable -> columns of the sample whose levels, joined by `separator`, are its levels.
    county : str
        Column for margins by county.
    separator : str
        Between the levels of a crossing.
    levels : mapping, optional
        Variable -> all levels its codebook knows; tells a misspelt level from one that nobody chose.
    minimum : int
        Levels (of a county) with fewer respondents are merged with a neighbour and noted, see `collapse`; 0 merges
        none, 1 merges the empty ones. Neighbours are levels side by side in order; in a crossing those that
        differ in the first variable only.
    neighbour : mapping, optional
        Variable -> level -> the level that it merges with.
    tolerance : float
        Of totals that differ, see `check_margins`.

    Raises
    ------
    InputError
        With every column, level and county that does not match, and the respondents concerned.

    Examples
    --------
    >>> import pandas as pd
    >>> from yitihua.surveys.weighting.margins import read_margins
    >>> table = pd.DataFrame({"variable": ["sex", "sex"], "level": ["1", "2"], "total": [51.0, 49.0]})
    >>> match(read_margins(table), pd.DataFrame({"sex": [2, 1, 1]}), np.ones(3)).margins[0].codes
    array([1, 0, 0])
    """
    faults = FaultList()
    file = margins.file
    names = [str(name) for name in (sample.columns if hasattr(sample, "columns") else sample)]
    live = weight != 0
    place = _counties(margins, sample, names, live, county, faults)
    matched = []
    for margin in margins.margins:
        parts = _parts(margin.name, names, columns or {}, file, faults)
        if parts is not None:
            matched.append(
                _match_one(margin, sample, parts, place, live, separator, (levels or {}).get(margin.name), file, faults)
            )
    faults.raise_if_any()
    coded = CodedMargins(tuple(matched), margins.notes, file)
    coded = _totals_of_shares(coded, margins.shares, weight)
    if minimum > 0 or neighbour:
        coded = merge_levels(coded, weight, minimum, neighbour)
    faults.extend(check_margins(coded, weight, tolerance))
    faults.raise_if_any()
    return coded


@dataclass(frozen=True, eq=False)
class _Places:
    """The county of each respondent as its number among the margins' counties."""

    number: Codes
    names: tuple[str, ...]


def _column(sample: Any, name: str) -> npt.NDArray[Any]:
    values = sample[name]
    return values.to_numpy() if hasattr(values, "to_numpy") else np.asarray(values)


def _counties(
    margins: Margins, sample: Any, names: list[str], live: npt.NDArray[np.bool_], county: str, faults: FaultList
) -> _Places:
    known = next((margin.groups for margin in margins.margins if margin.groups != ("",)), ("",))
    nowhere = _Places(np.zeros(len(live), dtype=np.int64), known)
    if known == ("",):
        return nowhere
    if county not in names:
        faults.add("margin-sample-column", file=margins.file, found=county, options=names, hint=suggest(county, names))
        return nowhere
    codes, found = label_codes(_column(sample, county))
    if n := int((live & (codes < 0)).sum()):
        faults.add("margin-value-missing", key=county, n=n, rows=_rows(live & (codes < 0)))
    rank = {name: i for i, name in enumerate(known)}
    number = np.array([*(rank.get(name, -1) for name in found), -1])[codes]
    people = np.bincount(codes[live & (codes >= 0)], minlength=len(found))
    for i, name in enumerate(found):
        if name not in rank and people[i]:
            hint = suggest(name, known)
            faults.add("margin-county-unknown", file=margins.file, key=county, found=name, n=int(people[i]), hint=hint)
    here = {name for i, name in enumerate(found) if people[i]}
    for name in known:
        if name not in here:
            faults.add("margin-county-empty", file=margins.file, key=f"{county} = {name}", hint="")
    return _Places(np.maximum(number, 0), known)


def _rows(mask: npt.NDArray[np.bool_]) -> list[int]:
    return [int(row) + 1 for row in np.flatnonzero(mask)[:1000]]


def _parts(
    variable: str, names: list[str], columns: Mapping[str, Sequence[str]], file: str, faults: FaultList
) -> list[str] | None:
    """Return the columns of the sample that a variable is made of."""
    if variable in columns:
        stated = columns[variable]
        wanted = [stated] if isinstance(stated, str) else list(stated)
    elif variable in names:
        wanted = [variable]
    else:
        wanted = []
        for part in variable.split("_"):
            near = [name for name in names if name.startswith(f"{part}_")]
            wanted.append(part if part in names else near[0] if len(near) == 1 else part)
    missing = [name for name in wanted if name not in names]
    for name in missing:
        what = variable if len(missing) == len(wanted) else name
        faults.add(
            "margin-variable-unknown", file=file, key=variable, found=what, options=names, hint=suggest(name, names)
        )
        break
    return None if missing else wanted


def _match_one(
    margin: CodedMargin,
    sample: Any,
    parts: list[str],
    place: _Places,
    live: npt.NDArray[np.bool_],
    separator: str,
    codebook: Sequence[str] | None,
    file: str,
    faults: FaultList,
) -> CodedMargin:
    codes, found, kins = _crossed(sample, parts, separator, live, faults)
    order = sorted(range(len(margin.levels)), key=_rank(found, margin.levels))
    levels = tuple(margin.levels[i] for i in order)
    totals = margin.totals[:, order]
    rank = {name: i for i, name in enumerate(levels)}
    lookup = np.array([*(rank.get(name, -1) for name in found), -1])
    people = np.bincount(codes[live & (codes >= 0)], minlength=len(found))
    strays = [name for i, name in enumerate(found) if people[i] and name not in rank]
    for name in strays:
        details: dict[str, Any] = {
            "found": name,
            "n": int(people[found.index(name)]),
            "options": list(levels),
            "hint": suggest(name, levels),
        }
        faults.add("margin-level-missing", file=file, key=margin.name, **details)
    met = {name for i, name in enumerate(found) if people[i]}
    for name in levels:
        unknown = name not in (set(codebook) if codebook is not None else met)
        if unknown and totals[:, rank[name]].sum() > 0 and (codebook is not None or strays):
            options = list(codebook) if codebook is not None else sorted(met)
            details = {"found": name, "options": options, "hint": suggest(name, strays or options)}
            faults.add("margin-level-unknown", file=file, key=margin.name, **details)
    level = np.maximum(lookup[codes], 0)
    by_county = margin.groups != ("",)
    flat = place.number * len(levels) + level if by_county else level
    kin = dict(zip(found, kins, strict=True))
    alike = tuple(kin.get(name, -1) for name in levels) if len(parts) > 1 else ()
    return CodedMargin(margin.name, levels, totals, flat.astype(np.int64), margin.groups, alike)


def _rank(found: list[str], levels: Sequence[str]) -> Any:
    place = {name: i for i, name in enumerate(found)}
    return lambda i: (place.get(levels[i], len(found)), i)


def _crossed(
    sample: Any, parts: list[str], separator: str, live: npt.NDArray[np.bool_], faults: FaultList
) -> tuple[Codes, list[str], list[int]]:
    """Return codes (-1 where a part is missing), names of all combinations, the first part running fastest, and kin."""
    coded = [label_codes(_column(sample, name)) for name in parts]
    codes, stride, gone = np.zeros(len(live), dtype=np.int64), 1, np.zeros(len(live), dtype=bool)
    for name, (part, levels) in zip(parts, coded, strict=True):
        if n := int((live & (part < 0)).sum()):
            faults.add("margin-value-missing", key=name, n=n, rows=_rows(live & (part < 0)))
        gone |= part < 0
        codes += part * stride
        stride *= len(levels)
    names = [separator.join(reversed(combined)) for combined in product(*(levels for _, levels in reversed(coded)))]
    return np.where(gone, -1, codes), names, [i // max(len(coded[0][1]), 1) for i in range(len(names))]


def _totals_of_shares(coded: CodedMargins, shares: frozenset[str], weight: Floats) -> CodedMargins:
    """Turn shares into totals: those of another margin of the same groups, else the sum of weights."""
    made: list[CodedMargin] = []
    plain = [margin for margin in coded.margins if margin.name not in shares]
    for margin in coded.margins:
        if margin.name in shares:
            size = next((other.totals.sum(axis=1) for other in plain if other.groups == margin.groups), None)
            if size is None and len(margin.groups) == 1 and plain:
                size = plain[0].totals.sum(keepdims=True)[0]
            if size is None:
                size = np.bincount(margin.codes // len(margin.levels), weight, len(margin.groups))
            margin = replace(margin, totals=margin.totals * size[:, None])
        made.append(margin)
    return replace(coded, margins=tuple(made))


def merge_levels(
    margins: CodedMargins, weight: Floats, minimum: int = 1, neighbour: Mapping[str, Mapping[str, str]] | None = None
) -> CodedMargins:
    """Merge levels with fewer respondents than `minimum` with a neighbour, within their county; each merge is noted.

    The population of a merged level goes to the level that takes it; the level itself stays, with a population of 0.

    Parameters
    ----------
    margins : CodedMargins
    weight : ndarray, shape (respondents,)
        Respondents of weight 0 do not count.
    minimum : int
    neighbour : mapping, optional
        Variable -> level -> level it merges with, instead of the one next to it with fewer respondents.

    Examples
    --------
    >>> margins = CodedMargins.of({"age": np.array([0, 0, 2])}, {"age": np.array([5.0, 3.0, 2.0])})
    >>> merge_levels(margins, np.ones(3)).margins[0].totals
    array([[5., 0., 5.]])
    """
    notes = FaultList()
    notes.extend(margins.notes)
    made = []
    for margin in margins.margins:
        count, width = margin.totals.size, len(margin.levels)
        live = weight != 0
        n = np.bincount(margin.codes[live], minlength=count)
        have = np.asarray(np.bincount(margin.codes, weight, count), dtype=float)
        stated = _stated(margin, (neighbour or {}).get(margin.name, {}))
        kin = np.array(margin.kin or [0] * width)
        parent = (np.arange(count) // width) * (kin.max() + 2) + np.tile(kin + 1, count // width)
        to, log = collapse(n, have, margin.totals.ravel(), parent, minimum=minimum, neighbour=stated)
        for merge in log:
            details: dict[str, Any] = {"n": merge.n, "minimum": minimum, "into": margin.label(merge.taker)}
            code = "margin-note-merged" if merge.taker != merge.giver else "margin-note-small"
            notes.add(code, file=margins.file, key=margin.label(merge.giver), **details)
        summed = np.asarray(np.bincount(to, margin.totals.ravel(), count), dtype=float)
        totals = summed.reshape(margin.totals.shape)
        made.append(replace(margin, totals=totals, codes=to[margin.codes]))
    return CodedMargins(tuple(made), tuple(notes), margins.file)


def _stated(margin: CodedMargin, pairs: Mapping[str, str]) -> dict[int, int]:
    from yitihua.errors import refuse

    width = len(margin.levels)
    found: dict[int, int] = {}
    for giver, taker in pairs.items():
        for name in (giver, taker):
            if name not in margin.levels:
                hint = suggest(name, margin.levels)
                raise refuse("class-unknown", key=margin.name, found=name, options=list(margin.levels), hint=hint)
        one, other = margin.levels.index(giver), margin.levels.index(taker)
        found |= {group * width + one: group * width + other for group in range(len(margin.groups))}
    return found
