"""Copies: units that submitted the same numbers as another unit, or as themselves the year before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from yitihua.indicators.hygiene.values import Column, Flag, Label, holm, without_common
from yitihua.indicators.table import Floats

#: Two units agree on a measure by chance more often than this: it says nothing of copying.
COMMON = 0.05
#: Equal values that a flag needs.
FEWEST = 3
LEVEL = 0.01
#: A single value that is the same as last year is asked about below this probability.
SINGLE = 0.001
#: Pairs of units compared at a time.
_BLOCK = 1 << 20

_ASK_COPY: Label = ("是否照抄了另一单位的报表？", "Was the other unit's form copied?")
_ASK_CARRIED: Label = (
    "是否照抄了上年数字？请提供本年台账",
    "Was last year's figure copied? Ask for this year's records",
)


def copies(columns: Sequence[Column], units: Sequence[str]) -> tuple[list[Flag], int]:
    """Flag pairs of units with more equal values than chance gives.

    Units of the same size have similar numbers, so chance is taken from the pair itself: of the measures on which
    its two values lie within w of each other, w = 2 sqrt(value) steps of the last digit and 2 at least, each is
    equal with probability 1 / (2w + 1). The number of equal values is compared with a Poisson distribution with
    the sum of these as its mean. Measures on which 5% of all pairs agree or more, such as numbers of towns, are
    passed over, and so are zeros and values that many units share.

    References
    ----------
    Blasius, J. and Thiessen, V. (2015). Should we trust survey data? Assessing response simplification and data
    fabrication. Social Science Research 52, 479-493.
    """
    from scipy.stats import poisson

    whole = _telling(columns)
    count = len(units)
    tests = count * (count - 1) // 2
    if not len(whole) or not tests:
        return [], 0
    flags = []
    size = max(1, _BLOCK // count)
    for first in range(0, count, size):
        rows = slice(first, min(first + size, count))
        same = np.zeros((rows.stop - rows.start, count), dtype=np.int16)
        for column in whole:
            same += column[rows, None] == column[None, :]  # NaN equals nothing
        pairs = np.argwhere(same >= FEWEST)
        pairs = pairs[pairs[:, 1] > pairs[:, 0] + first]
        if not len(pairs):
            continue
        a, b = pairs[:, 0] + first, pairs[:, 1]
        expected = _expected(whole[:, a], whole[:, b])
        p = poisson.sf(same[pairs[:, 0], b] - 1, expected)
        for k in np.flatnonzero(p * tests < LEVEL).tolist():
            pair = (int(a[k]), int(b[k]))
            flags.append(
                _copy(columns, units, pair, int(same[pairs[k, 0], b[k]]), float(expected[k]), float(p[k]), tests)
            )
    return flags, tests


def _telling(columns: Sequence[Column]) -> Floats:
    """Return the measures on which few pairs of units agree, in steps of their last digit, shape (measures, units)."""
    kept = []
    for column in columns:
        seen = np.isfinite(column.now)
        n = int(seen.sum())
        if n < 2 or column.decimals is None:
            continue
        _, repeats = np.unique(column.now[seen], return_counts=True)
        if (repeats * (repeats - 1)).sum() <= COMMON * n * (n - 1):
            whole = without_common(column.whole)
            # Two units without a case have the same number of cases: 0 is no copy.
            kept.append(np.where(whole == 0, np.nan, whole))
    return np.array(kept)


def _expected(x: Floats, y: Floats) -> Floats:
    """Return how many values of pairs are equal by chance, given that they are near; arrays (measures, pairs)."""
    within = np.maximum(2.0, np.ceil(2.0 * np.sqrt(np.minimum(np.abs(x), np.abs(y)))))
    near = np.abs(x - y) <= within
    return np.asarray(np.where(near, 1.0 / (2.0 * within + 1.0), 0.0).sum(axis=0))


def _copy(
    columns: Sequence[Column],
    units: Sequence[str],
    pair: tuple[int, int],
    telling: int,
    expected: float,
    p: float,
    tests: int,
) -> Flag:
    a, b = pair
    codes = tuple(column.code for column in columns if column.now[a] == column.now[b])
    both = sum(bool(np.isfinite(column.now[[a, b]]).all()) for column in columns)
    words = (
        f"{units[a]}与{units[b]}有{len(codes)}项数字完全相同（双方都有的{both}项）；其中{telling}项是少有雷同的数字，"
        f"偶然约{expected:.1f}项",
        f"{units[a]} and {units[b]} have {len(codes)} equal values of {both}; {telling} of them are rare ones, "
        f"about {expected:.1f} by chance",
    )
    return Flag("copy", "strong", (units[a], units[b]), codes, words, _ASK_COPY, float(telling), p, min(p * tests, 1.0))


def unchanged(columns: Sequence[Column], units: Sequence[str]) -> tuple[list[Flag], int]:
    """Flag units whose values are those of the year before more often than chance gives.

    The chance that a value stays the same is taken from the spread of changes d of the other units: about
    1 / (s sqrt(2 pi)) in steps of the last digit, s = 1.4826 median |d|. Measures that stay the same for more than
    a twentieth of the units, such as numbers of towns, are passed over. The number of equal values of a unit is
    compared with a Poisson distribution; a single one with a chance below 0.001 is asked about. Stocks that truly stay
    the same for just under a twentieth of the units raise the rate of false flags above 1%.
    """
    from scipy.stats import poisson

    chance = np.full((len(columns), len(units)), np.nan)
    equal = np.zeros((len(columns), len(units)), dtype=bool)
    for j, column in enumerate(columns):
        both = np.isfinite(column.now) & np.isfinite(column.before)
        if column.decimals is None or both.sum() < 10:
            continue
        step = np.abs(column.now - column.before) * 10.0**column.decimals
        same = both & (step < 0.5)
        spread = 1.4826 * float(np.median(step[both]))
        if same.sum() > max(1, COMMON * both.sum()) or spread < 1:
            continue
        # The larger the value, the larger its change: spread in proportion to the square root of the value.
        size = np.sqrt(np.maximum(np.abs(column.before), 1.0))
        own = spread * size / np.median(size[both])
        chance[j] = np.where(both, np.minimum(1.0 / (own * np.sqrt(2 * np.pi)), 1.0), np.nan)
        equal[j] = same
    looked = np.isfinite(chance)
    rows = np.flatnonzero(looked.any(axis=0))
    count, mean = equal.sum(axis=0), np.nansum(chance, axis=0)
    p = poisson.sf(count[rows] - 1, mean[rows])
    adjusted = holm(p.tolist())
    flags = []
    for row, one, p_all in zip(rows.tolist(), p.tolist(), adjusted.tolist(), strict=True):
        hit = np.flatnonzero(equal[:, row])
        codes = tuple(columns[j].code for j in hit.tolist())
        named = [columns[j].name for j in hit.tolist()]
        names = ("、".join(name[0] for name in named), ", ".join(name[1] for name in named))
        values = "1 value" if len(hit) == 1 else f"{len(hit)} values"
        words = (
            f"{units[row]}有{len(hit)}项与上年完全相同（偶然约{mean[row]:.2f}项）：{names[0]}",
            f"{units[row]} has {values} equal to last year's (about {mean[row]:.2f} by chance): {names[1]}",
        )
        if p_all < LEVEL and len(hit) >= 2:
            flags.append(
                Flag("unchanged", "strong", (units[row],), codes, words, _ASK_CARRIED, float(len(hit)), one, p_all)
            )
        elif len(hit) and (rare := [j for j in hit if chance[j, row] < SINGLE]):
            own = float(chance[rare, row].min())
            flags.append(Flag("unchanged", "look", (units[row],), codes, words, _ASK_CARRIED, float(len(hit)), own))
    return flags, len(rows)
