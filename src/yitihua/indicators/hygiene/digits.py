"""Digits: values heaped on 0 and 5, and first digits against Benford's law where it applies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from yitihua.indicators.hygiene.values import Column, Flag, Label, holm, without_common
from yitihua.indicators.table import Floats

#: Below it the last digit of a whole number is not near to uniform.
LEAST = 100.0
#: Values that a test of digits needs.
FEWEST = 20
#: A test counts as strong below it, after Holm.
LEVEL = 0.01
#: Benford's law is looked at where there are so many values over so many orders of magnitude.
BENFORD_VALUES, BENFORD_ORDERS = 100, 3.0
#: Mean absolute deviation of first digits from which they do not conform (Nigrini 2012).
NIGRINI = 0.015

_ASK_HEAPED: Label = (
    "是逐件统计，还是估计后取整？请提供统计台账",
    "Counted or estimated? Ask for the records behind the figures",
)
_ASK_BENFORD: Label = ("请抽查若干单位的原始记录", "Check the records of some units")


def heaping(columns: Sequence[Column], units: Sequence[str]) -> tuple[list[Flag], int]:
    """Flag measures, and units, with more last digits 0 and 5 than chance gives.

    Last digits of counts of a hundred and more are close to uniform whatever the measure, so that 0 and 5 make up
    a fifth; a binomial test says how likely as many are. For measures with decimals the last decimal counts. The
    smallest or largest value, where many units share it, is a bound of the measure, such as 100.00, and is left out.

    Returns
    -------
    flags : list of Flag
    tests : int

    References
    ----------
    Mosimann, J. E., Wiseman, C. V. and Edelman, R. E. (1995). Data fabrication: can people generate random digits?
    Accountability in Research 4, 31-55.
    """
    from scipy.stats import binom

    digits = np.full((len(columns), len(units)), np.nan)
    for j, column in enumerate(columns):
        if column.decimals is not None:
            whole = without_common(column.whole, ends=True)
            digits[j] = np.where(whole >= LEAST, whole % 10, np.nan)
    seen, heaped = np.isfinite(digits), (digits == 0) | (digits == 5)
    tests: list[tuple[tuple[str, ...], tuple[str, ...], Label, int, int]] = []
    for j, column in enumerate(columns):
        # A measure that is the same for all, or given out by the province, has no last digits to speak of.
        if seen[j].sum() >= FEWEST and len(np.unique(digits[j][seen[j]])) > 2:
            tests.append(((), (column.code,), column.name, int(heaped[j].sum()), int(seen[j].sum())))
    varied = np.array([len(np.unique(column.now[np.isfinite(column.now)])) > len(units) / 2 for column in columns])
    for row, unit in enumerate(units):
        mine = seen[:, row] & varied
        if mine.sum() >= FEWEST:
            tests.append(((unit,), (), (unit, unit), int(heaped[mine, row].sum()), int(mine.sum())))
    p = [float(binom.sf(k - 1, n, 0.2)) for _, _, _, k, n in tests]
    flags = []
    for (who, codes, name, k, n), one, adjusted in zip(tests, p, holm(p), strict=True):
        if adjusted < LEVEL:
            seen_words = (
                f"“{name[0]}”的{n}个数中，末位为0或5的有{k}个（{k / n:.0%}，偶然约20%）",
                f"{k} of {n} values of {name[1]} end in 0 or 5 ({k / n:.0%}; about 20% by chance)",
            )
            flags.append(Flag("heaping", "strong", who, codes, seen_words, _ASK_HEAPED, k / n, one, float(adjusted)))
    return flags, len(tests)


def first_digits(values: Floats) -> Floats:
    """Return how often each digit 1 to 9 comes first, shape (9,).

    Examples
    --------
    >>> first_digits(np.array([0.012, 1.5, 19.0, 250.0, 0.0, np.nan])).tolist()
    [3.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    """
    seen = np.abs(values[np.isfinite(values) & (values != 0)])
    leading = np.floor(seen / 10.0 ** np.floor(np.log10(seen)) + 1e-9).astype(int)
    return np.bincount(np.clip(leading, 1, 9), minlength=10)[1:].astype(float)


def benford(columns: Sequence[Column]) -> tuple[list[Flag], int]:
    """Flag measures whose first digits do not follow log10(1 + 1/d).

    Looked at are measures with 100 values or more over three orders of magnitude or more: first digits of others
    have no reason to follow the law. A flag needs both a chi-squared test after Holm and a mean absolute deviation
    of 0.015, since with many values every real measure differs a little.

    References
    ----------
    Benford, F. (1938). The law of anomalous numbers. Proceedings of the American Philosophical Society 78, 551-572.
    Nigrini, M. J. (2012). Benford's law. Wiley: 0.015 and more is nonconformity for first digits.
    """
    from scipy.stats import chi2

    law = np.log10(1.0 + 1.0 / np.arange(1, 10))
    tests = []
    for column in columns:
        seen = np.abs(column.now[np.isfinite(column.now) & (column.now != 0)])
        if len(seen) < BENFORD_VALUES or np.log10(seen.max() / seen.min()) < BENFORD_ORDERS:
            continue
        count = first_digits(column.now)
        n = count.sum()
        statistic = float(((count - n * law) ** 2 / (n * law)).sum())
        tests.append((column, count / n, float(np.abs(count / n - law).mean()), float(chi2.sf(statistic, 8)), int(n)))
    adjusted = holm([p for *_, p, _ in tests])
    flags = []
    for (column, share, deviation, p, n), p_all in zip(tests, adjusted, strict=True):
        if p_all < LEVEL and deviation >= NIGRINI:
            digit = int(np.argmax(np.abs(share - law))) + 1
            expected = law[digit - 1]
            seen_words = (
                f"“{column.name[0]}”的首位数字偏离本福特定律（{n}个数，平均偏差{deviation:.3f}）：首位为{digit}的占"
                f"{share[digit - 1]:.0%}，定律为{expected:.0%}",
                f"first digits of {column.name[1]} depart from Benford's law ({n} values, mean deviation "
                f"{deviation:.3f}): {share[digit - 1]:.0%} begin with {digit}, the law has {expected:.0%}",
            )
            flags.append(
                Flag("benford", "strong", (), (column.code,), seen_words, _ASK_BENFORD, deviation, p, float(p_all))
            )
    return flags, len(tests)
