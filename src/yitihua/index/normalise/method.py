"""The contract of a normalisation: fitted to a column, then applied value by value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import Key, Method, Settings
from yitihua.errors import refuse
from yitihua.index.own import checked_column, own_words
from yitihua.index.recipe import Normalisation

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Scale = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Sample:
    """What a normalisation is fitted to.

    Attributes
    ----------
    x : ndarray, shape (units,)
        Treated values of one indicator; NaN is missing.
    positive : bool
        Whether more is better.
    scale : (float, float)
        Lowest and highest points.
    goalposts : (float, float) or None
        On the treated scale; the lower one first.
    units : sequence of str
        Codes of the units.
    reference_unit : str or None
        The edition's reference unit.
    code : str
        The indicator, for messages.
    """

    x: Floats
    positive: bool
    scale: Scale
    goalposts: tuple[float, float] | None = None
    units: Sequence[str] = ()
    reference_unit: str | None = None
    code: str = ""

    @property
    def seen(self) -> Floats:
        """The observed values."""
        return self.x[np.isfinite(self.x)]


@dataclass(frozen=True, kw_only=True)
class NormaliseMethod(Method):
    """A normalisation.

    Attributes
    ----------
    fit : function
        ``fit(sample, settings)`` -> Normalisation.
    apply : function or None
        ``apply(x, normalisation, positive, scale)`` -> points and which were cut; None where the
        affine map says it all.
    """

    fit: Callable[[Sample, Settings], Normalisation]
    apply: Callable[[Floats, Normalisation, bool, Scale], tuple[Floats, Mask]] | None = None


def own_method(place: str) -> NormaliseMethod:
    """Return a user's function ``fn(x, positive, scale, **parameters)`` -> points as a normalisation."""

    def fit(sample: Sample, settings: Settings) -> Normalisation:
        seen = sample.seen
        parameters = dict(settings.get("parameters") or ()) | {"positive": sample.positive, "scale": sample.scale}
        # Draws and other tables pass other columns: points must not depend on who else stands there.
        together, alone = checked_column(place, seen, **parameters), checked_column(place, seen[:1], **parameters)
        if seen.size and not np.allclose(together[:1], alone, rtol=1e-12, atol=0, equal_nan=True):
            raise refuse("own-code-not-by-value", key=sample.code, name=place)
        return Normalisation(place)

    def apply(x: Floats, n: Normalisation, positive: bool, scale: Scale) -> tuple[Floats, Mask]:
        parameters = dict(dict(n.settings).get("parameters") or ())
        flat = checked_column(place, np.ravel(x), positive=positive, scale=scale, **parameters)
        return flat.reshape(np.shape(x)), np.zeros(np.shape(x), dtype=bool)

    return NormaliseMethod(name=place, words=own_words(place), keys=(OWN_KEY,), fit=fit, apply=apply)


OWN_KEY = Key("parameters", dict[str, float], about="A user's own function: keyword arguments passed to it.")
