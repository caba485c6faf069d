"""Missing cells: which measures a county does not report, at the calibrated shares."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from yitihua.indicators.simulation.counties import stream
from yitihua.indicators.simulation.rules import Rule
from yitihua.indicators.table import Floats

#: Indicator -> measures that are blank where it is missing, where that is not its numerator.
BLANKED: dict[str, tuple[str, ...]] = {
    "A02": ("penalty_items_comprehensive",),
    "A03": ("highfreq_items_comprehensive",),
    "A04": ("teams_now",),
    "A05": ("officers_in_towns",),
    "A06": ("towns_team_operating",),
    "A09": ("supervision_items_with_forms",),
    "B01": ("joint_checks",),
    "B02": ("random_checks_joint",),
    "B03": ("planned_checks_cancelled",),
    "B05": ("leads_resolved",),
    "B06": ("themes_running",),
    "B07": ("joint_list_items",),
    "B09": ("cross_region_cases",),
    "B10": ("towns_judicial",),
    "C02": ("cases_comprehensive_fields",),
    "C03": ("fields_department_used",),
    "C06": ("department_cases",),
    "C07": ("cases_all",),
    "C08": ("ordinary_case_days", "ordinary_cases"),
    "C09": ("simple_case_minutes", "simple_cases"),
    "C10": ("problems_closed",),
    "C11": ("lenient_waived", "lenient_eligible"),
    "D01": ("cases_unified",),
    "D02": ("user_months_active",),
    "D03": ("checks_coded", "cases_coded"),
    "D04": ("problems_sensed",),
    "D05": ("towns_room_standard",),
    "D06": ("squads_passed",),
    "D07": ("officers_qualified",),
    "D08": ("officers_trained",),
    "D09": ("towns_supervised",),
    "E07": ("ratings_satisfied", "ratings_given"),
}
#: Year-on-year indicators are missing where the count of the year before is.
BLANKED_BEFORE = {"B04": "firm_checks", "C01": "town_cases", "E10": "enforcement_complaints"}
#: Last year's submissions had more gaps.
MORE_BEFORE = 1.5


def blank(measures: Mapping[str, Mapping[str, Floats]], rules: Mapping[str, Rule], seed: int) -> None:
    """Make cells NaN in place, for two periods of measures.

    C12 is missing where no decision was reviewed, so its two counts are zero there.
    """
    count = len(measures["2022"]["towns"])
    for period, table in measures.items():
        more = MORE_BEFORE if period == "2021" else 1.0
        for code, rule in rules.items():
            gone = stream(seed, "gaps", code, period).random(count) < rule.missing_share * more
            if code == "C12":
                table["decisions_reviewed"][gone] = table["decisions_corrected"][gone] = 0.0
            elif code in BLANKED_BEFORE:
                if period == "2022":
                    measures["2021"][BLANKED_BEFORE[code]][gone] = np.nan
            else:
                for name in BLANKED.get(code, ()):
                    table[name][gone] = np.nan
