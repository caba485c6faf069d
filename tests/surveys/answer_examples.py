"""A small questionnaire and a sound table of answers, for tests to spoil."""

from __future__ import annotations

import tomllib

from yitihua.definitions.survey_models import QuestionnaireFile

TOML = """
[questionnaire]
title = { zh = "居民问卷", en = "Residents" }
population = "residents"

[respondents]
context = ["age", "part"]

[privacy]
drop = ["contact"]
quasi = ["county", "age"]

[fieldwork]
start = 2022-10-01
end = 2022-11-30

[scales.satisfied5]
kind = "ordinal"
options = [
  { code = 5, text = { zh = "非常满意", en = "Very satisfied" } },
  { code = 4, text = { zh = "比较满意", en = "Fairly satisfied" } },
  { code = 3, text = { zh = "一般", en = "Neither" } },
  { code = 2, text = { zh = "比较不满意", en = "Fairly dissatisfied" } },
  { code = 1, text = { zh = "非常不满意", en = "Very dissatisfied" } },
  { code = 98, text = { zh = "不清楚", en = "Don't know" }, missing = true },
]

[scales.yes_no]
kind = "binary"
options = [{ code = 1, text = { zh = "是", en = "Yes" } }, { code = 0, text = { zh = "否", en = "No" } }]

[scales.times]
kind = "numeric"
minimum = 0
maximum = 365
whole = true
options = [{ code = 998, text = { zh = "不清楚", en = "Don't know" }, missing = true }]

[scales.open]
kind = "text"

[items.Q1]
text = "18 or over?"
scale = "yes_no"
role = "screening"

[items.Q2]
text = "How often?"
scale = "times"
role = "check"
scoring = "numeric"

[items.Q3]
text = "Satisfied with the outcome?"
scale = "satisfied5"
role = "indicator"
indicator = "s"
scoring = "linear100"
filter = "Q2>0"

[items.Q4]
text = "Satisfied in all?"
scale = "satisfied5"
role = "indicator"
indicator = "s"
scoring = "linear100"

[items.Q5]
text = "Anything else?"
scale = "open"
role = "open"

[eligibility.adult]
rule = "Q1=1"
reason = { zh = "未满18周岁", en = "under 18" }
"""

FORM = QuestionnaireFile.model_validate(tomllib.loads(TOML))

HEADER = "respondent,county,stratum,psu,mode,disposition,weight,start,duration,phone,contact,age,Q1,Q2,Q3,Q4,Q5"
ROWS = (
    "R1,330102,urban,P1,web,complete,10.5,2022-10-11T09:00:00,120,13800138000,张三丰,3,1,4,5,4,",
    "R2,330102,urban,P1,web,complete,10.5,2022-10-12T09:00:00,110,13900139000,李四光,4,1,2,4,5,很好",
    "R3,330102,rural,P2,telephone,partial,20,2022-10-13T09:00:00,90,13700137000,王五一,5,1,0,,3,",
    "R4,330105,urban,P3,web,complete,12,2022-10-14T09:00:00,100,13600136000,赵六合,2,1,998,,98,",
    "R5,330105,urban,P3,web,refusal,12,2022-10-14T10:00:00,,,,2,,,,,",
)
#: What is personal in the rows.
SECRETS = ("13800138000", "13900139000", "13700137000", "13600136000", "张三丰", "李四光", "王五一", "赵六合")


def table(*rows: str, header: str = HEADER) -> str:
    """Return CSV text."""
    return "\n".join([header, *(rows or ROWS)]) + "\n"


def change(row: int, column: str, value: str) -> str:
    """Return the sound table with one cell changed."""
    place = HEADER.split(",").index(column)
    rows = [line.split(",") for line in ROWS]
    rows[row][place] = value
    return table(*(",".join(cells) for cells in rows))
