"""All records of a county: two years of an enforcement platform's exports, whose counts are its measures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from yitihua.definitions.framework_models import Checklist
from yitihua.indicators.simulation.records import cases, inspections, items, lists, organisation, problems
from yitihua.indicators.simulation.records.draws import Draws
from yitihua.indicators.simulation.records.items import Measures
from yitihua.indicators.simulation.records.near_misses import add_near_misses

YEARS = (2021, 2022)


def county_records(
    seed: int, county: str, m: Mapping[int, Measures], checklists: Mapping[str, Checklist]
) -> dict[str, pd.DataFrame]:
    """Return the records of one county by type.

    Parameters
    ----------
    seed : int
        Of the province.
    county : str
        Its code; no other county's records depend on it.
    m : mapping
        Year -> measure -> what is to be counted.
    checklists : mapping
        The edition's lists of points.

    Returns
    -------
    dict
        Record type -> rows, in the columns of its schema.
    """

    def draws(kind: str) -> Draws:
        return Draws(seed, county, kind)

    turn = draws("turn").day_in("2022-03-01", "2022-09-30", 1)[0]
    towns = organisation.town_rows(draws("towns"), m)
    made = {year: items.catalogue(draws(f"items-{year}"), year, m[year]) for year in YEARS}
    officers, trainings = organisation.officer_rows(draws("officers"), m, towns.names)
    users, actions = organisation.user_rows(draws("users"), m)
    themes, tasks = lists.theme_rows(draws("themes"), m)
    found: dict[str, list[pd.DataFrame]] = {
        "towns": [towns.rows], "town_events": [organisation.event_rows(draws("events"), m, towns)],
        "items": [items.item_rows(draws("items"), made, m, turn)],
        "empowered_items": [items.empowered_rows(draws("empowered"), made, m, towns.names, turn)],
        "officers": [officers], "trainings": [trainings], "teams": [organisation.team_rows(draws("teams"), m)],
        "squads": [organisation.squad_rows(draws("squads"), m)], "users": [users], "user_actions": [actions],
        "themes": [themes], "theme_flows": [tasks],
        "checklist_scores": [lists.checklist_rows(draws("checklists"), m, checklists, towns.names)],
        "registers": [lists.register_rows(m, county)],
    }  # fmt: skip
    for year in YEARS:
        for kind, rows in _flows(draws, year, m[year], made[year], towns).items():
            found.setdefault(kind, []).append(rows)
    whole = {kind: pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0] for kind, parts in found.items()}
    add_near_misses(draws("near-misses"), whole, m, made, towns)
    return whole


def _flows(
    draws: object, year: int, m: Measures, made: items.Catalogue, towns: organisation.Towns
) -> dict[str, pd.DataFrame]:
    """Return what happened in one year."""
    assert callable(draws)
    working = np.concatenate([towns.operating[year], towns.free])
    decided = cases.case_rows(draws(f"cases-{year}"), year, m, made, working)
    visits = inspections.visit_rows(draws(f"visits-{year}"), year, m)
    return {
        "cases": decided,
        "inspections": inspections.inspection_rows(
            draws(f"inspections-{year}"), year, m, visits, towns.operating[year], towns.free
        ),
        "coded_acts": inspections.coded_rows(draws(f"codes-{year}"), year, m, visits, decided),
        "ratings": inspections.rating_rows(draws(f"ratings-{year}"), m, visits),
        "problems": problems.problem_rows(draws(f"problems-{year}"), year, m),
        "complaints": problems.complaint_rows(draws(f"complaints-{year}"), year, m),
        "leads": problems.lead_rows(draws(f"leads-{year}"), year, m),
        "reviews": problems.review_rows(draws(f"reviews-{year}"), year, m),
    }
