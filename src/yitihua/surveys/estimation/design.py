"""SurveyDesign: what a variance needs to know of how respondents were drawn and weighted.

Every estimator takes a design and arrays over its respondents. A domain is a mask over all
respondents, never a subset of the design: dropping rows would drop clusters and strata.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

    from yitihua.surveys.estimation.stages import StageTable

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

#: What to do with a stratum of one cluster, as R's ``survey.lonely.psu``.
OnePsu = Literal["adjust", "fail", "remove", "average", "certainty"]


class Projection(Protocol):
    """A calibration as the variance sees it: what remains of a variable beside the margins.

    One that was done apart within groups of respondents (counties) may say so by an attribute `group`, a number
    for each respondent; estimates by domains of whole groups are then as quick as without a calibration.
    """

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
        Numbers from 0 over the whole sample: clusters of different strata have different numbers,
        and strata of a later stage lie within one cluster of the stage before.
    population : ndarray of float, shape (respondents,), or None
        Clusters in the population of the respondent's stratum at this stage (within the cluster of
        the stage before); None draws with replacement, and stages after it add nothing. Where it
        differs within a stratum, ``sampled / population`` is the chance of the cluster, and the
        variance is Brewer's approximation.
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

    @classmethod
    def from_columns(
        cls,
        weight: Sequence[float] | npt.NDArray[Any] | None = None,
        *,
        strata: Sequence[Any] = (),
        clusters: Sequence[Any] = (),
        populations: Sequence[Any] = (),
        fractions: Sequence[Any] = (),
        one_psu: OnePsu = "adjust",
        nest: bool = False,
        pps: bool = False,
        projections: tuple[Projection, ...] = (),
    ) -> SurveyDesign:
        """Return a design of columns, one of each kind for a stage; every fault is found before one is raised.

        Parameters
        ----------
        weight : array of float, shape (respondents,), optional
            None takes the product of population / sampled over the stages.
        strata, clusters : sequences of arrays, each of shape (respondents,)
            Labels of any type, the primary stage first. Without clusters every respondent is one;
            a stage without strata has a single one (within the cluster of the stage before).
        populations, fractions : sequences of arrays of float, each of shape (respondents,)
            Clusters in the population, or the share of them that was drawn; one of the two, or
            neither for drawing with replacement. Fewer than stages: the rest with replacement.
        one_psu : str
            The rule for strata of one cluster.
        nest : bool
            Whether clusters are numbered anew in every stratum.
        pps : bool
            Whether fractions are chances that differ within a stratum (Brewer's approximation).
        projections : tuple of Projection
            Calibrations that made the weights.

        Raises
        ------
        InputError
            Missing, negative or no weights, missing labels, a cluster in two strata (unless `nest`),
            populations that are missing, smaller than the sample or differ within a stratum.

        Examples
        --------
        >>> design = SurveyDesign.from_columns([2, 2, 3], strata=["aab"], clusters=[[1, 2, 3]])
        >>> design.stages[0].stratum.tolist(), design.stages[0].cluster.tolist()
        ([0, 0, 1], [0, 1, 2])
        """
        from yitihua.surveys.estimation.building import Columns, build

        columns = Columns(tuple(strata), tuple(clusters), tuple(populations), tuple(fractions), {}, nest, pps)
        weights, stages = build(weight, columns)
        return cls(weights, stages, one_psu, projections)

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        weight: str | None = None,
        *,
        strata: Sequence[str] = (),
        clusters: Sequence[str] = (),
        populations: Sequence[str] = (),
        fractions: Sequence[str] = (),
        one_psu: OnePsu = "adjust",
        nest: bool = False,
        pps: bool = False,
        projections: tuple[Projection, ...] = (),
        file: str = "",
    ) -> SurveyDesign:
        """Return a design of the named columns of a table; see `from_columns`, whose faults then name columns.

        Examples
        --------
        >>> import pandas as pd
        >>> table = pd.DataFrame({"w": [2.0, 2.0], "town": ["a", "b"]})
        >>> SurveyDesign.from_frame(table, "w", clusters=["town"]).stages[0].cluster.tolist()
        [0, 1]
        """
        from yitihua.surveys.estimation.building import Columns, build, columns_of

        names = {"strata": strata, "clusters": clusters, "populations": populations, "fractions": fractions}
        found = columns_of(frame, weight, names, file)
        columns = Columns(
            strata=tuple(found["strata"]),
            clusters=tuple(found["clusters"]),
            populations=tuple(found["populations"]),
            fractions=tuple(found["fractions"]),
            names={kind: tuple(asked) for kind, asked in names.items()},
            nest=nest,
            pps=pps,
            weight=weight or "",
            file=file,
        )
        weights, stages = build(None if weight is None else frame[weight].to_numpy(), columns)
        return cls(weights, stages, one_psu, projections)

    @cached_property
    def tables(self) -> tuple[StageTable, ...]:
        """The stages at the level of their clusters, made once."""
        from yitihua.surveys.estimation.stages import compile_stages

        return compile_stages(self.stages)
