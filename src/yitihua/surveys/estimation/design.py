"""SurveyDesign: what a variance needs to know of how respondents were drawn and weighted.

Every estimator takes a design and arrays over its respondents. A domain is a mask over all
respondents, never a subset of the design: dropping rows would drop clusters and strata.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

#: What to do with a stratum of one cluster, as R's ``survey.lonely.psu``.
OnePsu = Literal["adjust", "fail", "remove", "average", "certainty"]


class Projection(Protocol):
    """A calibration as the variance sees it: what remains of a variable beside the margins."""

    def residuals(self, z: Floats) -> Floats:
        """Return z minus its fit on the calibration variables.

        The fit is by least squares under the weights that the calibration started from
        (Deville & Särndal 1992); the final weights multiply the residuals afterwards.

        Parameters
        ----------
        z : ndarray, shape (respondents, k)
            Linearised values, not yet weighted.
        """
        ...


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage of sampling.

    Attributes
    ----------
    stratum, cluster : ndarray of int, shape (respondents,)
        Numbers from 0 over the whole sample: clusters of different strata have different numbers.
    population : ndarray of float, shape (respondents,), or None
        Clusters in the population of the respondent's stratum at this stage (within the cluster of
        the stage before); None draws with replacement.
    """

    stratum: Codes
    cluster: Codes
    population: Floats | None = None


@dataclass(frozen=True, eq=False)
class SurveyDesign:
    """Respondents' weights and stages.

    Attributes
    ----------
    weight : ndarray, shape (respondents,)
        Final weights; 0 keeps a respondent in the design and out of the estimates.
    stages : tuple of Stage
        The first is the primary stage.
    one_psu : str
        The rule for strata of one cluster.
    projections : tuple of Projection
        Calibrations in the order they were done.
    """

    weight: Floats
    stages: tuple[Stage, ...]
    one_psu: OnePsu = "adjust"
    projections: tuple[Projection, ...] = ()
