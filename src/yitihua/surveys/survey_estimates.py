"""What is known of an index's surveyed indicators: direct estimates of every questionnaire, and what enters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.definitions.survey_plan_models import SurveyRule
from yitihua.errors import InputError
from yitihua.indicators.covariance import Covariance
from yitihua.indicators.table import Floats
from yitihua.surveys.areas.composite import Entering
from yitihua.surveys.areas.fay_herriot import FayHerriot
from yitihua.surveys.estimation.results import Estimates
from yitihua.surveys.fielding import Fielded
from yitihua.surveys.modes.adjust import ModeAdjustment
from yitihua.surveys.precision import widened

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Direct:
    """Direct estimates of one questionnaire's indicators; arrays are (counties, indicators).

    `whole` is of all counties together, `population` what the weights of each county add up to.
    """

    name: str
    found: Estimates
    whole: Estimates
    population: Floats
    adjustment: ModeAdjustment | None = None
    level: float = 0.95

    @property
    def value(self) -> Floats:
        """The estimates, shifted to the reference mode where that was applied."""
        return self.found.value if self.adjustment is None else self.adjustment.value

    @property
    def covariance(self) -> Covariance:
        """Their covariance as `widened`, with the shift's error where it was applied."""
        return self._shifted(widened(covariance_of(self.found), self.found.df, self.level))

    @property
    def covariance_within(self) -> Covariance:
        """The same without what a calibration makes counties share."""
        own = self.found.errors.covariance(np.isnan(self.found.se), cross="ignore")
        return self._shifted(widened(own, self.found.df, self.level))

    def _shifted(self, errors: Covariance) -> Covariance:
        return errors if self.adjustment is None else self.adjustment.covariance(errors)

    @property
    def whole_shift(self) -> tuple[Floats, Floats]:
        """What the shift adds to the estimates of the whole, and its standard error, shape (indicators,)."""
        if self.adjustment is None or not self.adjustment.applied:
            none = np.zeros(len(self.found.items))
            return none, none
        share = np.where(np.isfinite(self.found.value), self.population[:, None], 0.0)
        share = share / np.maximum(share.sum(axis=0), 1e-300)
        errors = np.einsum("rci,ci->ri", self.adjustment.factors, share)
        return (share * self.adjustment.mode_adj).sum(axis=0), np.sqrt((errors**2).sum(axis=0))


@dataclass(frozen=True, eq=False)
class SurveyEstimates:
    """Everything that is known of the surveyed indicators; arrays have the shape (counties, indicators).

    Attributes
    ----------
    counties, indicators : tuple of str
    rule : SurveyRule
        What was asked for.
    direct : tuple of Direct
        A questionnaire each.
    fits : dict of str to FayHerriot
        Indicator -> its small-area model; empty where there are too few counties.
    eblup, eblup_se : ndarray
        Benchmarked where asked; NaN without a model.
    entering : Entering
        What enters the ranking, and why.
    covariance : Covariance
        Of what enters.
    hidden : ndarray of bool
        Direct estimates that are not shown: on too few respondents, or giving those away.
    """

    counties: tuple[str, ...]
    indicators: tuple[str, ...]
    rule: SurveyRule
    fielded: Mapping[str, Fielded]
    direct: tuple[Direct, ...]
    fits: Mapping[str, FayHerriot]
    eblup: Floats
    eblup_se: Floats
    entering: Entering
    covariance: Covariance
    hidden: Any
    notices: tuple[tuple[str, str], ...] = ()

    @property
    def se(self) -> Floats:
        """Standard errors of what enters, as an index draws them: those of direct estimates as `widened`."""
        return np.where(np.isfinite(self.entering.value), self.covariance.se, np.nan)

    def of_direct(self, name: str) -> Floats:
        """Return an array of the direct estimates, such as "n", "se", "ci_low", side by side."""
        return np.hstack([part.value if name == "value" else getattr(part.found, name) for part in self.direct])

    def frame(self, lang: str = "en") -> pd.DataFrame:
        """Return the long table of estimates, what is too small hidden; see `surveys.estimate_table`."""
        from yitihua.surveys.estimate_table import estimate_table

        return estimate_table(self, lang)


def covariance_of(found: Estimates) -> Covariance:
    """Return the covariance of direct estimates; where counties are too many for one matrix, within counties."""
    missing = np.isnan(found.se)
    try:
        return found.errors.covariance(missing)
    except InputError as error:
        if error.faults[0].code != "estimate-covariance-large":
            raise
        return found.errors.covariance(missing, cross="ignore")
