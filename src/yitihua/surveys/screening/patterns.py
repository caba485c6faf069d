"""Patterns of careless answering: long runs of one answer, hardly any variation, odd combinations."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from yitihua.definitions.survey_models import QuestionnaireFile
from yitihua.surveys.answer_table import Bools, Floats, Ints
from yitihua.surveys.scoring import missing_codes, valid_codes


def blocks(form: QuestionnaireFile, items: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return runs of at least three neighbouring items with the same answers, as a page shows them.

    Attention checks are left out and do not end a block: who gives one answer throughout but reads
    the check has still given one answer throughout.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> form = load_edition("zhejiang-2022").questionnaires["citizens"]
    >>> blocks(form, tuple(form.items))
    (('CZ06', 'CZ07', 'CZ08', 'CZ09', 'CZ10', 'CZ11'),)
    """
    found: list[list[str]] = []
    before: object = None
    for code in items:
        item = form.items[code]
        if item.expected is not None:
            continue
        scale = form.scales[item.scale]
        answers = tuple(sorted((o.code, o.text.zh) for o in scale.options if not o.missing))
        same = scale.kind == "ordinal" and answers == before
        if same:
            found[-1].append(code)
        elif scale.kind == "ordinal":
            found.append([code])
        before = answers if scale.kind == "ordinal" else None
    return tuple(tuple(block) for block in found if len(block) >= 3)


def long_string(codes: Floats) -> tuple[Ints, Ints]:
    """Return the longest run of one answer, and how many items were answered.

    Items without an answer are passed over; don't-know codes are answers (Johnson 2005, Journal of
    Research in Personality 39: 103-129).

    Parameters
    ----------
    codes : ndarray, shape (respondents, items)
        One block, in the order asked; NaN where there is no answer.

    Examples
    --------
    >>> long_string(np.array([[3.0, 3.0, np.nan, 3.0], [1.0, 2.0, 2.0, 5.0]]))
    (array([3, 2]), array([3, 4]))
    """
    count = codes.shape[0]
    last = np.full(count, np.nan)
    run, longest = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    for column in codes.T:
        given = ~np.isnan(column)
        run = np.where(given, np.where(column == last, run + 1, 1), run)
        longest = np.maximum(longest, run)
        last = np.where(given, column, last)
    return longest, (~np.isnan(codes)).sum(axis=1)


def on_unit_scale(codes: Floats, items: tuple[str, ...], form: QuestionnaireFile) -> Floats:
    """Return ordinal and binary answers put on 0 to 1 by their scale's ends, not turned round; others NaN.

    Parameters
    ----------
    codes : ndarray, shape (respondents, items)
        As given.
    items : tuple of str
        Their codes.
    """
    found = np.full(codes.shape, np.nan)
    for place, code in enumerate(items):
        scale = form.scales[form.items[code].scale]
        valid = valid_codes(scale)
        if scale.kind not in ("ordinal", "binary") or len(valid) < 2:
            continue
        column = np.where(np.isin(codes[:, place], missing_codes(scale)), np.nan, codes[:, place])
        found[:, place] = (column - valid[0]) / (valid[-1] - valid[0])
    return found


def irv(values: Floats, least: int = 6) -> Floats:
    """Return the standard deviation of a respondent's own answers: intra-individual response variability.

    Dunn, Heggestad, Shanock & Theilgard 2018, Journal of Business and Psychology 33: 105-121. The
    divisor is the number of answers.

    Parameters
    ----------
    values : ndarray, shape (respondents, items)
        On one scale; NaN is left out.
    least : int
        With fewer answers the result is NaN.

    Examples
    --------
    >>> irv(np.array([[0.5, 0.5, 0.5], [0.0, 1.0, np.nan]]), least=2)
    array([0. , 0.5])
    """
    known = np.isfinite(values)
    n = known.sum(axis=1)
    filled = np.where(known, values, 0.0)
    mean = filled.sum(axis=1) / np.maximum(n, 1)
    squares = np.where(known, (values - mean[:, None]) ** 2, 0.0).sum(axis=1)
    return np.where(n >= least, np.sqrt(squares / np.maximum(n, 1)), np.nan)


def mahalanobis(values: Floats, least: int = 3, shrink: float = 0.1) -> tuple[Floats, Floats]:
    """Return squared Mahalanobis distances and their chi-square probabilities.

    The covariance is taken over pairs that are both answered, and shrunk towards its diagonal:
    ``(1 - shrink) S + shrink diag(S)``, so that items that say nearly the same do not blow the
    distance up. A respondent's distance is over the items answered, with as many degrees of freedom
    (Meade & Craig 2012, Psychological Methods 17: 437-455; the usual line is p < .001). Answers on
    five points are not normal, so this is one signal among others and never decides alone.

    Parameters
    ----------
    values : ndarray, shape (respondents, items)
        NaN where missing.
    least : int
        With fewer answers the result is NaN.
    shrink : float
        From 0 (the covariance as it is) to 1 (items taken one by one).

    Returns
    -------
    distance, p : ndarray, shape (respondents,)
        NaN where too few are answered, or where no covariance can be taken.
    """
    from scipy.special import chdtrc

    known = np.isfinite(values)
    centred = np.where(known, values - _column_means(values, known), 0.0)
    pairs = known.T.astype(float) @ known
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = centred.T @ centred / (pairs - 1)
    covariance = np.where(pairs > 1, covariance, 0.0)
    covariance = (1 - shrink) * covariance + shrink * np.diag(np.diag(covariance))
    varies = np.diag(covariance) > 0
    known = known & varies
    distance = np.full(len(values), np.nan)
    # Respondents with the same items answered share one inverse; patterns are few beside respondents.
    words = packed(known)
    _, member = np.unique(words[:, 0] if words.shape[1] == 1 else words, axis=0, return_inverse=True)
    order = np.argsort(member.ravel(), kind="stable")
    starts = np.searchsorted(member.ravel()[order], np.arange(int(member.max(initial=-1)) + 2))
    for first, end in itertools.pairwise(starts.tolist()):
        rows = order[first:end]
        which = np.flatnonzero(known[rows[0]])
        if len(which) >= least:
            part, z = covariance[np.ix_(which, which)], centred[np.ix_(rows, which)]
            distance[rows] = np.maximum((z @ np.linalg.pinv(part, hermitian=True) * z).sum(axis=1), 0.0)
    return distance, np.asarray(chdtrc(known.sum(axis=1).clip(1).astype(float), distance))


def packed(known: Bools) -> npt.NDArray[np.uint32]:
    """Return rows of booleans as words of 32 bits, shape (rows, words).

    Examples
    --------
    >>> packed(np.array([[True, False], [False, False]])).shape
    (2, 1)
    """
    bits = np.packbits(known, axis=1)
    padded = np.zeros((len(known), -(-max(bits.shape[1], 1) // 4) * 4), dtype=np.uint8)
    padded[:, : bits.shape[1]] = bits
    return padded.view(np.uint32)


def _column_means(values: Floats, known: Bools) -> Floats:
    n = known.sum(axis=0)
    return np.asarray(np.where(known, values, 0.0).sum(axis=0) / np.maximum(n, 1))
