"""The sampling errors of two periods: what is stated, what one period lends the other, and what is assumed.

Waves are taken as independent samples: nothing in the data says which respondents were asked twice. Where the same
clusters or people are asked again errors of both waves hang together, mostly in the same direction, and the standard
error of a change comes out too large: a test says too seldom that something changed, not too often.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from yitihua.errors import refuse
from yitihua.index.sampling import errors_of
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.covariance import Covariance
from yitihua.indicators.table import Floats, Remark

Mask = npt.NDArray[np.bool_]

#: What is taken where a period does not state its errors: the other period's, or nothing (then it cannot be told).
SAME, KNOWN = "same", "known"
ERRORS: Final = (SAME, KNOWN)

INDEPENDENT: Final[Remark] = (
    "两期样本视为相互独立：数据未说明哪些受访者两期都被访到；若有重叠，标准误偏大，结论偏保守",
    "both waves are taken as independent samples: the data do not say who was asked twice; "
    "where some were, standard errors are too large and verdicts cautious",
)


@dataclass(frozen=True, eq=False)
class BothErrors:
    """The sampling errors of two boards.

    Attributes
    ----------
    old, new : Covariance or None
        Over the units of either board; None where no indicator of that board has an error.
    indicators : tuple of str
        Those that are estimated in either period.
    unknown : (Mask, Mask)
        Cells of `indicators` that hold a value of which the error is not known, shape (units, indicators), by board.
    notes : tuple of Remark
        What is assumed.
    """

    old: Covariance | None
    new: Covariance | None
    indicators: tuple[str, ...]
    unknown: tuple[Mask, Mask]
    notes: tuple[Remark, ...]


def both_errors(old: Scoreboard, new: Scoreboard, errors: str = SAME) -> BothErrors:
    """Return the errors of two boards.

    Parameters
    ----------
    old, new : Scoreboard
    errors : {"same", "known"}
        "same": an estimate without an error of its own has that of the other period, and a period that states
        standard errors alone has the other's correlations. "known": neither; what lacks an error is not told.

    Raises
    ------
    InputError
        If `errors` is neither.

    Examples
    --------
    >>> import yitihua as yt
    >>> boards = yt.panel("zhejiang-2022").boards  # simulated data; 2021 has no covariance
    >>> found = both_errors(boards["2021"], boards["2022"])
    >>> len(found.indicators), found.notes[-1][1][:48]
    (8, '2021 states standard errors without correlations')
    """
    if errors not in ERRORS:
        raise refuse("bad-choice", key="errors", found=errors, options=ERRORS)
    boards = (old, new)
    stated = [errors_of(board.table, board.recipe.codes) for board in boards]
    names = {code for one in stated if one is not None for code in one.indicators}
    shared = [code for code in new.recipe.codes if code in names and code in old.recipe.codes]
    indicators = (*shared, *(code for b in boards for code in b.recipe.codes if code in names and code not in shared))
    lent: list[Covariance | None] = list(stated)
    notes: list[Remark] = [INDEPENDENT] if indicators else []
    if errors == SAME and indicators:
        for k in (0, 1):
            lent[k], more = _lent(boards[k], stated[k], boards[1 - k], stated[1 - k])
            notes += more
    elif indicators:
        for board, one in zip(boards, stated, strict=True):
            if one is not None and board.table.covariance is None:
                notes.append(_alone(board))
    first, second = (_unknown(board, one, indicators) for board, one in zip(boards, lent, strict=True))
    return BothErrors(lent[0], lent[1], indicators, (first, second), tuple(dict.fromkeys(notes)))


def _period(board: Scoreboard) -> str:
    return board.table.period or board.recipe.edition


def _alone(board: Scoreboard) -> Remark:
    name = _period(board)
    return (
        f"{name}只有标准误而无协方差，各指标的误差视为相互独立；同一问卷的指标往往同向出错，得分的标准误可能偏小",
        f"{name} states standard errors without correlations: errors of its indicators are taken as independent; "
        "those of one questionnaire often err together, and the error of a score may come out too small",
    )


def _lent(
    board: Scoreboard, own: Covariance | None, other: Scoreboard, theirs: Covariance | None
) -> tuple[Covariance | None, list[Remark]]:
    """Return a board's errors with what it lacks taken from the other board, and what that assumes."""
    if theirs is None:
        return own, [] if own is None or board.table.covariance is not None else [_alone(board)]
    codes = tuple(code for code in theirs.indicators if code in board.recipe.codes)
    if not codes:
        return own, []
    aligned = theirs.select(codes).of(board.table.units)
    here = np.isfinite(board.table.select(codes))
    name, source = _period(board), _period(other)
    if own is None:
        note = (
            f"{name}未给出抽样误差，按{source}的误差计",
            f"{name} states no sampling errors: those of {source} are taken",
        )
        return _scaled(aligned, here.astype(float)), [note]
    notes: list[Remark] = []
    place = {code: j for j, code in enumerate(own.indicators)}
    mine = np.column_stack([own.se[:, place[c]] if c in place else np.zeros(len(own.units)) for c in codes])
    lacking = here & ~_stated(board, codes, mine) & (aligned.se > 0)
    if lacking.any():
        count = int(lacking.sum())
        notes.append((
            f"{name}有{count}个估计值无误差，按{source}的误差计",
            f"{count} estimates of {name} have no error: those of {source} are taken",
        ))  # fmt: skip
    if board.table.covariance is None and other.table.covariance is not None:
        notes.append((
            f"{name}只有标准误而无协方差，误差的相关按{source}计",
            f"{name} states standard errors without correlations: those of {source} are taken",
        ))  # fmt: skip
        wanted = np.where(lacking, aligned.se, mine)
        ratio = np.divide(wanted, aligned.se, out=np.zeros_like(wanted), where=aligned.se > 0)
        made = _with_diagonal(_scaled(aligned, ratio), np.where(aligned.se > 0, 0.0, wanted) ** 2)
        rest = [code for code in own.indicators if code not in codes]
        return (made.beside(own.select(rest)) if rest else made), notes
    if board.table.covariance is None and len(own.indicators) > 1:
        notes.append(_alone(board))
    fresh = [code for code in codes if code not in place]
    if fresh:
        own = own.beside(Covariance.independent(own.units, fresh, np.zeros((len(own.units), len(fresh)))))
    added = np.zeros((len(own.units), len(own.indicators)))
    added[:, [own.indicators.index(code) for code in codes]] = np.where(lacking, aligned.se, 0.0) ** 2
    return _with_diagonal(own, added), notes


def _scaled(errors: Covariance, ratio: Floats) -> Covariance:
    """Return errors of which every cell is multiplied, so that correlations stay."""
    blocks = errors.blocks * ratio[:, :, None] * ratio[:, None, :]
    return replace(errors, blocks=blocks, shared=errors.shared * ratio)


def _with_diagonal(errors: Covariance, variance: Floats) -> Covariance:
    blocks = errors.blocks.copy()
    diagonal = np.arange(blocks.shape[1])
    blocks[:, diagonal, diagonal] += variance
    return replace(errors, blocks=blocks)


def _stated(board: Scoreboard, codes: tuple[str, ...], se: Floats) -> Mask:
    """Return which cells have an error, were it 0: an estimate of which all say the same has none."""
    own = board.table.se
    if own is None:
        return np.asarray(se > 0)
    columns = [board.table.indicators.index(code) for code in codes]
    return np.asarray((se > 0) | np.isfinite(own[:, columns]))


def _unknown(board: Scoreboard, errors: Covariance | None, indicators: tuple[str, ...]) -> Mask:
    """Return which cells of the estimated indicators hold a value without a known error."""
    table = board.table
    found = np.zeros((len(table.units), len(indicators)), dtype=bool)
    for j, code in enumerate(indicators):
        if code not in board.recipe.codes:
            continue
        known = np.zeros(len(table.units), dtype=bool)
        if errors is not None and code in errors.indicators:
            se = errors.se[:, [errors.indicators.index(code)]]
            known = _stated(board, (code,), se)[:, 0]
        found[:, j] = np.isfinite(table.select([code])[:, 0]) & ~known
    return found
