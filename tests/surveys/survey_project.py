"""A small made project with two questionnaires, a frame and margins, whose true means are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

FRAMEWORK = """
[edition]
title = { zh = "示例指数", en = "Example index" }
date = 2026-06-30

[nodes.IX]
name = { zh = "示例指数", en = "Example index" }

[indicators.cost]
name = { zh = "成本", en = "Cost" }
parent = "IX"
unit = "points"
goalposts = { lower = 0, upper = 100, reason = "example" }

[indicators.s1]
name = { zh = "满意度", en = "Satisfaction" }
parent = "IX"
unit = { zh = "分（0—100）", en = "score 0-100" }
source = "survey"
survey = { items = ["residents.Q1", "residents.Q2", "telephone.T1", "telephone.T2"], statistic = "mean" }
goalposts = { lower = 0, upper = 100, reason = "example" }

[indicators.s2]
name = { zh = "知晓率", en = "Awareness" }
parent = "IX"
unit = "%"
source = "survey"
survey = { items = ["residents.Q3", "telephone.T3"], statistic = "mean" }
goalposts = { lower = 0, upper = 100, reason = "example" }
"""

INDEX = """
scale = [0, 100]
[normalise]
method = "goalposts"
[aggregate]
method = "arithmetic"
[coverage]
node = 0
index = 0
[grades.stars]
labels = ["1", "2", "3", "4", "5"]
cuts = [50, 60, 70, 80]
[survey]
exclude = "none"
"""

QUESTIONS = """
[questionnaire]
title = {{ zh = "{zh}", en = "{en}" }}
population = {{ zh = "居民", en = "residents" }}
mode = "{mode}"

[respondents]
context = ["age_band", "sex"]

[privacy]
drop = ["contact"]
quasi = ["county", "age_band", "sex"]

[eligibility.adult]
rule = "{q}0=1"
reason = {{ zh = "未满18周岁", en = "under 18" }}

[fieldwork]
start = 2026-03-01
end = 2026-04-30
{plan}
[scales.satisfied5]
kind = "ordinal"
options = [
  {{ code = 5, text = "5" }}, {{ code = 4, text = "4" }}, {{ code = 3, text = "3" }},
  {{ code = 2, text = "2" }}, {{ code = 1, text = "1" }}, {{ code = 98, text = "none", missing = true }},
]
[scales.yes_no]
kind = "binary"
options = [{{ code = 1, text = "yes" }}, {{ code = 0, text = "no" }}]
[scales.open]
kind = "text"

[items.{q}0]
text = "18 or over?"
scale = "yes_no"
role = "screening"
[items.{q}1]
text = "Satisfied in all?"
scale = "satisfied5"
role = "indicator"
indicator = "s1"
scoring = "linear100"
mode_key = "all"
[items.{q}2]
text = "Satisfied with the staff?"
scale = "satisfied5"
role = "indicator"
indicator = "s1"
scoring = "linear100"
mode_key = "staff"
[items.{q}3]
text = "Heard of it?"
scale = "yes_no"
role = "indicator"
indicator = "s2"
scoring = "share_yes"
mode_key = "heard"
[items.{q}9]
text = "Anything else?"
scale = "open"
role = "open"
"""

RESIDENTS, TELEPHONE = "surveys/ix/residents.toml", "surveys/ix/telephone.toml"
ANSWERS, FRAME, MARGINS, DATA = "data/answers.csv", "data/frame.csv", "data/margins.csv", "data/ix.csv"
PLAN = """
[[weighting]]
step = "nonresponse"
by = ["stratum"]
minimum = 5
[[weighting]]
step = "rake"
margins = ["age_band"]
minimum = 5
"""
#: What is computed from: probability of each stage-one unit and person is the same within a stratum.
PEOPLE = {"urban": 6000.0, "rural": 3000.0}


@dataclass
class Made:
    """A sample of some counties and what it was drawn from; `truth` has a row a county, columns s1 and s2."""

    answers: pd.DataFrame
    frame: pd.DataFrame
    margins: pd.DataFrame
    truth: pd.DataFrame


def sample(
    counties: int = 10, psus: int = 6, size: int = 6, seed: int = 1, mode: str = "web", reach: float = 0.8,
    truth: Any = None, effect: float = 0.0, q: str = "Q", name: str = "residents", spread: float = 0.06,
) -> Made:  # fmt: skip
    """Draw clusters with replacement and people in them; `effect` is what a mode adds to the mean, in points.

    Scores are 25 times a binomial number of four, so that the mean of a county is 100 p exactly.
    """
    rng = np.random.default_rng(seed)
    codes = [f"33{1 + i // 9:02d}{2 + i % 9:02d}" for i in range(counties)]
    p = rng.uniform(0.4, 0.85, (counties, 2)) if truth is None else np.asarray(truth) / 100.0
    rows = []
    for i, county in enumerate(codes):
        for stratum, people in PEOPLE.items():
            for k in range(psus):
                own = rng.uniform(-spread, spread)
                n = size * (2 if stratum == "urban" else 1)
                rows.append(pd.DataFrame({
                    "county": county, "stratum": stratum, "psu": f"{county}-{stratum[0]}{k + 1}",
                    "weight": people / (psus * n), "p1": p[i, 0] + own, "p2": p[i, 1] + own,
                }, index=range(n)))  # fmt: skip
    table = pd.concat(rows, ignore_index=True)
    n = len(table)
    table.insert(0, "respondent", [f"R{i + 1:05d}" for i in range(n)])
    reached = rng.random(n) < reach
    table["mode"] = mode
    table["disposition"] = np.where(reached, "complete", np.where(rng.random(n) < 0.5, "refusal", "not reached"))
    table["start"] = "2026-03-15T10:00:00"
    table["duration"] = np.where(reached, rng.integers(90, 150, n), np.nan)
    table["age_band"], table["sex"] = rng.integers(1, 4, n), rng.integers(1, 3, n)
    shift = effect / 100.0
    answers = {
        f"{q}0": np.ones(n),
        f"{q}1": 1.0 + rng.binomial(4, np.clip(table["p1"] + shift, 0.01, 0.99)),
        f"{q}2": 1.0 + rng.binomial(4, np.clip(table["p1"] + shift, 0.01, 0.99)),
        f"{q}3": 1.0 * (rng.random(n) < np.clip(table["p2"] + shift, 0.01, 0.99)),
    }
    for item, codes_of in answers.items():
        table[item] = np.where(reached, codes_of, np.nan)
    table[f"{q}9"] = np.where(reached, "很好", "")
    total = sum(PEOPLE.values())
    age = pd.DataFrame([(name, c, "age_band", str(a), total / 3) for c in codes for a in (1, 2, 3)])
    age.columns = ["survey", "county", "variable", "level", "total"]
    frame = pd.DataFrame([(name, c, 1, s, 4 * psus, psus) for c in codes for s in PEOPLE])
    frame.columns = ["survey", "county", "stage", "stratum", "units", "selected"]
    known = pd.DataFrame({"county": codes, "s1": 100 * p[:, 0], "s2": 100 * p[:, 1]})
    return Made(table.drop(columns=["p1", "p2"]), frame, age, known)


@dataclass
class SurveyProject:
    """A project folder, its files open to change."""

    folder: Path
    made: Made
    phone: Made | None = None
    parts: dict[str, str] = field(default_factory=dict)

    def write(self, file: str, content: str | bytes) -> Path:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    def text(self, file: str) -> str:
        return (self.folder / file).read_text(encoding="utf-8")

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace the one place in a file where `old` stands."""
        text = self.text(file)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        self.write(file, text.replace(old, new))

    def table(self, file: str, frame: pd.DataFrame) -> None:
        self.write(file, frame.to_csv(index=False, float_format="%.17g"))

    def cell(self, row: int, column: str, value: object) -> None:
        """Change one cell of the residents' answers; `row` is the line in the file."""
        frame = pd.read_csv(self.folder / ANSWERS, dtype=str, keep_default_na=False)
        frame.loc[row - 2, column] = str(value)
        self.table(ANSWERS, frame)


def project(folder: Path, made: Made | None = None, phone: Made | None = None, plan: str = PLAN) -> SurveyProject:
    """Write a project; without a telephone sample its questionnaire is defined but has no answers."""
    found = SurveyProject(folder, made or sample(), phone)
    found.write("indicators/ix/framework.toml", FRAMEWORK)
    found.write("index/ix.toml", INDEX)
    words = {"zh": "居民问卷", "en": "Residents", "mode": "self-administered", "q": "Q", "plan": plan}
    found.write(RESIDENTS, QUESTIONS.format(**words))
    words = {"zh": "电话问卷", "en": "Telephone", "mode": "telephone", "q": "T", "plan": ""}
    found.write(TELEPHONE, QUESTIONS.format(**words))
    stated = f'edition = "ix"\ndata = "{DATA}"\nframe = "{FRAME}"\nmargins = "{MARGINS}"\n'
    stated += f'[answers]\nresidents = "{ANSWERS}"\n'
    if phone is not None:
        stated += 'telephone = "data/phone.csv"\n'
        found.table("data/phone.csv", phone.answers)
    found.write("project.toml", stated)
    found.table(ANSWERS, found.made.answers)
    found.table(FRAME, found.made.frame)
    found.table(MARGINS, found.made.margins)
    units = found.made.truth["county"]
    found.table(DATA, pd.DataFrame({"unit": units, "cost": np.linspace(40, 80, len(units)).round(1)}))
    return found
