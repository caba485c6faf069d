"""Faults that real submissions have, put into a simulated table one by one."""

from __future__ import annotations

from collections.abc import Callable

from yitihua.definitions.passport import PlantedFault
from yitihua.definitions.text import Text

Row = dict[str, str]
#: Changes the row of a unit in this year, given the one of last year, and says where and what.
Plant = Callable[[Row, Row], tuple[str, str, str]]

#: Reporting units needed to plant every fault on a unit of its own.
NEEDED = 20


def _text(row: Row, before: Row) -> tuple[str, str, str]:
    row["firm_checks"] = f"约{row['firm_checks']}"
    return "firm_checks", "数字前加了“约”字", "The word 'about' (约) stands before the number."


def _unit(row: Row, before: Row) -> tuple[str, str, str]:
    row["market_entities"] += "户"
    return "market_entities", "单元格内写了单位“户”", "The unit (户) is written into the cell."


def _percent_sign(row: Row, before: Row) -> tuple[str, str, str]:
    row["E04"] += "%"
    return "E04", "得分带百分号", "The score has a percent sign."


def _full_width(row: Row, before: Row) -> tuple[str, str, str]:
    row["cases_all"] = row["cases_all"].translate({ord("0") + i: ord("０") + i for i in range(10)})
    return "cases_all", "数字为全角字符", "The digits are full-width characters."


def _thousands(row: Row, before: Row) -> tuple[str, str, str]:
    row["population"] = f"{int(row['population']):,}"
    return "population", "带千分位逗号", "There are commas between thousands."


def _infinite(row: Row, before: Row) -> tuple[str, str, str]:
    row["leads_due"] = "1e999"
    return "leads_due", "数值溢出为无穷大", "The number is too large and reads as infinite."


def _negative_n(row: Row, before: Row) -> tuple[str, str, str]:
    row["E01_n"] = f"-{row['E01_n']}"
    return "E01_n", "样本量为负", "The number of respondents is negative."


def _words_for_missing(row: Row, before: Row) -> tuple[str, str, str]:
    row["themes_running"] = "待统计"
    return "themes_running", "用“待统计”代替数字", "'To be counted' (待统计) stands in place of a number."


def _fraction(row: Row, before: Row) -> tuple[str, str, str]:
    row["E08"] = f"{float(row['E08']) / 100:.4f}"
    return "E08", "百分数填成0—1的小数", "A percentage is typed as a fraction of 1."


def _copied(row: Row, before: Row) -> tuple[str, str, str]:
    row["firm_checks"] = before["firm_checks"]
    return (
        "firm_checks",
        "照抄上年数字，同比因此不实",
        "Last year's figure is copied, so the change on the year is not real.",
    )


def _swapped(row: Row, before: Row) -> tuple[str, str, str]:
    row["problems_closed"], row["problems_due"] = row["problems_due"], row["problems_closed"]
    return (
        "problems_closed",
        "分子与分母填反，占比超过100%",
        "Numerator and denominator are swapped; the share exceeds 100%.",
    )


def _above(row: Row, before: Row) -> tuple[str, str, str]:
    row["officers_in_towns"] = f"{int(row['officers']) * 2}"
    return "officers_in_towns", "镇街人员多于全部人员", "More officers in towns than officers."


def _ten_thousands(row: Row, before: Row) -> tuple[str, str, str]:
    row["population"] = f"{int(row['population']) / 10000:.2f}"
    return "population", "以万人为单位填报", "The population is given in ten thousands."


def _extra_zero(row: Row, before: Row) -> tuple[str, str, str]:
    row["town_cases"] += "0"
    return "town_cases", "多打了一个零", "A zero too many."


def _zero_for_missing(row: Row, before: Row) -> tuple[str, str, str]:
    row["problems_sensed"] = "0"
    return "problems_sensed", "缺报填成0", "A value that is missing is given as zero."


#: Kind -> what it does, which cells it needs, whether reading refuses it.
PLANTS: dict[str, tuple[Plant, tuple[str, ...], bool]] = {
    "text-in-cell": (_text, ("firm_checks",), True),
    "unit-in-cell": (_unit, ("market_entities",), True),
    "percent-sign": (_percent_sign, ("E04",), True),
    "full-width-digits": (_full_width, ("cases_all",), True),
    "thousands-separator": (_thousands, ("population",), True),
    "infinite": (_infinite, ("leads_due",), True),
    "negative-respondents": (_negative_n, ("E01_n",), True),
    "words-for-missing": (_words_for_missing, ("themes_running",), True),
    "fraction-for-percent": (_fraction, ("E08",), True),
    "copied-from-last-year": (_copied, ("firm_checks", "joint_checks"), False),
    "swapped": (_swapped, ("problems_closed", "problems_due"), True),
    "part-above-whole": (_above, ("officers_in_towns", "officers"), True),
    "wrong-unit": (_ten_thousands, ("population",), False),
    "extra-zero": (_extra_zero, ("town_cases",), False),
    "zero-for-missing": (_zero_for_missing, ("problems_sensed",), False),
}
OLD_CODE, OLD_NAME = "330103", "下城区"


def plant(rows: list[Row], period: str) -> tuple[list[Row], tuple[PlantedFault, ...]]:
    """Return the rows with every kind of fault, each on a unit of its own, and the list of them.

    Parameters
    ----------
    rows : list of dict
        Header -> cell, two periods; not changed.
    period : str
        The period that is spoilt.
    """
    made = [dict(row) for row in rows]
    before = {row["unit"]: row for row in made if row["period"] != period}
    now = [row for row in made if row["period"] == period]
    listed: list[PlantedFault] = []
    for kind, (spoil, needs, refused) in PLANTS.items():
        row = _next_with(needs, now, before, {fault.unit for fault in listed})
        column, zh, en = spoil(row, before[row["unit"]])
        listed.append(_listed(row["unit"], column, kind, zh, en, refused))
    spare = [row for row in now if row["unit"] not in {fault.unit for fault in listed}]
    gone, twice, renamed = spare[-1], spare[-2], spare[-3]
    listed.append(
        _listed(gone["unit"], "unit", "missing-unit", "本年整行缺报", "The row of this year is missing.", False)
    )
    listed.append(
        _listed(twice["unit"], "unit", "duplicate-unit", "同一单位报了两行", "The unit stands in two rows.", True)
    )
    zh, en = (
        f"{renamed['name_zh']}误用已撤销的{OLD_NAME}代码",
        "The code of a district that no longer exists (330103 Xiacheng).",
    )
    renamed["unit"] = OLD_CODE
    listed.append(_listed(OLD_CODE, "unit", "former-code", zh, en, False))
    made = [row for row in made if row is not gone]
    made.insert(made.index(twice) + 1, dict(twice))
    return made, tuple(listed)


def _next_with(needs: tuple[str, ...], now: list[Row], before: dict[str, Row], taken: set[str]) -> Row:
    """Return the next unit that reports the cells a fault needs, in both years."""
    free = [row for row in now if row["unit"] not in taken]
    # Where no unit reports them, the first one must do: a fault is planted all the same.
    return next((row for row in free if all(row[name] and before[row["unit"]][name] for name in needs)), free[0])


def _listed(unit: str, column: str, kind: str, zh: str, en: str, refused: bool) -> PlantedFault:
    return PlantedFault(unit=unit, column=column, kind=kind, description=Text(zh=zh, en=en), refused=refused)
