"""What a Fay-Herriot model is fitted to, checked: every area at fault is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yitihua.errors import FaultList, listing, suggest
from yitihua.indicators.arrays import Floats
from yitihua.surveys.areas.likelihood import METHODS

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class AreaData:
    """Checked input of a model.

    Attributes
    ----------
    areas, columns : tuple of str
    direct, variance : ndarray, shape (areas,)
    x : ndarray, shape (areas, p)
    sampled : ndarray of bool, shape (areas,)
    """

    areas: tuple[str, ...]
    columns: tuple[str, ...]
    direct: Floats
    variance: Floats
    x: Floats
    sampled: npt.NDArray[np.bool_]


def area_data(
    direct: npt.ArrayLike,
    variance: npt.ArrayLike,
    X: npt.ArrayLike | pd.DataFrame | None,
    method: str,
    areas: Sequence[str] | None,
    intercept: bool | None,
    faults: FaultList,
    indicator: str = "",
) -> AreaData:
    """Return the input as arrays; what is wrong with it goes to `faults`."""
    y, d = np.asarray(direct, dtype=float), np.asarray(variance, dtype=float)
    if y.ndim != 1 or d.shape != y.shape:
        raise ValueError(f"direct and variance have shapes {y.shape} and {d.shape}, expected two of (areas,)")
    names = tuple(str(k + 1) for k in range(len(y))) if areas is None else tuple(str(area) for area in areas)
    if len(names) != len(y):
        raise ValueError(f"{len(names)} names for {len(y)} areas")
    if method not in METHODS:
        faults.add("area-method", found=method, options=METHODS, hint=suggest(str(method), METHODS), key=indicator)
    x, columns = _columns(X, len(y), intercept)
    sampled = np.isfinite(y)
    _variances(names, y, d, sampled, faults, indicator)
    _auxiliaries(names, columns, x, sampled, faults, indicator)
    return AreaData(names, columns, y, d, x, sampled)


def _columns(
    X: npt.ArrayLike | pd.DataFrame | None,
    count: int,
    intercept: bool | None,
) -> tuple[Floats, tuple[str, ...]]:
    import pandas as pd

    if X is None:
        return np.ones((count, 1)), ("intercept",)
    X = X.to_frame() if isinstance(X, pd.Series) else X
    if isinstance(X, pd.DataFrame):
        parts = [pd.get_dummies(X[[name]], drop_first=True, dtype=float) for name in X.columns]
        for part, name in zip(parts, X.columns, strict=True):
            part[X[name].isna()] = np.nan  # get_dummies makes zeros of a missing text
        coded = pd.concat(parts, axis=1)
        x, columns = coded.to_numpy(dtype=float, na_value=np.nan), tuple(str(name) for name in coded.columns)
    else:
        x = np.asarray(X, dtype=float)
        x = x[:, None] if x.ndim == 1 else x
        columns = tuple(f"x{k + 1}" for k in range(x.shape[1]))
    if x.shape[0] != count:
        raise ValueError(f"X has {x.shape[0]} rows for {count} areas")
    if intercept is None:
        intercept = not _spans_constant(x)
    if intercept:
        x, columns = np.column_stack([np.ones(count), x]), ("intercept", *columns)
    return x, columns


def _spans_constant(x: Floats) -> bool:
    known = x[np.isfinite(x).all(axis=1)]
    if not known.size:
        return False
    known = known / np.maximum(np.abs(known).max(axis=0), np.finfo(float).tiny)
    left = 1.0 - known @ np.linalg.lstsq(known, np.ones(len(known)))[0]
    return bool(np.abs(left).max() < 1e-9)


def _variances(
    names: tuple[str, ...],
    y: Floats,
    d: Floats,
    sampled: npt.NDArray[np.bool_],
    faults: FaultList,
    indicator: str,
) -> None:
    for k in np.flatnonzero(np.isinf(y)):
        faults.add("area-direct", key=_key(names[k], indicator), found=y[k])
    for k in np.flatnonzero(sampled & ~(np.isfinite(d) & (d > 0))):
        faults.add("area-variance", key=_key(names[k], indicator), found="-" if np.isnan(d[k]) else f"{d[k]:g}")


def _auxiliaries(
    names: tuple[str, ...],
    columns: tuple[str, ...],
    x: Floats,
    sampled: npt.NDArray[np.bool_],
    faults: FaultList,
    indicator: str,
) -> None:
    bad = ~np.isfinite(x)
    for k in np.flatnonzero(bad.any(axis=1)):
        missing = [name for name, gone in zip(columns, bad[k], strict=True) if gone]
        faults.add("area-x-missing", key=_key(names[k], indicator), columns=missing)
    if bad.any():
        return
    p, m = x.shape[1], int(sampled.sum())
    if m <= p:
        faults.add("area-too-few", key=indicator, found=m, least=p + 1, columns=p)
    elif dependent := _dependent(x[sampled], columns):
        faults.add("area-x-dependent", key=indicator, found=listing(dependent))


def _dependent(x: Floats, columns: tuple[str, ...]) -> list[str]:
    """Return the columns that add nothing to those before them."""
    scaled = x / np.maximum(np.sqrt((x**2).sum(axis=0)), np.finfo(float).tiny)
    diagonal = np.abs(np.diag(np.linalg.qr(scaled)[1]))
    return [name for name, left in zip(columns, diagonal, strict=True) if left < 1e-10]


def _key(area: str, indicator: str) -> str:
    return f"{area}, {indicator}" if indicator else area
