"""Turn plain dicts into models, and what pydantic says into faults that name the place."""

from __future__ import annotations

import copy
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from yitihua.definitions.source import Key, Source
from yitihua.errors import FaultList, suggest

Model = TypeVar("Model", bound=BaseModel)


def validate(model: type[Model], data: Any, source: Source, prefix: Key, faults: FaultList) -> Model | None:
    """Return the model, or None after adding every fault.

    Unknown keys are taken out and the rest is tried again, so that later checks still see the
    entry and one misspelt key does not bring a crowd of consequences.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False)
    rest = copy.deepcopy(data)
    only_extra = True
    for item in found:
        loc = tuple(part for part in item["loc"] if not _is_pydantic_tag(part))
        _add(model, data, source, prefix, loc, item, faults)
        if item["type"] == "extra_forbidden":
            _remove(rest, loc)
        else:
            only_extra = False
    if not only_extra:
        return None
    try:
        return model.model_validate(rest)
    except ValidationError:
        return None


def _is_pydantic_tag(part: Any) -> bool:
    return isinstance(part, str) and (
        part.startswith(("function-", "literal[", "constrained-")) or part in {"str", "float", "int", "Text"}
    )


def _remove(data: Any, loc: tuple[Any, ...]) -> None:
    for part in loc[:-1]:
        data = data[part]
    data.pop(loc[-1], None)


def _add(
    model: type[BaseModel],
    data: Any,
    source: Source,
    prefix: Key,
    loc: tuple[Any, ...],
    item: Any,
    faults: FaultList,
) -> None:
    key = prefix + tuple(str(part) for part in loc)
    place = source.place(key if item["type"] != "missing" else key[:-1])
    where: dict[str, Any] = {"file": place.file, "line": place.line, "key": ".".join(key)}
    kind = item["type"]
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
    else:
        faults.add("bad-value", **where, found=_brief(item["input"]), reason=_reason(item))


def _literal_options(item: Any) -> list[str]:
    expected = str(item["ctx"]["expected"]).replace(" or ", ", ")
    return [part.strip().strip("'") for part in expected.split(",")]


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _reason(item: Any) -> str:
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
