"""The covariance of small-area estimates: what areas, and the indicators of an area, err in together.

Ranks depend on differences, so an index receives the joint error of all estimates, not a list of
standard errors. With B = 1 - gamma the error of one indicator's EBLUP in area c is

    gamma e_c - B u_c  +  B x_c' (beta_hat - beta)  +  what comes from estimating A.

- The first part belongs to the area: variance g1, and between indicators i and j
  ``gamma_i gamma_j cov(e_i, e_j) + B_i B_j cov(u_i, u_j)``: it goes into the blocks.
- The second is shared by all areas, since they share beta: its covariance between areas c and d is
  ``B_c B_d x_c' Cov(beta) x_d``, whose diagonal is g2. Cov(beta) is a p x p matrix (for k indicators a
  pk x pk one), so it makes p (or pk) shared factors, exactly.
- The third has variance 2 g3 (less the bias term). Between areas it is of order 1/m smaller than on the
  diagonal and stays in the blocks: for one indicator the standard errors are the roots of the MSE.

Not in here, as smaller by 1/m than what is: the covariance between one indicator's own error and
another's beta (for the same indicator it is exactly 0), and, where the direct estimate enters, that
between its error and the beta of the others.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from yitihua.indicators.arrays import Floats
from yitihua.indicators.covariance import Covariance, matrix_root
from yitihua.surveys.areas.fay_herriot import FayHerriot


def area_covariance(
    fits: Mapping[str, FayHerriot],
    sampling: Covariance | None = None,
    direct_enters: npt.NDArray[np.bool_] | None = None,
    *,
    related_effects: bool = True,
) -> Covariance:
    """Return the covariance of the estimates that enter an index, of all areas and indicators.

    Parameters
    ----------
    fits : mapping of str to FayHerriot
        Indicator -> its model, all over the same areas in the same order.
    sampling : Covariance, optional
        Of the direct estimates, with the same units and indicators. Its blocks give the correlations
        between indicators of an area (the variances are those the models were fitted with); its shared
        factors (a mode effect that every area was adjusted by) pass through the estimator: a common
        shift of all direct estimates shifts the synthetic ones as well and is not shrunk away. None
        takes indicators' errors as independent.
    direct_enters : ndarray of bool, shape (areas, indicators), optional
        Where the direct estimate enters instead; its error is that of `sampling` (or the model's
        variance), without shrinkage.
    related_effects : bool
        Whether the area effects of two indicators are correlated, estimated by moments, or independent.

    Examples
    --------
    >>> from yitihua.surveys.areas.fay_herriot import fay_herriot
    >>> fit = fay_herriot([0.0, 2.0, 3.0, 5.0], [1.0, 1.0, 2.0, 2.0])
    >>> found = area_covariance({"E01": fit})
    >>> bool(np.allclose(found.se[:, 0], fit.se)), found.shared.shape
    (True, (1, 4, 1))
    """
    codes, models = tuple(fits), list(fits.values())
    areas = models[0].areas
    if any(model.areas != areas for model in models):
        raise ValueError("the models are not of the same areas in the same order")
    shape = (len(areas), len(codes))
    if sampling is not None and sampling.blocks.shape[:2] != shape:
        raise ValueError(f"sampling has shape {sampling.blocks.shape[:2]}, expected (areas, indicators) = {shape}")
    stacked = _Stack(models, sampling)
    direct = stacked.sampled & (False if direct_enters is None else direct_enters)
    effects = effect_covariance(models, stacked.error) if related_effects else np.diag([m.sigma2_u for m in models])
    gamma = np.where(direct, 1.0, stacked.gamma)
    return Covariance(
        areas,
        codes,
        _blocks(models, stacked, effects, gamma, direct, sampling),
        np.concatenate([_beta_factors(models, stacked, effects, 1 - gamma), _carried(models, sampling, gamma)]),
    )


class _Stack:
    """Columns of the models side by side, shape (areas, indicators), and the errors of direct estimates."""

    def __init__(self, models: list[FayHerriot], sampling: Covariance | None) -> None:
        self.gamma = np.column_stack([model.gamma for model in models])
        self.sampled = np.column_stack([model.sampled for model in models])
        self.variance = np.where(self.sampled, np.column_stack([model.variance for model in models]), 0.0)
        self.correlation = _correlations(sampling, self.variance.shape)
        root = np.sqrt(self.variance)
        #: Covariance of the direct estimates of an area with the models' variances, (areas, k, k).
        self.error = self.correlation * root[:, :, None] * root[:, None, :]


def _correlations(sampling: Covariance | None, shape: tuple[int, int]) -> Floats:
    diagonal = np.arange(shape[1])
    found = np.zeros((*shape, shape[1]))
    if sampling is not None:
        scale = np.sqrt(np.maximum(np.einsum("cii->ci", sampling.blocks), 0.0))
        with np.errstate(invalid="ignore", divide="ignore"):
            found = np.nan_to_num(sampling.blocks / (scale[:, :, None] * scale[:, None, :]), posinf=0.0, neginf=0.0)
    found[:, diagonal, diagonal] = 1.0
    return np.clip(found, -1.0, 1.0)


def effect_covariance(models: list[FayHerriot], error: Floats) -> Floats:
    """Return the covariance of the area effects of several indicators, by moments, shape (k, k).

    Off the diagonal: the mean over areas of ``r_i r_j / (1 - h) - cov(e_i, e_j)``, r the residuals and h what
    the fit of beta takes of them (the mean of the two leverages), weighted by
    ``1 / ((A_i + D_i)(A_j + D_j))``; correlations are cut to [-1, 1] and all shrunk alike until the
    matrix has no negative eigenvalue. The diagonal keeps the A of the models.

    Parameters
    ----------
    models : list of FayHerriot
    error : ndarray, shape (areas, k, k)
        Covariance of the direct estimates.
    """
    k = len(models)
    a = np.array([model.sigma2_u for model in models])
    correlation = np.eye(k)
    for i in range(k):
        for j in range(i):
            both = models[i].sampled & models[j].sampled
            if a[i] > 0 and a[j] > 0 and both.any():
                correlation[i, j] = correlation[j, i] = _moment(models[i], models[j], error[:, i, j], both)
    least = float(np.linalg.eigvalsh(correlation)[0]) - 1.0
    if least < -1.0:
        correlation = np.eye(k) + (correlation - np.eye(k)) / -least
    return np.asarray(correlation * np.sqrt(np.outer(a, a)))


def _moment(one: FayHerriot, other: FayHerriot, error: Floats, both: npt.NDArray[np.bool_]) -> float:
    kept = 1.0 - 0.5 * (_leverage(one, both) + _leverage(other, both))
    residuals = (one.direct - one.synthetic)[both] * (other.direct - other.synthetic)[both] / np.maximum(kept, 0.1)
    weight = 1.0 / ((one.sigma2_u + one.variance) * (other.sigma2_u + other.variance))[both]
    covariance = float((weight * (residuals - error[both])).sum() / weight.sum())
    return float(np.clip(covariance / np.sqrt(one.sigma2_u * other.sigma2_u), -1.0, 1.0))


def _leverage(model: FayHerriot, rows: npt.NDArray[np.bool_]) -> Floats:
    x, total = model.x[rows], model.sigma2_u + model.variance[rows]
    return np.asarray(np.einsum("cp,pq,cq->c", x, model.beta_covariance, x) / total)


def _blocks(
    models: list[FayHerriot],
    stacked: _Stack,
    effects: Floats,
    gamma: Floats,
    direct: npt.NDArray[np.bool_],
    sampling: Covariance | None,
) -> Floats:
    shrink = 1 - gamma
    variance = stacked.variance
    if sampling is not None:
        variance = np.where(direct, np.einsum("cii->ci", sampling.blocks), variance)
    reach = gamma * np.sqrt(variance)
    blocks = stacked.correlation * reach[:, :, None] * reach[:, None, :]
    blocks = blocks + effects * shrink[:, :, None] * shrink[:, None, :]
    # By the moment method the bias term can outweigh 2 g3; a variance takes nothing off.
    own = np.maximum(np.column_stack([2 * model.g3 - model.bias for model in models]), 0.0)
    diagonal = np.arange(len(models))
    blocks[:, diagonal, diagonal] += np.where(direct, 0.0, own)
    return np.asarray(blocks)


def _beta_factors(models: list[FayHerriot], stacked: _Stack, effects: Floats, shrink: Floats) -> Floats:
    """Return factors of the error in beta, shape (all coefficients, areas, k).

    ``Cov(beta_i, beta_j) = sum_c q_ci (cov(u_i, u_j) + cov(e_ci, e_cj)) q_cj'`` with
    ``q_ci = Cov(beta_i) x_c / (A_i + D_ci)``, 0 for areas without a sample.
    """
    sizes = np.cumsum([0] + [len(model.beta) for model in models])
    joint = np.zeros((sizes[-1], sizes[-1]))
    pulls = [_pull(model) for model in models]
    for i in range(len(models)):
        for j in range(len(models)):
            common = np.where(stacked.sampled[:, i] & stacked.sampled[:, j], effects[i, j] + stacked.error[:, i, j], 0)
            joint[sizes[i] : sizes[i + 1], sizes[j] : sizes[j + 1]] = (pulls[i] * common[:, None]).T @ pulls[j]
    root = matrix_root(joint)
    factors = np.zeros((sizes[-1], *shrink.shape))
    for i, model in enumerate(models):
        factors[:, :, i] = (shrink[:, i, None] * (model.x @ root[sizes[i] : sizes[i + 1]])).T
    return factors


def _pull(model: FayHerriot) -> Floats:
    """Return by how much each area's direct estimate moves beta, shape (areas, p)."""
    weight = np.where(model.sampled, 1.0 / (model.sigma2_u + np.where(model.sampled, model.variance, 1.0)), 0.0)
    return np.asarray(weight[:, None] * model.x @ model.beta_covariance)


def _carried(models: list[FayHerriot], sampling: Covariance | None, gamma: Floats) -> Floats:
    """Return the shared errors of the direct estimates after shrinkage, shape (factors, areas, k)."""
    if sampling is None or not len(sampling.shared):
        return np.zeros((0, *gamma.shape))
    found = np.empty_like(sampling.shared)
    for i, model in enumerate(models):
        shift = np.where(model.sampled, sampling.shared[:, :, i], 0.0)
        found[:, :, i] = gamma[:, i] * shift + (1 - gamma[:, i]) * (shift @ _pull(model) @ model.x.T)
    return found
