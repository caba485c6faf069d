"""Points of drawn values under one combination of methods: the stages of `apply`, in place, many replicates at once."""

from __future__ import annotations

import numpy as np

from yitihua.definitions.methods import NORMALISE
from yitihua.index.recipe import Recipe
from yitihua.index.treat import clipped_to, curve_for
from yitihua.indicators.table import Floats


def points_of(values: Floats, columns: tuple[int, ...], recipe: Recipe) -> Floats:
    """Return points of drawn values; the array that is given is used up.

    Parameters
    ----------
    values : ndarray, shape (columns, units, n)
        Denominated values with every fill, NaN missing.
    columns : tuple of int
        Columns of the recipe, in the order of the first axis.
    recipe : Recipe

    Returns
    -------
    ndarray, shape (columns, units, n)
    """
    plan = recipe.plan
    index = np.array(columns, dtype=np.int64)
    ln, bent, limited, ranked = (set(group) for group in (plan.ln, plan.bent, plan.limited, plan.ranked))
    others: dict[int, Floats] = {}
    for k, j in enumerate(columns):
        if j in ln:
            np.log(values[k], out=values[k])
        if j in limited or j in bent:
            treatment = recipe.indicators[j].treat
            own = clipped_to(values[k], treatment)
            curve = curve_for(treatment)
            values[k] = own if curve is None else curve[0].transform(own, curve[1])
        if j in ranked:
            rule = recipe.indicators[j]
            flat = np.ascontiguousarray(values[k]).ravel()
            found, _ = NORMALISE[rule.normalise.method].apply(flat, rule.normalise, rule.positive, recipe.scale)
            others[k] = found.reshape(values[k].shape)
    width = plan.width[index]
    values -= plan.origin[index][:, None, None]
    values *= (plan.gain[index] / np.where(width == 0, np.nan, width))[:, None, None]
    if np.nan_to_num(plan.base[index]).any():
        values += plan.base[index][:, None, None]
    clip = plan.clip[index]
    if clip.all():
        np.clip(values, *recipe.scale, out=values)
    else:
        for k in np.flatnonzero(clip).tolist():
            np.clip(values[k], *recipe.scale, out=values[k])
    for k, found in others.items():
        values[k] = found
    return values
