"""Quarters of the simulated years (模拟): flows split nearly evenly, stocks and checklists as they are.

The years stay beside them, with the survey estimates that quarters lack.
"""

from functools import cache

import numpy as np
import pandas as pd

import yitihua as yt

UNITS = 8
#: Every measure that accrues over a year, with its wholes, so that no part exceeds one.
FLOWS = (
    "joint_checks", "random_checks_joint", "planned_checks_cancelled", "leads_resolved", "cross_region_cases",
    "town_cases", "problems_closed", "cases_unified", "checks_coded", "user_months_active",
)  # fmt: skip
WHOLES = ("firm_checks", "random_checks", "leads_due", "cases_all", "problems_due", "cases_unified_due",
          "user_months_registered", "cases_comprehensive_fields", "problems_confirmed")  # fmt: skip


@cache
def frames():
    """Return (the years, the quarters and the years); quarters have no survey estimates and say 3 months."""
    frame = yt.load_dataset("zhejiang-2022-simulated").frame.copy()
    units = list(dict.fromkeys(frame["unit"]))[:UNITS]
    years = frame[frame["unit"].isin(units)].reset_index(drop=True)
    years["months"] = 12
    surveys = [name for name in years if name.startswith("E0")]
    rng = np.random.default_rng(3)
    parts = []
    for row in years.to_dict("records"):
        for place, name in enumerate(["Q1", "Q2", "Q3", "Q4"]):
            quarter = dict(row) | {"period": f"{row['period']}{name}", "months": 3} | dict.fromkeys(surveys, np.nan)
            for measure in (*FLOWS, *WHOLES):
                quarter[measure] = shares(row[measure], rng)[place]
            parts.append(quarter)
    quarters = pd.DataFrame(parts)
    for part, whole in (("leads_resolved", "leads_due"), ("random_checks_joint", "random_checks"),
                        ("joint_checks", "firm_checks"), ("checks_coded", "firm_checks"),
                        ("problems_closed", "problems_due"), ("cases_unified", "cases_unified_due"),
                        ("user_months_active", "user_months_registered")):  # fmt: skip
        quarters[part] = np.minimum(quarters[part], quarters[whole])  # what is missing stays so
    return years, pd.concat([years, quarters], ignore_index=True)


def shares(total, rng):
    """Return four whole counts that sum to the total, nearly even."""
    if pd.isna(total):
        return [np.nan] * 4
    base, rest = divmod(int(total), 4)
    return (base + (np.arange(4) < rest)[rng.permutation(4)]).tolist()
