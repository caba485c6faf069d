"""Decide what each column of a table is: from its passport, or from its header."""

from __future__ import annotations

from dataclasses import dataclass, field

from yitihua.definitions.edition import Edition
from yitihua.definitions.passport import Passport
from yitihua.errors import FaultList, suggest
from yitihua.indicators.cells import UNIT_HEADERS, RawTable
from yitihua.indicators.derive import needed

#: Headers that are understood without a passport, in small letters.
ALIASES: dict[str, tuple[str, ...]] = {
    "unit": UNIT_HEADERS,
    "name": ("name", "unit_name", "名称", "单位名称", "县（市、区）"),
    "name_zh": ("name_zh", "中文名称"),
    "name_en": ("name_en", "英文名称"),
    "level": ("level", "层级", "级别"),
    "period": ("period", "year", "时期", "年份", "年度"),
    "months": ("months", "覆盖月数", "月数"),
    "indicator": ("indicator", "指标", "指标代码"),
    "value": ("value", "数值", "值"),
    "se": ("se", "标准误"),
    "n": ("n", "样本量"),
    "origin": ("origin", "来源"),
    "flag": ("flag", "备注"),
    "flag_zh": ("flag_zh",),
    "flag_en": ("flag_en",),
    "submission": ("submission", "报送文件"),
}


#: Roles that belong to the long layout only.
LONG_ROLES = frozenset({"indicator", "value", "se", "n", "origin", "flag", "flag_zh", "flag_en"})


@dataclass(slots=True)
class Roles:
    """Column of each role; `values`, `se`, `n` and `measures` are by indicator or measure."""

    single: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    se: dict[str, str] = field(default_factory=dict)
    n: dict[str, str] = field(default_factory=dict)
    measures: dict[str, str] = field(default_factory=dict)
    attributes: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    @property
    def is_long(self) -> bool:
        """Whether a row is a unit and an indicator."""
        return "indicator" in self.single and "value" in self.single


def used_attributes(edition: Edition) -> dict[str, str]:
    """Return the data columns an edition uses besides indicators: name -> "number" or "text".

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> used_attributes(load_edition("asem"))["Group_EurAsia"]
    'text'
    """
    impute = edition.spec.impute
    stated = [rule.stated.get("group") for rule in (impute, *impute.indicators.values())]
    groups = {name: "text" for name in stated if name}
    return groups | {i.denominate_by: "number" for i in edition.indicators.values() if i.denominate_by}


def from_passport(
    passport: Passport, edition: Edition, table: RawTable, period: str | None, faults: FaultList
) -> Roles:
    """Read the roles a passport states, for one period where columns belong to periods."""
    roles = Roles()
    long = "indicator" in {column.role for column in passport.columns.values()}
    if long != (passport.file.layout == "long"):
        faults.add("layout-differs", file=PASSPORT, key="file.layout", found=passport.file.layout)
    for name in passport.columns:
        if name not in table.columns:
            options, key = list(table.columns), f"columns.{name}"
            hint = suggest(name, options)
            faults.add("passport-column-absent", file=PASSPORT, key=key, name=name, options=options, hint=hint)
    for name in table.columns:
        column = passport.columns.get(name)
        if column is None:
            options, cell, hint = list(passport.columns), table.header(name), suggest(name, passport.columns)
            faults.add(
                "column-not-in-passport", file=table.file, line=1, cell=cell, key=name, name=name,
                options=options, hint=hint,
            )  # fmt: skip
        elif column.period is None or column.period == period:
            _take_role(roles, passport, edition, name, long, faults)
    return roles


#: How messages name the passport of the dataset being read.
PASSPORT = "passport.toml"


def _take_role(roles: Roles, passport: Passport, edition: Edition, name: str, long: bool, faults: FaultList) -> None:
    column = passport.columns[name]
    target = column.of or name
    key = f"columns.{name}"
    by_code = {"value": roles.values, "se": roles.se, "n": roles.n, "measure": roles.measures}
    if column.role in ("published", "context"):
        return
    if column.role == "attribute":
        roles.attributes.append(name)
    elif column.role not in by_code or (long and column.role != "measure"):
        roles.single[column.role] = name
    elif column.role in ("se", "n") and column.of is None:
        faults.add("needs-key", file=PASSPORT, key=key, method=f"role {column.role}", name="of")
    elif column.role == "measure" and column.period is not None:
        faults.add("no-effect", file=PASSPORT, key=f"{key}.period", name="period", method="value, se, n, published")
    else:
        known = edition.measures if column.role == "measure" else edition.indicators
        if passport.dataset.edition == edition.name and target not in known:
            kind = "measure" if column.role == "measure" else "indicator"
            options, hint = list(known), suggest(target, known)
            faults.add("unknown-reference", file=PASSPORT, key=key, kind=kind, name=target, options=options, hint=hint)
        by_code[column.role][target] = name


def from_header(edition: Edition, table: RawTable, faults: FaultList) -> Roles:
    """Work out the roles from the header of a table without a passport."""
    roles = Roles()
    header = list(table.columns)
    folded = {name.casefold(): name for name in reversed(header)}
    codes = set(edition.indicators) | set(edition.measures)
    for role, aliases in ALIASES.items():
        match = next((folded[alias] for alias in aliases if alias in folded and folded[alias] not in codes), None)
        if match is not None:
            roles.single[role] = match
    attributes = used_attributes(edition)
    taken = set(roles.single.values()) if roles.is_long else {
        name for role, name in roles.single.items() if role not in LONG_ROLES
    }  # fmt: skip
    if not roles.is_long:
        roles.single = {role: name for role, name in roles.single.items() if name in taken}
    unknown = []
    for name in header:
        if name in taken:
            continue
        if name in edition.indicators:
            roles.values[name] = name
        elif name in edition.measures:
            roles.measures[name] = name
        elif name in attributes:
            roles.attributes.append(name)
        elif (stem := name.removesuffix("_se")) != name and stem in edition.indicators:
            roles.se[stem] = name
        elif (stem := name.removesuffix("_n")) != name and stem in edition.indicators:
            roles.n[stem] = name
        else:
            unknown.append(name)
    _judge_unknown(edition, roles, unknown, table, attributes, faults)
    return roles


def _judge_unknown(
    edition: Edition,
    roles: Roles,
    unknown: list[str],
    table: RawTable,
    attributes: dict[str, str],
    faults: FaultList,
) -> None:
    """Add a fault for a column that looks misspelt; name any other as ignored."""
    expected = [code for code in (*edition.indicators, *edition.measures, *attributes) if code not in table.columns]
    for name in unknown:
        hint, options = "", expected
        if not roles.is_long:
            hint = _close(name, expected)
            for ending in ("_se", "_n"):
                if not hint and name.endswith(ending):
                    # A standard error whose indicator is misspelt would be lost without a word.
                    options = [code + ending for code in edition.indicators if code + ending not in table.columns]
                    hint = _close(name, options)
        if hint:
            faults.add(
                "unknown-column",
                file=table.file,
                line=1,
                cell=table.header(name),
                key=name,
                name=name,
                options=options,
                hint=hint,
            )
        else:
            roles.ignored.append(name)


def _close(name: str, expected: list[str]) -> str:
    bare = {code.casefold().replace("_", "").replace("-", "").lstrip("0"): code for code in expected}
    hint = bare.get(name.casefold().replace("_", "").replace("-", "").replace(" ", ""))
    if hint:
        return hint
    hint = suggest(name, expected)
    from difflib import SequenceMatcher

    return hint if hint and SequenceMatcher(None, name.casefold(), hint.casefold()).ratio() >= 0.75 else ""


def computable(edition: Edition, measures: set[str]) -> list[str]:
    """Return the indicators whose measures are all among `measures`.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> computable(load_edition("zhejiang-2022"), {"towns", "towns_empowered"})
    ['A07']
    """
    return [
        code
        for code, indicator in edition.indicators.items()
        if indicator.formula is not None and set(needed(indicator.formula)) <= measures
    ]
