"""Distances: to the best value, to a reference unit, to a target; and fractions of the largest value.

All four are straight lines, so that they share `affine`. They follow COINr (Becker et al. 2022, JOSS 7(78), 4567;
R/normalise.R), where ``Normalise.numeric()`` multiplies a column by -1 before it calls the function if less is
better. What that gives is written out below for both directions. Two things differ and are said where they
happen: a column without spread has no points, and fractions of a "-" indicator run the right way round.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from yitihua.definitions.methods import Key, Number, Settings
from yitihua.errors import FaultList, refuse
from yitihua.index.normalise.affine import Floats
from yitihua.index.normalise.lines import Line, Mask, line, on_scale, range_of
from yitihua.index.normalise.method import NormaliseMethod, Sample
from yitihua.index.recipe import Normalisation

#: How a "-" indicator is taken as a fraction; see `fracmax`.
Fraction = Literal["complement", "coinr"]


def dist2max(x: Floats, positive: Mask) -> Line:
    """Return the line of the distance to the best value: ``1 - (max - x) / (max - min)``.

    It is min-max on 0..1 (COINr ``n_dist2max``). Where less is better max and min are those of -x, so that the
    smallest value gets 1: ``1 - (x - min) / (max - min)``.

    Parameters
    ----------
    x : ndarray, shape (..., units, indicators)
        The sample; NaN is left out.
    positive : ndarray of bool, shape (indicators,)
        Whether more is better.

    Returns
    -------
    Line
        Width 0 where values do not differ: no points (COINr: NaN with a warning).

    Examples
    --------
    >>> x = np.array([[2.0, 2.0], [4.0, 4.0], [12.0, 12.0]])
    >>> dist2max(x, np.array([True, False])).points(x)
    array([[0. , 1. ],
           [0.2, 0.8],
           [1. , 0. ]])
    """
    seen = range_of(x)
    worst = seen.worst(positive)
    return line(worst, np.where(seen.varies, seen.best(positive) - worst, 0.0))


def dist2ref(x: Floats, row: int, positive: Mask) -> Line:
    """Return the line of the distance to a reference unit: ``1 - (ref - x) / (ref - min)``.

    The reference unit has 1, the worst of the sample 0; better units have more than 1 unless the points are
    capped (COINr ``n_dist2ref``). Where less is better min is that of -x, the largest value.

    Parameters
    ----------
    x : ndarray, shape (..., units, indicators)
        The sample; NaN is left out.
    row : int
        The reference unit.
    positive : ndarray of bool, shape (indicators,)
        Whether more is better.

    Returns
    -------
    Line
        Width NaN where the reference unit has no value and 0 where it is itself the worst: no points (COINr:
        NA with a warning, and infinite values).

    Examples
    --------
    >>> x = np.array([[2.0], [4.0], [12.0]])
    >>> dist2ref(x, 1, np.array([True])).points(x).ravel()
    array([0., 1., 5.])
    """
    seen = range_of(x)
    worst = seen.worst(positive)
    return line(worst, np.where(seen.varies, x[..., row, :] - worst, 0.0))


def dist2targ(x: Floats, target: Floats, positive: Mask, names: Sequence[str] | None = None) -> Line:
    """Return the line of the distance to a target: ``(x - min) / (target - min)``.

    Where less is better ``(max - x) / (max - target)``: the target is stated on the indicator's own scale, as in
    COINr's iMeta (``n_dist2targ`` and ``get_iMeta_norm_paras``, which turns its sign with the direction). The
    target has 1, the worst of the sample 0; what surpasses the target has more than 1 unless capped.

    Parameters
    ----------
    x : ndarray, shape (..., units, indicators)
        The sample; NaN is left out.
    target : ndarray, shape (indicators,)
        On the scale of `x`.
    positive : ndarray of bool, shape (indicators,)
        Whether more is better.
    names : sequence of str, optional
        Indicators, for messages.

    Returns
    -------
    Line
        Width 0 where values do not differ: no points (COINr: 0 for all units).

    Raises
    ------
    InputError
        Naming every indicator whose target is not better than its worst value: points would run backwards
        (COINr warns and returns them).

    Examples
    --------
    >>> x = np.array([[2.0], [4.0], [12.0]])
    >>> dist2targ(x, np.array([10.0]), np.array([True])).points(x).ravel()
    array([0.  , 0.25, 1.25])
    """
    seen = range_of(x)
    worst = seen.worst(positive)
    width = np.where(seen.varies, target - worst, 0.0)
    wrong = seen.varies & (np.where(positive, width, -width) <= 0)
    _refuse_each(wrong, "target-not-better", names, target, worst)
    return line(worst, width)


def fracmax(x: Floats, positive: Mask, negative: Fraction = "complement", names: Sequence[str] | None = None) -> Line:
    """Return the line of the fraction of the largest value: ``x / max``.

    Needs a scale with a true zero. Where less is better:

    - complement: ``1 - x / max`` (pymcdm ``max_normalization``).
    - coinr: ``x / min``, which is what COINr's ``n_fracmax`` makes of -x. Its points grow with x, so a worse
      unit gets more; it is there to reproduce results made so, and no points come of it where min is 0.

    Parameters
    ----------
    x : ndarray, shape (..., units, indicators)
        The sample; NaN is left out.
    positive : ndarray of bool, shape (indicators,)
        Whether more is better.
    negative : {"complement", "coinr"}
        Rule for the others.
    names : sequence of str, optional
        Indicators, for messages.

    Returns
    -------
    Line
        Width 0 where values do not differ: no points (COINr: 1 for all units).

    Raises
    ------
    InputError
        Naming every indicator without any value above 0, where a fraction would run backwards.

    Examples
    --------
    >>> x = np.array([[2.0, 2.0], [4.0, 4.0], [8.0, 8.0]])
    >>> fracmax(x, np.array([True, False])).points(x)
    array([[0.25, 0.75],
           [0.5 , 0.5 ],
           [1.  , 0.  ]])
    """
    seen = range_of(x)
    _refuse_each(seen.varies & (seen.high <= 0), "no-value-above-zero", names, seen.high, np.zeros(1))
    backwards = ~np.asarray(positive) & (negative == "coinr")
    width = np.where(positive, seen.high, np.where(backwards, seen.low, -seen.high))
    origin = np.where(np.asarray(positive) | backwards, 0.0, seen.high)
    return line(origin, np.where(seen.varies, width, 0.0))


def _refuse_each(bad: Mask, code: str, names: Sequence[str] | None, found: Floats, bound: Floats) -> None:
    """Refuse, with one fault for every column marked."""
    if not bad.any():
        return
    faults = FaultList()
    for j in np.flatnonzero(bad.reshape(-1, bad.shape[-1]).any(axis=0)).tolist():
        name = names[j] if names is not None else str(j)
        first = [f"{np.broadcast_to(values, bad.shape)[..., j][bad[..., j]].flat[0]:g}" for values in (found, bound)]
        faults.add(code, key=name, name=name, found=first[0], bound=first[1])
    faults.raise_if_any()


def _column(sample: Sample) -> tuple[Floats, Mask]:
    return sample.x[:, None], np.array([sample.positive])


def _seen_bounds(sample: Sample) -> tuple[float, float] | None:
    return (float(sample.seen.min()), float(sample.seen.max())) if sample.seen.size else None


def _fit_dist2max(sample: Sample, settings: Settings) -> Normalisation:
    return on_scale("dist2max", dist2max(*_column(sample)), sample.scale, settings["clip"], _seen_bounds(sample))


def _fit_dist2ref(sample: Sample, settings: Settings) -> Normalisation:
    unit = settings["reference"] or sample.reference_unit
    if unit is None:
        raise refuse("no-reference", key="normalise.reference", name=sample.code)
    if unit not in sample.units:
        raise refuse("unknown-reference", kind="unit", name=unit, options=list(sample.units))
    x, positive = _column(sample)
    fitted = dist2ref(x, list(sample.units).index(unit), positive)
    return on_scale("dist2ref", fitted, sample.scale, settings["cap"], _seen_bounds(sample))


def _fit_dist2targ(sample: Sample, settings: Settings) -> Normalisation:
    target = dict(settings["targets"] or ()).get(sample.code, settings["target"])
    if target is None:
        raise refuse("no-target", key=f"normalise.indicators.{sample.code}.target", name=sample.code)
    x, positive = _column(sample)
    fitted = dist2targ(x, np.array([float(target)]), positive, [sample.code])
    return on_scale("dist2targ", fitted, sample.scale, settings["cap"], _seen_bounds(sample))


def _fit_fracmax(sample: Sample, settings: Settings) -> Normalisation:
    x, positive = _column(sample)
    fitted = fracmax(x, positive, settings["negative"], [sample.code])
    return on_scale("fracmax", fitted, sample.scale, False, _seen_bounds(sample))


CLIP = Key("clip", bool, True, words=("截断", "clip"), about="Points beyond the scale are cut to it and flagged.")
CAP = Key(
    "cap",
    bool,
    False,
    words=("封顶", "cap"),
    about="Points above the reference or target, and later ones below the fitted worst, are cut and flagged (cap_max).",
)
_COINR = "COINr {}; OECD/JRC Handbook 2008, step 5"

METHODS = (
    NormaliseMethod(
        name="dist2max",
        words=("距最优值", "distance to the best value"),
        keys=(CLIP,),
        source=_COINR.format("n_dist2max"),
        fit=_fit_dist2max,
    ),
    NormaliseMethod(
        name="dist2ref",
        words=("距参照单位", "distance to a reference unit"),
        keys=(
            Key("reference", str, words=("参照单位", "reference"), about="Unit code; else the index's reference unit."),
            CAP,
        ),
        source=_COINR.format("n_dist2ref"),
        fit=_fit_dist2ref,
    ),
    NormaliseMethod(
        name="dist2targ",
        words=("距目标值", "distance to a target"),
        keys=(
            Key("target", Number, words=("目标值", "target"), about="Target, on the scale after treatment."),
            Key(
                "targets",
                dict[str, Number],
                words=("各指标目标值", "targets"),
                about="Targets by indicator code; `target` holds for the others.",
            ),
            CAP,
        ),
        source=_COINR.format("n_dist2targ"),
        fit=_fit_dist2targ,
    ),
    NormaliseMethod(
        name="fracmax",
        words=("占最大值之比", "fraction of the largest value"),
        keys=(
            Key(
                "negative",
                Fraction,
                "complement",
                words=("逆指标", "negative"),
                about='Where less is better: "complement" 1 - x/max; "coinr" x/min, which gives worse units more.',
            ),
        ),
        source=_COINR.format("n_fracmax") + "; pymcdm max_normalization",
        fit=_fit_fracmax,
    ),
)
