"""What COINr computes, step by step and slowly, as an authority for the tests.

Written from the R source of bluefoxr/COINr (MIT) as read in November 2026: R/normalise.R (commit ba0e75a and the later
text with ``get_iMeta_norm_paras``), R/treat.R (with ``log_CT_plus``), R/impute.R, R/screen_units.R. No number is
taken from anywhere else. ASEM's own stages, computed by COINr 1.1.14 itself, are in tests/reference/asem.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

REFERENCE = Path(__file__).parents[1] / "reference" / "asem"


def stage(name: str, codes: list[str]) -> np.ndarray:
    """Return a stage of ASEM as COINr 1.1.14 computed it, shape (51, indicators)."""
    with (REFERENCE / name).open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return np.array([[float("nan") if row[code] in ("", "NA") else float(row[code]) for code in codes] for row in rows])


# R/normalise.R -------------------------------------------------------------------------------------------------------


def normalise_numeric(x: np.ndarray, f_n: str, direction: int, **para: object) -> np.ndarray:
    """Normalise.numeric: ``x <- x*direction``, then f_n(x, para)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return globals()[f_n](x * direction, **para)


def n_dist2max(x: np.ndarray) -> np.ndarray:
    return 1 - (np.nanmax(x) - x) / (np.nanmax(x) - np.nanmin(x))


def n_dist2ref(x: np.ndarray, iref: int, cap_max: bool = False) -> np.ndarray:
    """Iref counts from 0 here, from 1 in R."""
    y = 1 - (x[iref] - x) / (x[iref] - np.nanmin(x))
    return np.where(y > 1, 1.0, y) if cap_max else y


def n_dist2targ(x: np.ndarray, targ: float, cap_max: bool = False) -> np.ndarray:
    """With direction = 1, as get_iMeta_norm_paras calls it with targ = Target * Direction."""
    y = (x - np.nanmin(x)) / (targ - np.nanmin(x))
    return np.where(y > 1, 1.0, y) if cap_max else y


def n_fracmax(x: np.ndarray) -> np.ndarray:
    return x / np.nanmax(x)


def n_scaled(x: np.ndarray, npara: tuple[float, float] = (0, 100)) -> np.ndarray:
    return (x - npara[0]) / (npara[1] - npara[0]) * 100


def n_rank(x: np.ndarray) -> np.ndarray:
    """rank(x, ties.method = "min", na.last = "keep"), counted pair by pair."""
    return np.array([np.nan if np.isnan(a) else 1.0 + sum(b < a for b in x) for a in x])


def n_borda(x: np.ndarray) -> np.ndarray:
    return n_rank(x) - 1


def n_prank(x: np.ndarray) -> np.ndarray:
    return (n_rank(x) - 1) / (np.isfinite(x).sum() - 1)


# R/treat.R -----------------------------------------------------------------------------------------------------------


def skew(x: np.ndarray) -> float:
    x = x[~np.isnan(x)]
    n = len(x)
    d = x - x.mean()
    return np.sqrt(n) * (d**3).sum() / (d**2).sum() ** 1.5 * np.sqrt(n * (n - 1)) / (n - 2)


def kurt(x: np.ndarray) -> float:
    x = x[~np.isnan(x)]
    n = len(x)
    d = x - x.mean()
    r = n * (d**4).sum() / (d**2).sum() ** 2
    return ((n + 1) * (r - 3) + 6) * (n - 1) / ((n - 2) * (n - 3))


def check_skew_kurt(x: np.ndarray, skew_thresh: float = 2, kurt_thresh: float = 3.5) -> bool:
    return bool(abs(skew(x)) < skew_thresh or kurt(x) < kurt_thresh)


def winsorise(
    x: np.ndarray,
    winmax: int | None = 5,
    skew_thresh: float = 2,
    kurt_thresh: float = 3.5,
    force_win: bool = False,
) -> tuple[np.ndarray, int, list[str]]:
    """Return x, nwin and what happened to each point."""
    x = x.copy()
    passing = check_skew_kurt(x, skew_thresh, kurt_thresh)
    nwin = 0
    imax: list[int] = []
    imin: list[int] = []
    while (not passing or force_win) and (winmax is None or nwin < winmax):
        if skew(x) >= 0:
            imax = [i for i in range(len(x)) if x[i] == np.nanmax(x)]
            rest = [x[i] for i in range(len(x)) if i not in imax]
            x[imax] = np.nanmax(rest)
        else:
            imin = [i for i in range(len(x)) if x[i] == np.nanmin(x)]
            rest = [x[i] for i in range(len(x)) if i not in imin]
            x[imin] = np.nanmin(rest)
        nwin = len(imax) + len(imin)
        passing = check_skew_kurt(x, skew_thresh, kurt_thresh)
    treated = [""] * len(x)
    for i in imax:
        treated[i] = "winhi"
    for i in imin:
        treated[i] = "winlo"
    return x, nwin, treated


def log_ct(x: np.ndarray) -> np.ndarray:
    return np.log(x - np.nanmin(x) + 0.01 * (np.nanmax(x) - np.nanmin(x)))


def log_ct_plus(x: np.ndarray) -> np.ndarray:
    a = 0.01 * (np.nanmax(x) - np.nanmin(x))
    return np.log(x - np.nanmin(x) + a) if skew(x) > 0 else -np.log(np.nanmax(x) + a - x)


def log_ct_orig(x: np.ndarray) -> np.ndarray:
    return np.log(x - np.nanmin(x) + 1)


def log_gii(x: np.ndarray) -> np.ndarray:
    """The x1 of log_GII, which the function computes and does not return."""
    high, low = np.nanmax(x), np.nanmin(x)
    return np.log((high - 1) * (x - low) / (high - low) + 1)


def boxcox(x: np.ndarray, lam: float, makepos: bool = True) -> np.ndarray:
    x = x - np.nanmin(x) + 1 if makepos else x
    return np.log(x) if lam == 0 else (x**lam - 1) / lam


def treat_numeric(
    x: np.ndarray,
    winmax: int | None = 5,
    skew_thresh: float = 2,
    kurt_thresh: float = 3.5,
    force_win: bool = False,
    f2: object = log_ct,
    combine_treat: bool = False,
    f1_thresh: tuple[float, float] | None = None,
) -> np.ndarray:
    """Treat.numeric with f1 = winsorise and f_pass = check_SkewKurt; f2 None is NULL."""
    if check_skew_kurt(x, skew_thresh, kurt_thresh):
        return x
    x1, _, _ = winsorise(x, winmax, *(f1_thresh or (skew_thresh, kurt_thresh)), force_win)
    if check_skew_kurt(x1, skew_thresh, kurt_thresh) or f2 is None:
        return x1
    return f2(x1 if combine_treat else x)


# R/impute.R ----------------------------------------------------------------------------------------------------------


def impute_by_row(x: np.ndarray, directions: np.ndarray, f_i: object = np.mean) -> np.ndarray:
    """Impute.data.frame with impute_by = "row" and normalise_first = TRUE, for one group of indicators."""
    xn = x * directions
    low, high = np.nanmin(xn, axis=0), np.nanmax(xn, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        xn = (xn - low) / (high - low)
    for row in xn:
        seen = row[~np.isnan(row)]
        if seen.size:
            row[np.isnan(row)] = f_i(seen)
    back = (xn * (high - low) + low) * directions
    return np.where(np.isnan(x), back, x)


def impute_panel_latest(x: np.ndarray, max_time: int | None = None) -> np.ndarray:
    """impute_panel with imp_type = "latest"; x is (periods, units, indicators) in rising order."""
    out = x.copy()
    for t in range(len(x)):
        older = list(range(t - 1, -1, -1))[:max_time]
        for i, j in np.argwhere(np.isnan(x[t])):
            for s in older:
                if not np.isnan(x[s, i, j]):
                    out[t, i, j] = x[s, i, j]
                    break
    return out


def impute_panel_approx(x: np.ndarray, time: np.ndarray, method: str) -> np.ndarray:
    """impute_panel with "linear" or "constant": stats::approx(time, y, xout = time, rule = 2, method)."""
    out = x.copy()
    for i in range(x.shape[1]):
        for j in range(x.shape[2]):
            y = x[:, i, j]
            seen = ~np.isnan(y)
            if not seen.any():
                continue
            if method == "linear":
                out[:, i, j] = np.interp(time, time[seen], y[seen])
            else:
                place = np.searchsorted(time[seen], time, side="right") - 1
                out[:, i, j] = y[seen][np.maximum(place, 0)]
    return out


# R/screen_units.R ----------------------------------------------------------------------------------------------------


def screen(
    x: np.ndarray,
    unit_screen: str,
    dat_thresh: float = 2 / 3,
    nonzero_thresh: float = 0.05,
    force: dict[int, bool] | None = None,
) -> list[bool]:
    """The column Included of Screen.data.frame; force maps a row to Include."""
    included = []
    for row in x:
        missing = sum(np.isnan(row))
        zero = sum(row[~np.isnan(row)] == 0)
        available = 1 - missing / len(row)
        non_zero = 1 - zero / (len(row) - missing) if missing < len(row) else float("nan")
        low_data, low_non_zero = available < dat_thresh, non_zero < nonzero_thresh
        included.append(
            {"byNA": not low_data, "byzeros": not low_non_zero, "byNAandzeros": not (low_data or low_non_zero)}[
                unit_screen
            ]
        )
    for row_number, include in (force or {}).items():
        included[row_number] = include
    return included
