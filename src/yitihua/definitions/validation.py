"""Turn plain dicts into models, and what pydantic says into faults that name the place."""

from __future__ import annotations

import copy
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from yitihua.definitions.source import Key, Source
from yitihua.errors import FaultList, suggest

Model = TypeVar("Model", bound=BaseModel)


#: What pydantic found -> the reason a reader is given; values come from the error's context.
_REASONS = {
    "model_type": "a table is expected",
    "model_attributes_type": "a table is expected",
    "dict_type": "a table is expected",
    "string_type": "a text is expected",
    "float_type": "a number is expected",
    "float_parsing": "a number is expected",
    "finite_number": "a finite number is expected",
    "int_type": "a whole number is expected",
    "int_parsing": "a whole number is expected",
    "int_from_float": "a whole number is expected",
    "bool_type": "true or false is expected",
    "bool_parsing": "true or false is expected",
    "tuple_type": "a list is expected",
    "list_type": "a list is expected",
    "missing": "too few entries",
    "too_short": "at least {min_length} entries are needed",
    "too_long": "at most {max_length} entries are possible",
    "string_too_short": "it must not be empty",
    "greater_than_equal": "it must be {ge:g} or more",
    "greater_than": "it must be above {gt:g}",
    "less_than_equal": "it must be {le:g} or less",
    "less_than": "it must be below {lt:g}",
}


def validate(model: type[Model], data: Any, source: Source, prefix: Key, faults: FaultList) -> Model | None:
    """Return the model, or None after adding every fault.

    An unknown key is read as the key it resembles, or taken out, and the rest is tried again:
    later checks still see the entry, and one misspelt key does not bring a crowd of consequences.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = _found(error)
    rest, renamed = copy.deepcopy(data), []
    for item, loc in found:
        if item["type"] == "extra_forbidden":
            _add(model, source, prefix, loc, item, faults)
            renamed.append(_respell(rest, loc, suggest(str(loc[-1]), _fields_at(model, loc[:-1]))))
    if renamed:
        try:
            return model.model_validate(rest)
        except ValidationError as error:
            # What is wrong below a key that was read as another is not held against that other.
            found = [pair for pair in _found(error) if not any(pair[1][: len(r)] == r for r in renamed)]
    for item, loc in found:
        _add(model, source, prefix, loc, item, faults)
    return None


def _found(error: ValidationError) -> list[tuple[Any, tuple[Any, ...]]]:
    """Return pydantic's errors with their keys; a list is not too short for what is wrong in it."""
    pairs = [
        (item, tuple(part for part in item["loc"] if not _is_pydantic_tag(part)))
        for item in error.errors(include_url=False)
    ]
    return [
        (item, loc)
        for item, loc in pairs
        if item["type"] != "too_short" or not any(other[: len(loc)] == loc != other for _, other in pairs)
    ]


def _is_pydantic_tag(part: Any) -> bool:
    return isinstance(part, str) and (
        part.startswith(("function-", "literal[", "constrained-")) or part in {"str", "float", "int", "Text"}
    )


def _respell(data: Any, loc: tuple[Any, ...], name: str) -> tuple[Any, ...]:
    """Take a key out, or rename it where `name` is free; return the key it has now."""
    for part in loc[:-1]:
        data = data[part]
    value = data.pop(loc[-1])
    if name and name not in data:
        data[name] = value
        return (*loc[:-1], name)
    return loc


def _add(
    model: type[BaseModel], source: Source, prefix: Key, loc: tuple[Any, ...], item: Any, faults: FaultList
) -> None:
    kind = item["type"]
    if kind == "missing" and loc and isinstance(loc[-1], int):
        loc, kind = loc[:-1], "missing entry"
    key = prefix + tuple(str(part) for part in loc)
    place = source.place(key if kind != "missing" else key[:-1])
    where: dict[str, Any] = {"file": place.file, "line": place.line, "key": ".".join(key)}
    if kind == "extra_forbidden":
        allowed = _fields_at(model, loc[:-1])
        name = str(loc[-1])
        faults.add("unknown-key", **where, name=name, options=allowed, hint=suggest(name, allowed))
    elif kind == "missing":
        faults.add("missing-key", **where, name=str(loc[-1]))
    elif kind == "literal_error":
        options = _literal_options(item)
        found = str(item["input"])
        faults.add("bad-choice", **where, found=found, options=options, hint=suggest(found, options))
    elif kind == "own_code":
        faults.add("code-not-allowed", **where, name=str(item["input"]))
    elif kind.startswith(("date_", "datetime_")):
        faults.add("bad-date", **where, found=str(item["input"]))
    else:
        faults.add("bad-value", **where, found=_brief(item["input"]), reason=_reason(item))


def _literal_options(item: Any) -> list[str]:
    expected = str(item["ctx"]["expected"]).replace(" or ", ", ")
    return [part.strip().strip("'") for part in expected.split(",")]


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _reason(item: Any) -> str:
    context = item.get("ctx", {})
    if context.get("class_name") == "Text":
        return "a text is expected, or { zh = ..., en = ... }"
    if item["type"] in _REASONS:
        return _REASONS[item["type"]].format_map(context)
    message = str(item["msg"])
    return message[0].lower() + message[1:]


def _fields_at(model: type[BaseModel], loc: tuple[Any, ...]) -> list[str]:
    """Return the keys allowed at a place inside a model, following its annotations."""
    current: Any = model
    for part in loc:
        current = _step(current, part)
        if current is None:
            return []
    owner = _as_model(current)
    return list(owner.model_fields) if owner is not None else []


def _step(annotation: Any, part: Any) -> Any:
    owner = _as_model(annotation)
    if owner is not None:
        field = owner.model_fields.get(str(part))
        return field.annotation if field is not None else None
    arguments = [argument for argument in get_args(annotation) if argument is not type(None)]
    return arguments[-1] if arguments else None


def _as_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    # Only unions and Annotated wrap a model; a dict or tuple of models takes one more step.
    if getattr(annotation, "__origin__", None) in (dict, tuple, list):
        return None
    for argument in get_args(annotation):
        if isinstance(argument, type) and issubclass(argument, BaseModel):
            return argument
    return None
