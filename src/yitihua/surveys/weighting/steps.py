"""Weights: base weights and the steps that changed them, each with its factor by respondent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from yitihua.errors import Fault, FaultList, InputError
from yitihua.surveys.estimation.design import Codes, Floats, Projection
from yitihua.surveys.weighting import calibration, raking
from yitihua.surveys.weighting.base import as_numbers, check_weights
from yitihua.surveys.weighting.coded import CodedMargins
from yitihua.surveys.weighting.design_effect import WeightingEffect, kish
from yitihua.surveys.weighting.distances import Method
from yitihua.surveys.weighting.nonresponse import NonResponse, adjust_nonresponse
from yitihua.surveys.weighting.poststratify import poststratify
from yitihua.surveys.weighting.projection import CellProjection, CodedProjection, MatrixProjection, after_factor
from yitihua.surveys.weighting.raking import Adjustment
from yitihua.surveys.weighting.trimming import Limit, Redistribution, span, trim, trim_and_calibrate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Step:
    """One step.

    Attributes
    ----------
    name : str
        Unique within the weights: rake, trim, rake-2.
    factor : ndarray, shape (respondents,)
        Weight after over weight before; 1 where that is 0.
    minimum, maximum, mean : float
        Of the factor, over respondents whose weight was above 0 before and after.
    n : int
        Respondents with a weight after the step.
    iterations : int
    converged : bool
    error : float
        The largest relative error of a margin; NaN for steps without margins.
    worst : str
        Where it is.
    notes : tuple of Fault
        What was done on the way: classes merged, weights rescaled.
    projection : Projection, optional
        What the step means for the variance; None for steps that count as given.
    """

    name: str
    factor: Floats
    minimum: float
    maximum: float
    mean: float
    n: int
    iterations: int = 1
    converged: bool = True
    error: float = float("nan")
    worst: str = ""
    notes: tuple[Fault, ...] = ()
    projection: Projection | None = field(default=None, repr=False)


@dataclass(frozen=True, eq=False)
class Weights:
    """Base weights and steps. Each method returns new weights with one more step.

    Attributes
    ----------
    base : ndarray, shape (respondents,)
    steps : tuple of Step
    ids : sequence of str, optional
        Names of respondents, for `frame`.

    Examples
    --------
    >>> codes = {"sex": np.array([0, 1, 1])}
    >>> margins = CodedMargins.of(codes, {"sex": np.array([50.0, 50.0])})
    >>> weights = Weights.start(np.ones(3)).rake(margins).trim(upper=40.0)
    >>> weights.final, [step.name for step in weights.steps]
    (array([40., 30., 30.]), ['rake', 'trim'])
    """

    base: Floats
    steps: tuple[Step, ...] = ()
    ids: Sequence[str] | None = None

    @classmethod
    def start(
        cls, base: Sequence[float] | Floats, ids: Sequence[str] | None = None, *, zero: bool = False, file: str = ""
    ) -> Weights:
        """Check base weights; `zero` allows 0 for people who are in the design and out of the estimates.

        Raises
        ------
        InputError
            Naming the rows whose weight is missing, infinite, negative or 0.
        """
        weight = as_numbers(base, file)
        if faults := check_weights(weight, zero=zero, file=file):
            raise InputError(faults)
        weight.flags.writeable = False
        return cls(weight, (), ids)

    @cached_property
    def final(self) -> Floats:
        """The base weight times all factors in their order, shape (respondents,)."""
        weight = self.after(len(self.steps))
        weight.flags.writeable = False
        return weight

    def after(self, steps: int) -> Floats:
        """Return the weights after so many steps."""
        weight = self.base.copy()
        for step in self.steps[:steps]:
            weight *= step.factor
        return weight

    def _with(
        self, name: str, factor: Floats, notes: Sequence[Fault], projection: Projection | None, **told: Any
    ) -> Weights:
        factor = np.where(self.final != 0, factor, 1.0)
        taken = {step.name for step in self.steps}
        count, unique = 1, name
        while unique in taken:
            count += 1
            unique = f"{name}-{count}"
        live = (self.final > 0) & (factor != 0)
        seen = factor[live]
        low, high, mean = (seen.min(), seen.max(), seen.mean()) if len(seen) else (np.nan,) * 3
        step = Step(
            unique,
            factor,
            float(low),
            float(high),
            float(mean),
            len(seen),
            notes=tuple(notes),
            projection=projection,
            **told,
        )
        return replace(self, steps=(*self.steps, step))

    def _adjusted(self, name: str, found: Adjustment, notes: Sequence[Fault], projection: Projection) -> Weights:
        told: dict[str, Any] = {
            "iterations": found.iterations,
            "converged": found.converged,
            "error": found.error,
            "worst": found.worst,
        }
        return self._with(name, found.factor, notes, projection, **told)

    def adjust_nonresponse(
        self, category: Codes, cell: Codes, classes: tuple[str, ...] | None = None, **options: Any
    ) -> Weights:
        """Weight respondents up for those who did not answer; see `nonresponse.adjust_nonresponse`."""
        found = adjust_nonresponse(self.final, category, cell, classes, **options)
        return self._with("non-response", found.factor, _merges(found, options), None)

    def rake(self, margins: CodedMargins, name: str = "rake", **options: Any) -> Weights:
        """Rake to margins; see `raking.rake`."""
        weight = self.final
        found = raking.rake(weight, margins, **options)
        return self._adjusted(name, found, margins.notes, CodedProjection(margins, weight))

    def poststratify(self, margins: CodedMargins, name: str = "post-stratify") -> Weights:
        """Post-stratify to one margin; see `poststratify.poststratify`."""
        weight = self.final
        found = poststratify(weight, margins)
        return self._adjusted(name, found, margins.notes, CellProjection(margins.cells.key, weight))

    def calibrate(
        self, margins: CodedMargins, method: Method = "linear", name: str = "calibrate", **options: Any
    ) -> Weights:
        """Calibrate to coded margins; see `calibration.calibrate`."""
        weight = self.final
        found = calibration.calibrate(weight, margins, method, **options)
        notes = (*margins.notes, *found.notes)
        return self._adjusted(name, found, notes, CodedProjection(margins, weight))

    def calibrate_matrix(
        self,
        x: Floats,
        totals: Floats,
        names: Sequence[str],
        method: Method = "linear",
        name: str = "calibrate",
        **options: Any,
    ) -> Weights:
        """Calibrate to totals of numeric variables; see `calibration.calibrate_matrix`."""
        weight, variance = self.final, options.get("variance")
        found = calibration.calibrate_matrix(weight, x, totals, names, method, **options)
        # As R: a working variance bends the regression of linear calibration alone.
        if variance is None or method != "linear" or "bounds" in options:
            variance = np.ones(len(weight))
        projection = MatrixProjection(x, weight / variance)
        return self._adjusted(name, found, found.notes, projection)

    def trim(
        self,
        lower: Limit = 0.0,
        upper: Limit = np.inf,
        *,
        strict: bool = False,
        share: Redistribution = "equal",
        within: Codes | None = None,
        margins: CodedMargins | None = None,
        cycles: int = 50,
        tolerance: float = 1e-6,
        name: str = "trim",
    ) -> Weights:
        """Trim to limits; with margins, trim and rake in turn until both hold.

        Parameters
        ----------
        lower, upper, strict, share, within
            See `trimming.trim`.
        margins : CodedMargins, optional
            Raked to after each trimming. The step's residuals are then those of the raking.
        cycles : int
            Most rounds of the two.
        tolerance : float
            How far beyond a limit, relative, raked weights may lie.
        """
        weight = self.final
        if margins is None:
            found = trim(weight, lower, upper, strict=strict, share=share, within=within)
            cut = _cut(found.cut, found.moved, lower, upper)
            return self._with(name, found.factor, cut, None, iterations=found.rounds)
        live = weight > 0
        factor, rounds = trim_and_calibrate(
            weight,
            lambda w: trim(w, lower, upper, strict=True, share=share, within=within),
            lambda w: raking.rake(w, margins).factor,
            lambda w: live & ((w < lower * (1 - tolerance)) | (w > upper * (1 + tolerance))),
            cycles=cycles,
        )
        error, worst = raking.worst_level(margins, margins.cells.total(weight * factor))
        beyond = live & ((weight < lower) | (weight > upper))
        notes = (
            *margins.notes,
            *_cut(beyond, float((weight - np.clip(weight, lower, upper))[live].sum()), lower, upper),
        )
        told: dict[str, Any] = {"iterations": rounds, "error": error, "worst": worst}
        return self._with(name, factor, notes, CodedProjection(margins, weight) if rounds else None, **told)

    def projections(self, rule: Literal["linearised", "r"] = "linearised") -> tuple[Projection, ...]:
        """Return what a `SurveyDesign` takes with the final weights: it applies the last of them first.

        The rules are told in `projection`; they differ where weights were calibrated more than once.
        """
        found: list[Projection] = []
        later = np.ones(len(self.base))
        for step in reversed(self.steps):
            if step.projection is not None:
                found.append(after_factor(step.projection, later))
            later = later * step.factor
        return tuple(found if rule == "r" else reversed(found))

    def effect(self, domain: Codes | None = None, domains: int | None = None) -> WeightingEffect:
        """Return Kish's design effect of the final weights; see `design_effect.kish`."""
        return kish(self.final, domain, domains)

    @property
    def notes(self) -> tuple[Fault, ...]:
        """What all steps noted."""
        return tuple(note for step in self.steps for note in step.notes)

    @property
    def frame(self) -> pd.DataFrame:
        """A row a respondent: base weight, the factor of each step, final weight."""
        import pandas as pd

        columns = {"base": self.base, **{step.name: step.factor for step in self.steps}, "weight": self.final}
        return pd.DataFrame(columns, index=None if self.ids is None else pd.Index(self.ids, name="respondent"))

    @property
    def summary(self) -> pd.DataFrame:
        """A row a step: its factors, how it converged, the sum and design effect of the weights after it."""
        import pandas as pd

        rows = []
        for i, step in enumerate((None, *self.steps)):
            weight = self.after(i)
            after = {"n": int((weight != 0).sum()), "sum": weight.sum(), "deff": float(kish(weight).deff[0])}
            told: dict[str, Any] = {} if step is None else {
                "factor_min": step.minimum, "factor_mean": step.mean, "factor_max": step.maximum,
                "iterations": step.iterations, "converged": step.converged, "error": step.error, "worst": step.worst,
                "notes": len(step.notes),
            }  # fmt: skip
            rows.append({"step": "base" if step is None else step.name, **after, **told})
        return pd.DataFrame(rows)


def _merges(found: NonResponse, options: dict[str, Any]) -> list[Fault]:
    notes = FaultList()
    for merge in found.merges:
        details: dict[str, Any] = {"n": merge.n, "factor": f"{merge.factor:.3g}", "into": found.classes[merge.taker]}
        code = "weights-note-class-kept" if merge.taker == merge.giver else "weights-note-class-merged"
        notes.add(code, file=options.get("file", ""), key=found.classes[merge.giver], **details)
    return list(notes)


def _cut(cut: np.ndarray, moved: float, lower: Limit, upper: Limit) -> list[Fault]:
    notes = FaultList()
    if n := int(cut.sum()):
        notes.add("weights-note-trimmed", n=n, moved=f"{moved:.6g}", lower=span(lower), upper=span(upper))
    return list(notes)
