"""One latent model behind every number: a general factor, blocks, cities and size, over two years."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from yitihua.indicators.simulation.counties import Units, stream
from yitihua.indicators.simulation.rules import Rule
from yitihua.indicators.table import Floats

#: Correlation of a county's latent scores with its own a year before.
PERSISTENCE = 0.8
#: Share of the general factor that lies between cities.
GENERAL_CITY_SHARE = 0.2
#: What a county on the border of the province has more, in standard deviations.
BORDER_BONUS = {"B09": 0.9}


def latent_scores(rules: Mapping[str, Rule], units: Units, seed: int) -> dict[str, dict[str, Floats]]:
    """Return period -> indicator -> latent score of each unit, about standard normal.

    score = general + block + log population + the indicator's own part, with the loadings of the
    calibration; factors and own parts have a share between cities and persist from year to year.

    Examples
    --------
    >>> from yitihua.indicators.simulation.counties import zhejiang
    >>> from yitihua.indicators.simulation.rules import rules
    >>> scores = latent_scores(rules(), zhejiang(), seed=0)
    >>> sorted(scores), scores["2022"]["A05"].shape
    (['2021', '2022'], (90,))
    """
    blocks = sorted({rule.corr_block for rule in rules.values()})
    size = _standard(np.log(units.population))
    shares = {"general": GENERAL_CITY_SHARE} | {block: _block_city_share(rules, block) for block in blocks}
    rng = stream(seed, "factors")
    now = np.column_stack([_with_cities(units, shares[name], rng) for name in shares])
    now = _orthogonal(np.column_stack([size, now]))[:, 1:]
    fresh = np.column_stack([_with_cities(units, shares[name], rng) for name in shares])
    factors = {"2022": now, "2021": PERSISTENCE * now + np.sqrt(1 - PERSISTENCE**2) * fresh}
    column = {name: j for j, name in enumerate(shares)}
    found: dict[str, dict[str, Floats]] = {"2021": {}, "2022": {}}
    for code, rule in rules.items():
        own = _own_parts(rule, units, shares[rule.corr_block], stream(seed, "own", code))
        left = np.sqrt(own_variance(rule))
        for period, table in factors.items():
            common = rule.general_loading * table[:, 0] + rule.block_loading * table[:, column[rule.corr_block]]
            bonus = BORDER_BONUS.get(code, 0.0) * units.border
            found[period][code] = common + rule.logpop_loading * size + left * own[period] + bonus
    return found


def own_variance(rule: Rule) -> float:
    """Return the share of an indicator's variance that no factor explains."""
    return max(1.0 - rule.block_loading**2 - rule.general_loading**2 - rule.logpop_loading**2, 0.05)


def _own_parts(rule: Rule, units: Units, block_share: float, rng: np.random.Generator) -> dict[str, Floats]:
    """Return an indicator's own part by period; its city share brings the total to the calibrated one."""
    explained = rule.block_loading**2 * block_share + rule.general_loading**2 * GENERAL_CITY_SHARE
    share = float(np.clip((rule.city_icc - explained) / own_variance(rule), 0.0, 0.9))
    now = _with_cities(units, share, rng)
    before = PERSISTENCE * now + np.sqrt(1 - PERSISTENCE**2) * _with_cities(units, share, rng)
    return {"2021": before, "2022": now}


def _block_city_share(rules: Mapping[str, Rule], block: str) -> float:
    members = [rule for rule in rules.values() if rule.corr_block == block]
    weight = np.array([rule.block_loading**2 for rule in members])
    return float(weight @ np.array([rule.city_icc for rule in members]) / weight.sum())


def _with_cities(units: Units, share: float, rng: np.random.Generator) -> Floats:
    """Return standardised noise of which a share lies between cities."""
    city = rng.standard_normal(int(units.city.max()) + 1)[units.city]
    return _standard(np.sqrt(share) * city + np.sqrt(1 - share) * rng.standard_normal(len(units)))


def _standard(values: Floats) -> Floats:
    spread = values.std()
    return np.asarray((values - values.mean()) / (spread if spread > 0 else 1.0))


def _orthogonal(columns: Floats) -> Floats:
    """Return the columns made uncorrelated, each as near to itself as the ones before it allow.

    With eleven cities, chance alone would let two blocks move together; the calibration says they do not.
    """
    q, r = np.linalg.qr(columns - columns.mean(axis=0))
    found: Floats = q * np.sign(np.diag(r)) * np.sqrt(len(columns))
    return found
