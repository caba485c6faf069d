"""Inverse hyperbolic sine: ``asinh(x / scale)``, a logarithm that also takes 0 and negative values.

Near 0 it is straight, far from 0 it is ``sign(x) ln(2|x| / scale)`` (Johnson 1949; Burbidge, Magee and Robb 1988,
who write theta for 1 / scale). Unlike the logarithm it depends on the unit of x, so the scale decides where the
bend is (Aihounton and Henningsen 2021): it is stated, or the median of the |x| that are not 0.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from yitihua.definitions.methods import Key, PositiveNumber, Settings
from yitihua.index.recipe import Treatment
from yitihua.index.treat.bending import WHEN_KEYS, check_when, fit_by, number_of
from yitihua.index.treat.limits import Floats
from yitihua.index.treat.method import Curve, Numbers, TreatMethod


def typical_size(x: Floats) -> float:
    """Return the median of the |x| that are not 0; 1 where all are.

    Parameters
    ----------
    x : ndarray
        NaN is left out.

    Examples
    --------
    >>> typical_size(np.array([0.0, -2.0, 4.0, 6.0, np.nan]))
    4.0
    """
    sizes = np.abs(x[np.isfinite(x) & (x != 0)])
    return float(np.median(sizes)) if sizes.size else 1.0


def asinh(seen: Floats, all_of: Floats, settings: Settings, code: str) -> Treatment:
    """Return ``asinh(x / scale)`` with its scale, stated or fitted.

    Every value has an image, so nothing is clipped.

    Examples
    --------
    >>> x = np.array([0.0, 2.0, 4.0])
    >>> asinh(x, x, {"asinh_scale": "median"}, "x").numbers
    (('scale', (3.0,)),)
    """
    stated = settings["asinh_scale"]
    size = typical_size(seen) if stated == "median" else float(stated)
    return Treatment("asinh", curve="asinh", numbers=(("scale", (size,)),), outcome="asinh")


def _transform(x: Floats, numbers: Numbers) -> Floats:
    return np.asarray(np.arcsinh(x / numbers["scale"][0]))


CURVES = (
    Curve(
        "asinh",
        lambda numbers: (f"asinh(x / {number_of(numbers['scale'][0])})",) * 2,
        _transform,
        lambda x, numbers: np.asarray(1.0 / np.hypot(x, numbers["scale"][0])),
        lambda x, numbers: np.isfinite(x),
    ),
)

ASINH_SCALE = Key(
    "asinh_scale",
    Literal["median"] | PositiveNumber,
    "median",
    words=("尺度", "scale"),
    about='Values are divided by it before asinh; "median" of the absolute values that are not 0.',
)

METHODS = (
    TreatMethod(
        name="asinh",
        words=("反双曲正弦", "inverse hyperbolic sine"),
        keys=(ASINH_SCALE, *WHEN_KEYS),
        source="Burbidge, Magee and Robb 1988",
        check=check_when,
        fit=fit_by(asinh),
    ),
)
