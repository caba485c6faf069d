"""What an estimate comes as: arrays by domain and item, their covariance, and a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.indicators.covariance import Covariance
from yitihua.surveys.estimation.covariance import DomainErrors
from yitihua.surveys.estimation.design import Floats
from yitihua.surveys.estimation.variance import Mask

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Estimates:
    """Estimates of items by domain; arrays have the shape (domains, items), NaN where there is none.

    Attributes
    ----------
    domains, items : tuple of str
        Rows and columns.
    statistic : str
        "mean", "share", "total", "ratio" or "quantile".
    value, se, ci_low, ci_high : ndarray
        Estimates, standard errors and limits of the interval `ci_method` at `level`.
    df : ndarray
        Degrees of freedom: primary clusters less strata.
    n : ndarray
        Respondents with a weight and an answer.
    n_eff : ndarray
        Size of a simple sample with replacement with this variance; may be above n.
    deff, deff_kish : ndarray
        Design effect, and the part of unequal weights by Kish's formula.
    n_psu, n_strata : ndarray
        Primary clusters and strata of those who answered.
    item_missing : ndarray
        Share of the domain's respondents with a weight who gave no answer, not weighted.
    flags : dict of str to ndarray of bool
        "no-respondents", "no-answers", "no-denominator": why there is no value. "one-psu": all answers come from
        one cluster and no error can be told (R says 0). "one-psu-strata": the rule for strata of one cluster was
        used. "alike": all answers are the same. "no-df": an error, but no degrees of freedom for an interval.
    """

    domains: tuple[str, ...]
    items: tuple[str, ...]
    statistic: str
    value: Floats
    se: Floats
    ci_low: Floats
    ci_high: Floats
    df: Floats
    n: Floats
    n_eff: Floats
    deff: Floats
    deff_kish: Floats
    n_psu: Floats
    n_strata: Floats
    item_missing: Floats
    ci_method: str
    level: float
    flags: Mapping[str, Mask]
    errors: DomainErrors = field(repr=False)

    @property
    def covariance(self) -> Covariance:
        """Covariances between items and domains, exactly.

        Estimates without a standard error have rows and columns of 0. Errors that domains share make a matrix
        over all of them; where that is too large a fault says so, see `errors.covariance` for leaving them out.
        """
        return self.errors.covariance(np.isnan(self.se))

    @property
    def frame(self) -> pd.DataFrame:
        """A long table, a row for a domain and an item."""
        import pandas as pd

        k = len(self.items)
        columns: dict[str, Any] = {
            "domain": np.repeat(np.array(self.domains, dtype=object), k),
            "item": np.tile(np.array(self.items, dtype=object), len(self.domains)),
        }
        for name in ("value", "se", "ci_low", "ci_high", "df", "n", "n_eff", "deff", "deff_kish"):
            columns[name] = getattr(self, name).ravel()
        for name in ("n_psu", "n_strata", "item_missing"):
            columns[name] = getattr(self, name).ravel()
        columns["ci_method"] = self.ci_method
        raised = [(name, mask.ravel()) for name, mask in self.flags.items()]
        columns["flags"] = [
            " ".join(name for name, mask in raised if mask[row]) for row in range(len(columns["domain"]))
        ]
        return pd.DataFrame(columns)
