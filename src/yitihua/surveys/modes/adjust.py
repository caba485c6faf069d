"""Estimates moved to the telephone reference: what is taken off, its error, and that all counties share it.

A county's estimate loses the mode effect times the share of its answers that were given in the mode. The
effect is estimated once for all counties, so its error moves them together: in the covariance it is a shared
factor, ``-share_c * effect error``, and not a larger variance of each county. Between counties with the same
share it cancels from every difference; between a county asked by web and one asked by telephone it does not.

The effect and a county's own estimate come from the same answers; their covariance, of the order of the
county's part in the whole sample, is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from yitihua.errors import FaultList, listing
from yitihua.indicators.covariance import Covariance
from yitihua.surveys.estimation.design import Floats
from yitihua.surveys.modes.mode_effect import ModeEffects


@dataclass(frozen=True, eq=False)
class ModeAdjustment:
    """Estimates after adjustment; arrays have the shape (units, indicators).

    Attributes
    ----------
    units, indicators : tuple of str
    value : ndarray
        Adjusted estimates; as they were if not `applied`.
    mode_adj, mode_adj_se : ndarray
        What was added and its standard error, 0 if not applied.
    proposed, proposed_se : ndarray
        What adjusting adds, applied or not.
    web_share : ndarray
        Share of answers outside the reference mode.
    factors : ndarray, shape (r, units, indicators)
        Shared factors of the error of the adjustment; none if not applied.
    applied : bool
    flags : tuple of str
        Of the effects, and "not-applied: strong-selection".
    """

    units: tuple[str, ...]
    indicators: tuple[str, ...]
    value: Floats
    mode_adj: Floats
    mode_adj_se: Floats
    proposed: Floats
    proposed_se: Floats
    web_share: Floats
    factors: Floats
    applied: bool
    flags: tuple[str, ...]

    def covariance(self, before: Covariance) -> Covariance:
        """Return the covariance of the adjusted estimates, from that of the direct ones."""
        shared = np.concatenate([before.shared, self.factors])
        return Covariance(before.units, before.indicators, before.blocks, shared)


def adjust(
    estimate: Floats,
    effects: ModeEffects,
    share: Floats,
    units: Sequence[str],
    indicators: Sequence[str],
    *,
    measured: Mapping[str, Sequence[str]] | None = None,
    despite_selection: bool = False,
) -> ModeAdjustment:
    """Adjust estimates to the reference mode.

    Parameters
    ----------
    estimate : ndarray, shape (units, indicators)
        In the unit of the items; NaN stays.
    effects : ModeEffects
    share : ndarray, shape (units, terms) or (units, terms, indicators)
        Weighted share of each term's answers in each estimate (`mode_shares`); ones for a survey that was
        self-administered throughout.
    units, indicators : sequence of str
    measured : mapping of str to sequence of str, optional
        Indicator -> the items whose mean effect it is adjusted by; by default the item of its name. Where only
        some questions of an indicator were asked in both modes, theirs stand for all of them.
    despite_selection : bool
        Apply the adjustment although the modes' respondents differ strongly in the covariates.

    Raises
    ------
    InputError
        Indicators of which no item was measured; shares that are none.

    Examples
    --------
    >>> from yitihua.surveys.estimation.design import SurveyDesign
    >>> from yitihua.surveys.modes.mode_effect import mode_effects
    >>> y = np.tile([60.0, 70.0, 50.0, 60.0], 20)
    >>> design = SurveyDesign.from_columns(np.ones(80))
    >>> effects = mode_effects(design, {"E01": y}, ["telephone", "telephone", "web", "web"] * 20)
    >>> found = adjust(np.array([[60.0], [50.0]]), effects, np.array([[0.5], [1.0]]), ["甲", "乙"], ["E01"])
    >>> found.value.round(6).tolist(), found.mode_adj_se.round(4).tolist()
    ([[65.0], [60.0]], [[0.5625], [1.1251]])
    >>> found.factors.shape
    (1, 2, 1)
    """
    terms, k = len(effects.terms), len(indicators)
    faults = FaultList()
    loading = _loading(effects, indicators, measured, faults)
    part = np.asarray(share, dtype=float)
    part = np.broadcast_to(part[:, :, None], (*part.shape, k)) if part.ndim == 2 else part
    if part.shape != (len(units), terms, k):
        raise ValueError(
            f"share has shape {part.shape}, expected (units, terms, indicators) = {(len(units), terms, k)}"
        )
    _check_shares(part, units, faults)
    faults.raise_if_any()
    by_indicator = effects.effect @ loading.T
    wide = np.kron(np.eye(terms), loading)
    proposed = -np.einsum("cti,ti->ci", part, by_indicator)
    root = _root(wide @ effects.covariance @ wide.T).reshape(terms, k, -1)
    factors = -np.einsum("cti,tir->rci", part, root)
    proposed_se = np.sqrt((factors**2).sum(axis=0))
    applied = despite_selection or not effects.strong_selection
    none = np.zeros_like(proposed)
    return ModeAdjustment(
        units=tuple(units),
        indicators=tuple(indicators),
        value=estimate + proposed if applied else np.array(estimate, dtype=float),
        mode_adj=proposed if applied else none,
        mode_adj_se=proposed_se if applied else none,
        proposed=proposed,
        proposed_se=proposed_se,
        web_share=part.sum(axis=1),
        factors=factors if applied else np.zeros((0, *proposed.shape)),
        applied=applied,
        flags=effects.flags if applied else (*effects.flags, "not-applied: strong-selection"),
    )


def _loading(
    effects: ModeEffects, indicators: Sequence[str], measured: Mapping[str, Sequence[str]] | None, faults: FaultList
) -> Floats:
    """Return the weight of each item in the effect of each indicator, shape (indicators, items)."""
    loading = np.zeros((len(indicators), len(effects.items)))
    for row, code in enumerate(indicators):
        wanted = (code,) if measured is None else tuple(measured.get(code, ()))
        found = [effects.items.index(item) for item in wanted if item in effects.items]
        if not found:
            faults.add("mode-indicator-not-measured", key=code, options=listing(effects.items))
            continue
        loading[row, found] = 1 / len(found)
    return loading


def _check_shares(part: Floats, units: Sequence[str], faults: FaultList) -> None:
    total = part.sum(axis=1)
    wrong = ~((part >= 0).all(axis=1) & (total <= 1 + 1e-9))
    for row in np.flatnonzero(wrong.any(axis=1)):
        faults.add("mode-share", key=units[int(row)], found=listing(f"{one:g}" for one in part[row, :, 0]))


def _root(covariance: Floats) -> Floats:
    """Return a root with as many columns as the matrix has rank."""
    values, vectors = np.linalg.eigh(covariance)
    kept = values > 1e-14 * max(float(values[-1]), 0.0)
    return np.asarray(vectors[:, kept] * np.sqrt(values[kept]))


def mode_shares(
    weight: Floats,
    unit: Any,
    mode: Any,
    units: Sequence[str],
    terms: Sequence[tuple[str, str]],
    *,
    group: Any = None,
    answered: Any = None,
) -> Floats:
    """Return the weighted share of each term in each unit's answers, shape (units, terms).

    Parameters
    ----------
    weight : ndarray, shape (respondents,)
    unit, mode, group : arrays of labels, shape (respondents,)
        Respondents without a mode count in the whole.
    units : sequence of str
    terms : sequence of (mode, group)
        As in `ModeEffects.terms`.
    answered : ndarray of bool, optional
        Who answered the item.

    Examples
    --------
    >>> weight, mode = np.array([1.0, 3.0, 2.0]), ["web", "telephone", "web"]
    >>> mode_shares(weight, ["a", "a", "b"], mode, ["a", "b"], [("web", "")]).tolist()
    [[0.25], [1.0]]
    """
    import pandas as pd

    code = pd.Categorical(unit, categories=list(units)).codes
    kept = (code >= 0) & (np.ones(len(code), dtype=bool) if answered is None else np.asarray(answered, dtype=bool))
    labels = np.asarray(mode, dtype=object)
    groups = np.full(len(code), "", dtype=object) if group is None else np.asarray(group, dtype=object)
    total = np.bincount(code[kept], weight[kept], len(units))
    shares = []
    for name, part in terms:
        rows = kept & (labels == name) & (groups == part)
        shares.append(np.bincount(code[rows], weight[rows], len(units)) / np.where(total > 0, total, 1.0))
    return np.stack(shares, axis=1)
