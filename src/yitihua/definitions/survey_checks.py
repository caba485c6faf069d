"""Checks within one questionnaire: conditions, scales and settings that need one another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from yitihua.definitions.conditions import BadConditionError, Comparison, code_of, parse_condition
from yitihua.definitions.source import Key
from yitihua.definitions.survey_models import Item, QuestionnaireFile, Respondents, Scale
from yitihua.errors import suggest

if TYPE_CHECKING:
    from yitihua.definitions.checks import Context

#: Kinds of scale an item can only be answered on by one of its options.
LISTED = ("ordinal", "binary", "nominal")
#: Names in ``[respondents]`` that are lists, not columns.
_LISTS = frozenset({"context", "modes", "dispositions"})


def column_roles(form: QuestionnaireFile) -> dict[str, str]:
    """Return role -> column of ``[respondents]``.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> column_roles(load_edition("zhejiang-2022").questionnaires["citizens"])["county"]
    'county'
    """
    return {role: getattr(form.respondents, role) for role in Respondents.model_fields if role not in _LISTS}


def check_questionnaire(own: Context, form: QuestionnaireFile) -> None:
    """Add a fault for everything in a questionnaire that contradicts itself."""
    _check_columns(own, form)
    for name, scale in form.scales.items():
        _check_scale(own, ("scales", name), scale)
    before: dict[str, Scale] = {}
    for code, item in form.items.items():
        key = ("items", code)
        if item.filter is not None:
            _check_condition(own, (*key, "filter"), item.filter, form, before)
        if item.scale in form.scales:
            _check_item(own, key, item, form.scales[item.scale])
            before[code] = form.scales[item.scale]
    for name, rule in form.eligibility.items():
        _check_condition(own, ("eligibility", name, "rule"), rule.rule, form, before)
    start, end = form.fieldwork.start, form.fieldwork.end
    if start is not None and end is not None and end < start:
        own.fault("fieldwork-order", ("fieldwork", "end"), start=start, end=end)


def _check_columns(own: Context, form: QuestionnaireFile) -> None:
    """Refuse a column that is said to be two things: what is personal must not be kept as well."""
    personal = {"phone", "ip", "device"}
    stated: dict[str, str] = {}
    roles = [(("respondents", role), column) for role, column in column_roles(form).items()]
    roles += [(("respondents", "context"), column) for column in form.respondents.context]
    roles += [(("items", code), code) for code in form.items]
    for key, column in roles:
        if column in stated:
            own.fault("column-twice", key, name=column, other=stated[column])
        stated.setdefault(column, ".".join(key))
    hashed = {getattr(form.respondents, role) for role in personal}
    for field in ("drop", "hash"):
        for column in getattr(form.privacy, field):
            if column in stated and not (field == "hash" and column in hashed):
                own.fault("column-twice", ("privacy", field), name=column, other=stated[column])
    known = {*form.items, *form.respondents.context, "county", "stratum", "psu", "mode"}
    for column in form.privacy.quasi:
        if column not in known:
            own.unknown(("privacy", "quasi"), "column", column, sorted(known))


def _check_scale(own: Context, key: Key, scale: Scale) -> None:
    listed = scale.kind in LISTED
    if listed and not scale.options and not scale.register_codes:
        own.fault("no-options", (*key, "options"), kind_of=scale.kind)
    bounded = scale.kind == "numeric" or scale.register_codes
    for name in ("minimum", "maximum"):
        if getattr(scale, name) is not None and not bounded:
            own.fault("no-effect", (*key, name), name=name, method='kind = "numeric" / register_codes')
    if scale.whole and scale.kind != "numeric":
        own.fault("no-effect", (*key, "whole"), name="whole", method='kind = "numeric"')
    if scale.register_codes and scale.kind != "nominal":
        own.fault("no-effect", (*key, "register_codes"), name="register_codes", method='kind = "nominal"')
    if scale.minimum is not None and scale.maximum is not None and scale.minimum >= scale.maximum:
        own.fault("scale-order", (*key, "minimum"), lower=f"{scale.minimum:g}", upper=f"{scale.maximum:g}")


def _check_item(own: Context, key: Key, item: Item, scale: Scale) -> None:
    if item.scoring == "top" and item.top is None:
        own.fault("needs-key", (*key, "scoring"), method="top", name="top")
    if item.top is not None and item.scoring != "top":
        own.fault("no-effect", (*key, "top"), name="top", method='scoring = "top"')
    if item.weight != 1 and item.role != "indicator":
        own.fault("no-effect", (*key, "weight"), name="weight", method='role = "indicator"')
    bounds_needed = item.scoring == "linear100" or (item.scoring != "none" and item.reverse)
    if bounds_needed and scale.kind == "numeric" and None in (scale.minimum, scale.maximum):
        own.fault("needs-key", (*key, "scoring"), method=item.scoring, name="minimum, maximum")
    for name in ("expected", "fictitious"):
        if getattr(item, name) not in (None, False) and item.role != "check":
            own.fault("no-effect", (*key, name), name=name, method='role = "check"')
    codes = [option.code for option in scale.options if not option.missing]
    if item.expected is not None and item.expected not in codes:
        own.unknown((*key, "expected"), "code", str(item.expected), [str(code) for code in codes])


def _check_condition(own: Context, key: Key, text: str, form: QuestionnaireFile, before: Mapping[str, Scale]) -> None:
    try:
        condition = parse_condition(text)
    except BadConditionError as error:
        own.fault("bad-condition", key, found=str(error)[:60])
        return
    columns = [*form.respondents.context, "county", "stratum", "psu", "mode"]
    for part in (part for case in condition.cases for part in case):
        if part.name in form.items and part.name not in before:
            own.fault("condition-later", key, name=part.name)
        elif part.name in before:
            _check_value(own, key, part, before[part.name])
        elif part.name not in columns:
            options = [*before, *columns]
            own.fault("unknown-reference", key, kind="questionnaire item", name=part.name, options=options,
                      hint=suggest(part.name, options))  # fmt: skip


def _check_value(own: Context, key: Key, part: Comparison, scale: Scale) -> None:
    code = code_of(part.value, scale)
    codes = [option.code for option in scale.options]
    open_ended = scale.kind == "numeric" or scale.register_codes
    if code is None or (part.sign in ("=", "!=") and not open_ended and code not in codes):
        options = [f"{option.code} {option.text.zh}" for option in scale.options]
        hint = suggest(part.value, [words for option in scale.options for words in (option.text.zh, option.text.en)])
        own.fault("unknown-reference", key, kind="code", name=part.value, options=options, hint=hint)
