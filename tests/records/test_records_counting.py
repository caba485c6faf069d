"""Counting rules, each on records small enough to be counted by hand.

Authority: the counting rules stated in indicators/zhejiang-2022/measures.toml; the calendar of the State Council.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from recording import case, cases, counted, records, value
from yitihua.definitions import load_edition
from yitihua.definitions.records import OFFERED, load_records, tables_in
from yitihua.indicators.records.periods import Period, calendar_rows, month_rows, workday_exceptions


def test_every_measure_has_a_query_and_a_record_type() -> None:
    edition = load_edition("zhejiang-2022")
    book = load_records(edition)
    assert set(book.counts) == set(edition.measures)
    assert {measure.record for measure in edition.measures.values()} <= set(book.types)
    for name, query in book.counts.items():
        assert edition.measures[name].record in book.used[name], name
        assert set(tables_in(query.rows)) <= {*book.types, *book.views, *OFFERED}


def test_two_penalties_of_a_case_count_once_in_the_heavier_class(tmp_path: Path) -> None:
    text = cases(case(1, penalty="罚款"), case(1, penalty="责令停产停业"), case(1, penalty="警告"), case(2))
    found = counted(records(tmp_path, {"cases": text}))
    assert value(found, "cases_all") == value(found, "department_cases") == 2
    assert found.annexes["decisions_by_class"][1] == [("330421", "2022", "business", 1), ("330421", "2022", "fine", 1)]
    assert found.rejects.counts[("cases", "merged")] == 2 and found.rejects.of("cases") == 0


def test_police_and_waived_cases_are_no_penalty_cases(tmp_path: Path) -> None:
    lenient = ",lenient"
    lines = [
        case(1),
        case(2, body="交警"),
        case(3, outcome="不予处罚"),
        case(4, outcome="撤案"),
        case(5, body="其他部门"),
    ]
    marks = ["是", "是", "是", "是", "否"]
    text = cases(*lines).splitlines()
    text = [text[0] + lenient, *(f"{line},{mark}" for line, mark in zip(text[1:], marks, strict=True))]
    found = counted(records(tmp_path, {"cases": "\n".join(text) + "\n"}))
    assert value(found, "cases_all") == 2 and value(found, "department_cases") == 1
    assert value(found, "lenient_eligible") == 2 and value(found, "lenient_waived") == 1


INSPECTIONS = "visit_id,county,department,target_id,target,mode,started_at,complete,plan_id"


def visits(*lines: str) -> str:
    return "\n".join([INSPECTIONS, *lines]) + "\n"


def test_five_departments_at_one_visit_are_one_joint_check_and_four_avoided(tmp_path: Path) -> None:
    five = [f"V1,330421,D{i},F1,企业,日常检查,2022-05-01 09:00,是,P{i}" for i in range(5)]
    found = counted(records(tmp_path, {"inspections": visits(*five)}))
    assert value(found, "firm_checks") == value(found, "joint_checks") == 1
    assert value(found, "planned_checks_cancelled") == 4


def test_checks_outside_the_plan_avoid_nothing_and_incomplete_ones_do_not_count(tmp_path: Path) -> None:
    lines = [
        "V1,330421,D1,F1,企业,日常检查,2022-05-01,是,P1", "V1,330421,D2,F1,企业,日常检查,2022-05-01,是,",
        "V2,330421,D1,F2,企业,双随机,2022-05-01,是,", "V2,330421,D2,F2,企业,双随机,2022-05-01,否,",
        "V3,330421,D1,F3,企业,双随机,2022-05-01,否,", "V4,330421,D1,,无特定对象,日常检查,2022-05-01,是,",
    ]  # fmt: skip
    found = counted(records(tmp_path, {"inspections": visits(*lines)}))
    assert value(found, "planned_checks_cancelled") == 0 and value(found, "joint_checks") == 1
    assert value(found, "firm_checks") == 2  # V1 and V2; V3 has no complete record, V4 no firm
    assert value(found, "random_checks") == 1 and value(found, "random_checks_joint") == 0


def test_net_working_days_leave_out_holidays_and_stated_terms(tmp_path: Path) -> None:
    # Spring Festival 2022: off from 31 January to 6 February; 29 and 30 January were worked.
    header, line = cases(case(1, procedure="ordinary", filed_at="2022-01-28", decided_at="2022-02-08",
                              delivered_at="", evidence_at="")).splitlines()  # fmt: skip
    text = f"{header},days_excluded\n{line},1\n"
    found = counted(records(tmp_path, {"cases": text}))
    # 29, 30 January, 7 and 8 February are four working days, one does not count.
    assert value(found, "ordinary_case_days") == 3 and value(found, "ordinary_cases") == 1


def test_minutes_of_simple_cases_over_midnight_and_without_a_start(tmp_path: Path) -> None:
    text = cases(
        case(1, evidence_at="2022-03-01 23:50", decided_at="2022-03-02", delivered_at="2022-03-02 00:15"),
        case(2, evidence_at="", delivered_at="2022-03-02 00:15"),
    )
    found = counted(records(tmp_path, {"cases": text}))
    assert value(found, "simple_case_minutes") == 25 and value(found, "simple_cases") == 1


PROBLEMS = "problem_id,county,source,spot,found_at,confirmed_at,merged_into,due_at,rectified_at,rechecked_at"


def test_a_problem_that_came_back_within_90_days_is_not_closed(tmp_path: Path) -> None:
    lines = [
        "P1,330421,巡查,X,2022-03-01,2022-03-01,,2022-03-20,2022-03-10,2022-03-12",
        "P2,330421,12345,X,2022-05-01,2022-05-01,,2022-05-20,2022-05-10,2022-05-12",  # 52 days after P1
        "P3,330421,巡查,Y,2022-03-01,2022-03-01,,2022-03-20,2022-03-10,2022-03-12",
        "P4,330421,无人机,Y,2022-06-09,2022-06-09,,2022-06-20,2022-06-19,",  # 91 days after P3; not re-checked
        "P5,330421,视频识别,Z,2022-06-09,2022-06-09,P4,2022-06-20,2022-06-19,2022-06-20",  # the same alarm
        "P6,330421,视频识别,W,2022-06-09,,,2022-06-20,2022-06-19,2022-06-20",  # not confirmed
    ]
    found = counted(records(tmp_path, {"problems": "\n".join([PROBLEMS, *lines]) + "\n"}))
    assert value(found, "problems_due") == 4 and value(found, "problems_closed") == 2  # P2 and P3
    assert value(found, "problems_confirmed") == 4 and value(found, "problems_sensed") == 1


def test_a_decision_counts_once_by_its_last_result(tmp_path: Path) -> None:
    text = (
        "review_id,county,decision_id,decision,kind,accepted_on,concluded_on,outcome\n"
        "R1,330421,D1,行政处罚,复议,2022-01-05,2022-02-01,维持\n"
        "R2,330421,D1,行政处罚,诉讼,2022-03-05,2022-08-01,撤销\n"
        "R3,330421,D2,行政强制,复议,2022-01-05,2022-02-01,确认违法\n"
        "R4,330421,D2,行政强制,诉讼,2022-03-05,2022-08-01,撤回\n"
        "R5,330421,D3,其他,复议,2022-01-05,2022-02-01,撤销\n"
        "R6,330421,D4,行政处罚,复议,2022-11-05,,\n"
    )
    found = counted(records(tmp_path, {"reviews": text}), "2022", "2022Q1")
    assert value(found, "decisions_reviewed") == 2 and value(found, "decisions_corrected") == 1
    # By the end of March only the first results are known, of the 12 months up to then.
    assert value(found, "decisions_reviewed", 1) == 2 and value(found, "decisions_corrected", 1) == 1


def test_users_count_by_month_and_logging_in_is_no_activity(tmp_path: Path) -> None:
    users = "user_id,county,registered_on,closed_on\nU1,330421,2021-05-01,2022-03-15\nU2,330421,2022-11-30,\n"
    actions = (
        "action_id,county,user_id,happened_at,kind\n"
        "A1,330421,U1,2022-01-03 08:00,登录\nA2,330421,U1,2022-02-03 08:00,办案\n"
        "A3,330421,U1,2022-02-04 08:00,检查\nA4,330421,U2,2022-12-04 08:00,审核\n"
    )
    found = counted(records(tmp_path, {"users": users, "user_actions": actions}))
    assert value(found, "user_months_registered") == 4  # U1: January, February; U2: November, December
    assert value(found, "user_months_active") == 2


def test_ratings_of_one_device_for_several_firms_are_left_out(tmp_path: Path) -> None:
    lines = [f"V{i},330421,D1,F{i},企业,日常检查,2022-05-01 09:00,是," for i in range(6)]
    text = (
        "visit_id,county,target_id,invited_at,rated_at,rating,by_target,device\n"
        "V0,330421,F0,2022-05-01,2022-05-02,非常满意,是,D0\n"
        "V1,330421,F1,2022-05-01,2022-05-02,一般,是,D1\n"
        "V2,330421,F2,2022-05-01,2022-05-09,满意,是,D2\n"  # eight days later
        "V3,330421,F3,2022-05-01,2022-05-02,满意,否,D3\n"  # by somebody else
        "V4,330421,F4,2022-05-01,2022-05-02,满意,是,D4\n"
        "V5,330421,F5,2022-05-01,2022-05-02,满意,是,D4\n"  # one device for two firms
    )
    found = counted(records(tmp_path, {"inspections": visits(*lines), "ratings": text}))
    assert [value(found, f"ratings_{name}") for name in ("invited", "given", "satisfied")] == [6, 2, 1]


def test_one_person_on_one_matter_is_one_complaint(tmp_path: Path) -> None:
    text = (
        "complaint_id,county,channel,kind,person,matter,received_at\n"
        "1,330421,12345,投诉执法,a,m1,2022-05-01\n2,330421,信访,投诉执法,a,m1,2022-06-01\n"
        "3,330421,12345,投诉执法,a,m2,2022-06-01\n4,330421,12345,举报违法,b,m1,2022-06-01\n"
        "5,330421,12345,投诉执法,,,2022-06-01\n6,330421,12345,投诉执法,,,2022-06-01\n"
    )
    assert value(counted(records(tmp_path, {"complaints": text})), "enforcement_complaints") == 4


def test_officers_in_towns_have_been_there_for_six_months(tmp_path: Path) -> None:
    text = (
        "officer_id,county,kind,since,until,enforcing_since,certificate_until,town,town_since,town_commanded\n"
        "O1,330421,执法人员,2015-01-01,,2015-01-01,2025-12-31,T1,2022-06-30,是\n"
        "O2,330421,执法人员,2015-01-01,,2020-01-01,2022-12-31,T1,2022-07-02,是\n"
        "O3,330421,执法人员,2015-01-01,2022-12-31,2015-01-01,2025-12-31,,,\n"
        "O4,330421,协管员,2015-01-01,,2015-01-01,2025-12-31,T1,2020-01-01,是\n"
        "O5,330421,执法人员,2015-01-01,,2019-12-31,2022-12-30,T2,2020-01-01,否\n"
    )
    found = counted(records(tmp_path, {"officers": text}))
    assert value(found, "officers") == 3 and value(found, "officers_in_towns") == 1
    assert value(found, "officers_qualified") == 1  # O2: not three years; O5: the certificate ran out


def test_market_entities_are_the_mean_of_beginning_and_end(tmp_path: Path) -> None:
    text = (
        "county,figure,on_day,value\n330421,在册经营主体,2021-12-31,100\n330421,在册经营主体,2022-12-31,120\n"
        "330421,常住人口,2020-11-01,7\n330421,常住人口,2022-12-31,9\n"
    )
    found = counted(records(tmp_path, {"registers": text}), "2022", "2021")
    assert value(found, "market_entities") == 110 and np.isnan(value(found, "market_entities", 1))
    assert value(found, "population") == 9 and value(found, "population", 1) == 7


def test_a_county_without_any_record_of_a_type_is_missing_and_not_zero(tmp_path: Path) -> None:
    towns = "town,county,valid_from\nT1,330421,2000-01-01\nT9,330424,2000-01-01\n"
    files = {"towns": towns, "cases": cases(case(1, body="town", town="T1", item_id="I1"))}
    found = counted(records(tmp_path, files))
    assert value(found, "towns", county="330424") == 1
    assert np.isnan(value(found, "cases_all", county="330424")) and found.silent["cases"] == ("330424",)
    assert value(found, "department_cases") == 0  # sent, and none of this kind
    (tmp_path / "records.toml").write_text('[nothing]\n"330424" = ["cases"]\n')
    assert value(counted(tmp_path), "cases_all", county="330424") == 0


def test_the_calendar_is_that_of_the_state_council() -> None:
    rows = calendar_rows([Period.of("2022")], workday_exceptions("china-working-days"))
    worked = {day: number for day, _, number in rows}
    # 260 weekdays, of which 18 were off, and 7 days of weekends that were worked, by the notice for 2022.
    assert worked[dt.date(2022, 12, 31)] - worked[dt.date(2021, 12, 31)] == 249
    assert [row[1] for row in month_rows([Period.of("2022Q1")])] == ["2022-01", "2022-02", "2022-03"]


@pytest.mark.parametrize("name", ["2022Q5", "22", "2022-13", "2022上半年", ""])
def test_other_periods_are_refused(refused, name: str) -> None:
    (fault,) = refused(Period.of, name)
    assert fault.code == "records-period"
