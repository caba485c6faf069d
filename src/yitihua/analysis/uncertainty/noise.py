"""Values that chance moves: sampling errors of estimates, measurement errors, imputed cells drawn anew.

Everything happens on denominated values, before logarithms and limits, so that a replicate is a
table like any other. Where a value must stay above a bound because a logarithm or a power is taken
of it, on the way of the published choice or of a rival, its error is multiplicative in the distance
from that bound; elsewhere it is added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from yitihua.analysis.uncertainty.combos import Combo
from yitihua.analysis.uncertainty.fills import Fill, fills_of
from yitihua.analysis.uncertainty.mix import Mix
from yitihua.index.apply import denominate
from yitihua.index.recipe import IndicatorRule, Treatment
from yitihua.index.sampling import errors_of
from yitihua.index.scoreboard import Scoreboard
from yitihua.index.treat import clipped_to, has_image
from yitihua.indicators.covariance import Covariance, matrix_root
from yitihua.indicators.table import Floats

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Noise:
    """How values are drawn.

    Attributes
    ----------
    columns : tuple of int
        Indicators that are drawn, by column of the recipe, rising.
    centre : ndarray, shape (columns, units)
        Denominated values with every fill; NaN where there is none.
    bound : ndarray, shape (columns,)
        What values must stay above; -inf where there is no such bound.
    sampling : Covariance or None
        Of denominated values; its indicators are some of the columns.
    roots : ndarray, shape (units, k, k)
        Square roots of the covariance's blocks.
    sampled : tuple of int
        Places of the covariance's indicators among `columns`.
    measured : tuple of int
        Places of indicators with measurement error.
    sd : ndarray, shape (measured, units)
        Of the measurement errors, 0 where the cell is filled or missing.
    fills : tuple of Fill
        By column with filled cells that are drawn anew.
    guards : tuple of (place, Treatment)
        Curves with another domain: a draw outside stays at the centre.
    """

    columns: tuple[int, ...]
    centre: Floats
    bound: Floats
    sampling: Covariance | None
    roots: Floats
    sampled: tuple[int, ...]
    measured: tuple[int, ...]
    sd: Floats
    fills: tuple[Fill, ...]
    guards: tuple[tuple[int, Treatment], ...] = ()

    @property
    def is_none(self) -> bool:
        """Whether nothing is drawn."""
        return not self.columns

    @cached_property
    def _bounded(self) -> Ints:
        return np.flatnonzero(np.isfinite(self.bound))

    def values(self, n: int, generators: Sequence[np.random.Generator]) -> Floats:
        """Return drawn denominated values.

        Parameters
        ----------
        n : int
        generators : sequence of Generator
            For sampling, measurement and imputation: what one source draws does not depend on the others.

        Returns
        -------
        ndarray, shape (columns, units, n)
            NaN where `centre` has NaN.
        """
        by_sampling, by_measurement, by_imputation = generators
        moved = np.empty((*self.centre.shape, n))
        moved[:] = self.centre[:, :, None]
        if self.measured:
            drawn = by_measurement.standard_normal((n, *self.sd.shape))
            drawn *= self.sd
            self._shift(moved, self.measured, np.moveaxis(drawn, 0, -1))
        if self.sampling is not None:
            own = by_sampling.standard_normal((n, *self.roots.shape[:2]))
            errors = np.matmul(self.roots, own.transpose(1, 2, 0)).transpose(1, 0, 2)
            shared = self.sampling.shared
            if len(shared):
                common = by_sampling.standard_normal((n, len(shared)))
                errors += np.tensordot(shared, common, axes=([0], [1])).transpose(1, 0, 2)
            self._shift(moved, self.sampled, errors)
        for place in self._bounded.tolist():
            centre, bound = self.centre[place][:, None], self.bound[place]
            above = centre - bound
            with np.errstate(invalid="ignore", divide="ignore"):
                shares = np.where(above > 0, (moved[place] - centre) / above, 0.0)
                moved[place] = np.where(above > 0, bound + above * np.exp(shares), moved[place])
        for fill in self.fills:
            moved[fill.place, fill.rows] = fill.draws(n, by_imputation).T
        for place, treatment in self.guards:
            outside = ~has_image(clipped_to(moved[place], treatment), treatment)
            moved[place] = np.where(outside, self.centre[place][:, None], moved[place])
        return moved

    def _shift(self, moved: Floats, places: Sequence[int], errors: Floats) -> None:
        """Add errors, shape (places, units, n), to some of the columns."""
        if len(places) == len(moved):
            moved += errors
        else:
            moved[list(places)] += errors


def noise_of(board: Scoreboard, mix: Mix, combos: Sequence[Combo]) -> Noise:
    """Return how the values of a board are drawn under a mix.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.analysis.uncertainty.combos import combos_of
    >>> from yitihua.analysis.uncertainty.mix import mix_of
    >>> board = yt.evaluate("hdi")
    >>> mix = mix_of(board, measurement=0.01)
    >>> noise_of(board, mix, combos_of(board, mix)).columns
    (0, 1, 2, 3)
    """
    recipe, own = board.recipe, combos[0]
    errors = errors_of(board.table, recipe.codes) if mix.sampling else None
    codes = set(errors.indicators) if errors is not None else set()
    fills = fills_of(board, mix.imputation, own.filled) if mix.imputation else {}
    codes |= set(mix.measurement) | set(fills)
    chosen = [code for code in recipe.codes if code in codes]
    columns = tuple(recipe.plan.column[code] for code in chosen)
    place = {code: k for k, code in enumerate(chosen)}
    centre = own.filled[:, columns].T.copy() if columns else np.zeros((0, len(board.table.units)))
    measured = tuple(code for code in chosen if code in mix.measurement)
    scaled = None if errors is None else _denominated(board, errors)
    return Noise(
        columns=columns,
        centre=centre,
        bound=np.array([_bound([combo.recipe.indicators[j] for combo in combos]) for j in columns]),
        sampling=scaled,
        roots=np.zeros((0, 0, 0)) if scaled is None else matrix_root(scaled.blocks),
        sampled=() if scaled is None else tuple(place[code] for code in scaled.indicators),
        measured=tuple(place[code] for code in measured),
        sd=_spread(board, mix, measured),
        fills=tuple(replace(fills[code], place=place[code]) for code in chosen if code in fills),
        guards=_guards(columns, combos),
    )


def _guards(columns: Sequence[int], combos: Sequence[Combo]) -> tuple[tuple[int, Treatment], ...]:
    found: dict[tuple[int, Treatment], None] = {}
    for place, column in enumerate(columns):
        for combo in combos:
            treatment = combo.recipe.indicators[column].treat
            if treatment.curve not in ("", "boxcox", "asinh"):
                found[place, treatment] = None
    return tuple(found)


def _spread(board: Scoreboard, mix: Mix, codes: Sequence[str]) -> Floats:
    raw, recipe = board.denominated, board.recipe
    share = _share(board, codes)
    found = np.zeros((len(codes), len(board.table.units)))
    for k, code in enumerate(codes):
        kind, size = mix.measurement[code]
        own = raw[:, recipe.plan.column[code]]
        # A cell that was filled in was not measured.
        found[k] = np.nan_to_num(
            np.abs(own) * size if kind == "relative" else np.where(np.isnan(own), 0.0, size * share[k])
        )
    return found


def _share(board: Scoreboard, codes: Sequence[str]) -> Floats:
    """Return what one unit of an indicator is after it is denominated, shape (codes, units)."""
    rules = {rule.code: rule for rule in board.recipe.indicators}
    ones = replace(board.table, values=np.ones(board.table.values.shape))
    return denominate(ones, [(code, rules[code].denominate_by) for code in codes]).T if codes else np.zeros((0, 0))


def _denominated(board: Scoreboard, errors: Covariance) -> Covariance:
    """Return sampling errors of denominated values; a cell without a value has none."""
    share = _share(board, errors.indicators).T
    columns = [board.recipe.plan.column[code] for code in errors.indicators]
    share = np.where(np.isnan(board.denominated[:, columns]), 0.0, share)
    blocks = errors.blocks * share[:, :, None] * share[:, None, :]
    return replace(errors, blocks=blocks, shared=errors.shared * share)


def _bound(rules: Sequence[IndicatorRule]) -> float:
    """Return what the values of an indicator must stay above so that every combination can treat them."""
    found = [-np.inf]
    for rule in rules:
        if rule.transform == "ln":
            found.append(0.0)
        elif rule.treat.log_shift is not None and rule.treat.lower is None:
            found.append(-rule.treat.log_shift)
        elif rule.treat.curve == "boxcox" and rule.treat.lower is None:
            found.append(-float(dict(rule.treat.numbers)["shift"][0]))
    return max(found)
