"""From indicator values and sizes to raw quantities that agree with one another.

Counts are whole numbers; a part is never above its whole. The value of an indicator that is then
derived from the measures is the calibrated one, rounded to what whole towns, fields or cases allow.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from yitihua.indicators.simulation.counties import GROWTH, Units, stream
from yitihua.indicators.simulation.rules import Scale
from yitihua.indicators.table import Floats

Measures = dict[str, Floats]

#: Indicator -> numerator, denominator: the numerator is the value's share of the denominator.
SHARES = {
    "A01": ("fields_comprehensive", "fields_catalogue"),
    "A02": ("penalty_items_comprehensive", "penalty_items_catalogue"),
    "A03": ("highfreq_items_comprehensive", "highfreq_items"),
    "A05": ("officers_in_towns", "officers"),
    "A06": ("towns_team_operating", "towns"),
    "A07": ("towns_empowered", "towns"),
    "A09": ("supervision_items_with_forms", "supervision_items"),
    "A10": ("rule_points_met", "rule_points_applicable"),
    "B01": ("joint_checks", "firm_checks"),
    "B02": ("random_checks_joint", "random_checks"),
    "B05": ("leads_resolved", "leads_due"),
    "B06": ("themes_running", "themes_claimed"),
    "B07": ("joint_list_items", "firm_check_items"),
    "B08": ("cooperation_points_met", "cooperation_points_applicable"),
    "B10": ("towns_judicial", "towns"),
    "C03": ("fields_department_used", "fields_comprehensive"),
    "C04": ("fields_town_used", "fields_empowered"),
    "C05": ("empowered_items_used", "empowered_items"),
    "C10": ("problems_closed", "problems_due"),
    "C11": ("lenient_waived", "lenient_eligible"),
    "D01": ("cases_unified", "cases_unified_due"),
    "D02": ("user_months_active", "user_months_registered"),
    "D04": ("problems_sensed", "problems_confirmed"),
    "D05": ("towns_room_standard", "towns"),
    "D06": ("squads_passed", "squads"),
    "D07": ("officers_qualified", "officers"),
    "D08": ("officers_trained", "officers"),
    "D09": ("towns_supervised", "towns"),
    "E07": ("ratings_satisfied", "ratings_given"),
}

#: Measures that do not change within two years: issued by the province, or a state before the reform.
CONSTANT = frozenset(
    {"fields_catalogue", "penalty_items_catalogue", "highfreq_items", "teams_before", "rule_points_applicable"}
)
#: Correlation of a size with its own a year before.
SIZE_PERSISTENCE = 0.9
#: The register of market entities moves slowly and grows: 8.7 to 9.1 million within the year.
STEADY, STEADY_PERSISTENCE, STEADY_GROWTH = "market_entities", 0.98, 1.04
#: Cases of department and towns over those in comprehensive fields: nearly the same ones, by body and by field.
BODY_SHARE = 0.97


def _whole(values: Floats, smallest: float = 0.0) -> Floats:
    return np.asarray(np.maximum(np.round(values), smallest))


class _Sizes:
    """Draws the denominators of one period; each measure has its own random numbers in both periods."""

    def __init__(self, scales: Mapping[str, Scale], units: Units, period: str, seed: int) -> None:
        self.scales, self.units, self.period, self.seed = scales, units, period, seed

    def factor(self, name: str) -> Floats:
        """Return the lognormal size of a measure over its base."""
        scale, rng = self.scales[name], stream(self.seed, "size", name)
        now, fresh = rng.standard_normal((2, len(self.units)))
        growth = 1.0
        if self.period != "2022" and name not in CONSTANT:
            same = STEADY_PERSISTENCE if name == STEADY else SIZE_PERSISTENCE
            now = same * now + np.sqrt(1 - same**2) * fresh
            growth = 1 / STEADY_GROWTH if name == STEADY else 1.0
        return np.asarray(scale.median * growth * np.exp(scale.sd_log * now))

    def of(self, name: str, base: Floats | float = 1.0, most: Floats | float = np.inf) -> Floats:
        """Return a whole measure: size over base, not below its least and not above `most`."""
        per = 1000.0 if self.scales[name].rule == "per_1000" else 1.0
        smallest = self.scales[name].smallest
        size = _whole(self.factor(name) * base / per, smallest)
        return np.asarray(np.minimum(size, np.floor(np.asarray(most, dtype=float))))

    def jitter(self, name: str, low: float, high: float) -> Floats:
        """Return a factor between two bounds, of its own in each period."""
        return stream(self.seed, "jitter", name, self.period).uniform(low, high, len(self.units))


def build(
    values: Mapping[str, Floats],
    scales: Mapping[str, Scale],
    units: Units,
    period: str,
    seed: int,
    later: Mapping[str, Floats] | None = None,
    changes: Mapping[str, Floats] | None = None,
) -> Measures:
    """Return the measures of one period.

    Parameters
    ----------
    values : mapping
        Indicator -> calibrated values, in the indicator's unit.
    scales : mapping
        Sizes of the denominators.
    units : Units
        Population and towns.
    period : str
        "2021" or "2022".
    seed : int
        Of the random sizes.
    later, changes : mapping, optional
        For the year before: the measures of the later year, and the year-on-year indicators of that
        year, from which this year's counts follow.

    Returns
    -------
    dict
        Measure -> array over units; whole numbers.
    """
    sizes = _Sizes(scales, units, period, seed)
    found: Measures = {}
    _registers(found, sizes)
    _cases(found, values, sizes, later, changes)
    _organisation(found, values, sizes, later)
    _checks(found, values, sizes, later, changes)
    _town_powers(found, values, sizes)
    _parts_of_cases(found, sizes)
    for code, (numerator, denominator) in SHARES.items():
        if numerator not in found:
            found[numerator] = np.minimum(_whole(values[code] / 100 * found[denominator]), found[denominator])
    _limits(found)
    _sums(found, values, sizes, later, changes)
    return found


def _registers(found: Measures, sizes: _Sizes) -> None:
    """Set what registers and catalogues say: towns, population, fields, items, points."""
    noise = np.exp(0.004 * stream(sizes.seed, "growth").standard_normal(len(sizes.units)))
    found["towns"] = sizes.units.towns.copy()
    found["population"] = _whole(sizes.units.population * GROWTH[sizes.period] * noise)
    found["market_entities"] = sizes.of("market_entities", found["population"])
    names = ("fields_catalogue", "penalty_items_catalogue", "highfreq_items", "teams_before", "supervision_items",
             "firm_check_items", "rule_points_applicable", "themes_claimed")  # fmt: skip
    for name in names:
        found[name] = sizes.of(name)
    departments = np.maximum(np.round(sizes.factor("cooperation_points_applicable") / 100), 6)
    found["cooperation_points_applicable"] = departments * 100


def _cases(
    found: Measures,
    values: Mapping[str, Floats],
    sizes: _Sizes,
    later: Mapping[str, Floats] | None,
    changes: Mapping[str, Floats] | None,
) -> None:
    """Count all cases, those in comprehensive fields, and who closed them."""
    everything = sizes.of("cases_all", found["population"])
    body = BODY_SHARE * sizes.jitter("body", 0.97, 1.03)
    if later is None or changes is None:
        town = _whole(values["C06"] / 100 * body * values["C02"] / 100 * everything)
    else:
        everything = _whole(later["cases_all"] * sizes.jitter("cases", 0.9, 1.06), 100)
        town = _whole(later["town_cases"] / (1 + changes["C01"] / 100))
        # Last year's town cases follow from the change since; the other counts make room for them.
        everything = np.maximum(everything, _whole(town / (0.85 * body * 0.9)))
    comprehensive = _whole(values["C02"] / 100 * everything)
    comprehensive = np.minimum(np.maximum(comprehensive, np.ceil(town / (0.85 * body))), everything)
    found["cases_all"], found["cases_comprehensive_fields"], found["town_cases"] = everything, comprehensive, town
    found["department_cases"] = np.clip(_whole(body * comprehensive) - town, 1, comprehensive)


def _organisation(
    found: Measures, values: Mapping[str, Floats], sizes: _Sizes, later: Mapping[str, Floats] | None
) -> None:
    """Count teams, officers, squads."""
    before = found["teams_before"]
    if later is None:
        found["officers"] = _whole(found["cases_all"] / values["C07"], 40)
        found["teams_now"] = np.clip(before - np.round(values["A04"] / 100 * before), 1, before)
    else:
        # The teams before the reform are those at the end of 2021, so nothing is merged yet.
        found["officers"] = _whole(later["officers"] * sizes.jitter("officers", 0.97, 1.02), 40)
        found["teams_now"] = before.copy()
    extra = stream(sizes.seed, "squads").choice([0, 0, 0, 1, 1, 2, 3], len(sizes.units))
    found["squads"] = found["towns"] + extra
    found["user_months_registered"] = sizes.of("user_months_registered", found["officers"])


def _checks(
    found: Measures,
    values: Mapping[str, Floats],
    sizes: _Sizes,
    later: Mapping[str, Floats] | None,
    changes: Mapping[str, Floats] | None,
) -> None:
    """Count checks of firms; those of the year before follow from the change per market entity."""
    if later is None or changes is None:
        found["firm_checks"] = sizes.of("firm_checks", found["market_entities"])
    else:
        density = later["firm_checks"] / later["market_entities"] / (1 + changes["B04"] / 100)
        found["firm_checks"] = _whole(density * found["market_entities"], 1)
    found["random_checks"] = sizes.of("random_checks", found["market_entities"], most=0.95 * found["firm_checks"])
    found["leads_due"] = sizes.of("leads_due", found["population"])
    found["ratings_invited"] = sizes.of("ratings_invited", found["firm_checks"], most=found["firm_checks"])
    found["ratings_given"] = sizes.of("ratings_given", found["ratings_invited"], most=found["ratings_invited"])


def _town_powers(found: Measures, values: Mapping[str, Floats], sizes: _Sizes) -> None:
    """Count what towns may do; where no town is empowered, nothing: A08, C04 and C05 are then undefined."""
    towns = np.minimum(_whole(values["A07"] / 100 * found["towns"]), found["towns"])
    some = towns > 0
    found["towns_empowered"] = towns
    found["empowered_items_town_sum"] = _whole(values["A08"] * towns)
    distinct = _whole(values["A08"] * sizes.jitter("distinct", 1.0, 1.25))
    most = np.minimum(found["empowered_items_town_sum"], found["penalty_items_catalogue"])
    found["empowered_items"] = np.minimum(np.maximum(distinct, np.ceil(values["A08"])), most)
    fields = np.minimum(sizes.of("fields_empowered", most=found["fields_catalogue"]), np.maximum(distinct, 1))
    found["fields_empowered"] = np.where(some, fields, 0.0)


def _parts_of_cases(found: Measures, sizes: _Sizes) -> None:
    """Count kinds of cases and problems; ordinary and simple cases together are at most all cases."""
    everything = found["cases_all"]
    found["simple_cases"] = sizes.of("simple_cases", everything, most=0.8 * everything)
    found["ordinary_cases"] = sizes.of("ordinary_cases", everything, most=everything - found["simple_cases"])
    found["lenient_eligible"] = sizes.of("lenient_eligible", everything, most=everything)
    found["cases_unified_due"] = sizes.of("cases_unified_due", everything, most=everything)
    found["problems_confirmed"] = sizes.of("problems_confirmed", found["population"])
    found["problems_due"] = sizes.of("problems_due", found["problems_confirmed"], most=found["problems_confirmed"])
    found["decisions_reviewed"] = sizes.of("decisions_reviewed", found["population"])


def _limits(found: Measures) -> None:
    """See to it that a used item has a case, and a used field a used item."""
    used = np.minimum(found["empowered_items_used"], found["town_cases"])
    found["fields_town_used"] = np.minimum(found["fields_town_used"], found["town_cases"])
    used = np.maximum(used, found["fields_town_used"])
    found["empowered_items_used"] = np.minimum(used, found["empowered_items"])
    found["fields_town_used"] = np.minimum(found["fields_town_used"], found["empowered_items_used"])
    found["fields_department_used"] = np.minimum(found["fields_department_used"], found["department_cases"])


def _sums(
    found: Measures,
    values: Mapping[str, Floats],
    sizes: _Sizes,
    later: Mapping[str, Floats] | None,
    changes: Mapping[str, Floats] | None,
) -> None:
    """Add durations, corrections, codes, mergers, complaints: what is not a plain share of one denominator."""
    found["ordinary_case_days"] = _whole(values["C08"] * found["ordinary_cases"])
    found["simple_case_minutes"] = _whole(values["C09"] * found["simple_cases"])
    found["cross_region_cases"] = np.minimum(_whole(values["B09"] * found["population"] / 100_000), found["cases_all"])
    share = values["B03"] / 100
    found["planned_checks_cancelled"] = _whole(found["joint_checks"] * share / (1 - share))
    # A share of few decisions: chance is part of the number, so it is drawn and not rounded.
    rng = stream(sizes.seed, "corrected", sizes.period)
    reviewed = found["decisions_reviewed"].astype(int)
    found["decisions_corrected"] = rng.binomial(reviewed, values["C12"] / 100).astype(float)
    coded = _whole(values["D03"] / 100 * (found["firm_checks"] + found["cases_all"]))
    part = found["firm_checks"] / (found["firm_checks"] + found["cases_all"])
    found["checks_coded"] = np.clip(_whole(coded * part), coded - found["cases_all"], found["firm_checks"])
    found["cases_coded"] = coded - found["checks_coded"]
    if later is None or changes is None:
        found["enforcement_complaints"] = sizes.of("enforcement_complaints", found["population"])
    else:
        found["enforcement_complaints"] = _whole(later["enforcement_complaints"] / (1 + changes["E10"] / 100), 1)
