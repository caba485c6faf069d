"""What a method of a stage is, as definitions see it: its name, its keys, its words.

Definitions own the contract; the stages in `yitihua.index` fulfil it. A method is one module of
its stage's folder with a tuple ``METHODS``. A registry reads the modules when it is first asked,
by the name of the folder, as a plug-in host does: so a method is added by adding one file, and
TOML keys, checks, the JSON schema, the reference and the printed words follow from it.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

Label = tuple[str, str]  # Chinese, English
Settings = Mapping[str, Any]
Complaints = list[tuple[str, str]]  # key, reason


def _fraction(value: Any) -> Any:
    """Accept "2/3" where a TOML file would have to round."""
    if isinstance(value, str) and value.count("/") == 1:
        top, bottom = value.split("/")
        try:
            return float(top) / float(bottom)
        except (ValueError, ZeroDivisionError):
            return value
    return value


Share = Annotated[float, Field(ge=0, le=1), BeforeValidator(_fraction, json_schema_input_type=float | str)]
Number = Annotated[float, Field(allow_inf_nan=False)]
PositiveNumber = Annotated[float, Field(gt=0, allow_inf_nan=False)]
PositiveInt = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=0)]


@dataclass(frozen=True)
class Key:
    """One key that a method takes in TOML.

    Attributes
    ----------
    name : str
        The key.
    type : Any
        A pydantic annotation; within a stage all methods that take the key agree on it.
    default : Any
        What holds where the key is not stated; None is fitted, or absent.
    required : bool
        Whether it must be stated.
    words : (str, str)
        What is printed for it.
    about : str
        One sentence for the reference and the schema.
    """

    name: str
    type: Any
    default: Any = None
    required: bool = False
    words: Label = ("", "")
    about: str = ""

    def word(self, lang: str) -> str:
        """Return what is printed for the key."""
        return self.words[0 if lang == "zh" else 1] or self.name


def _never(settings: Settings) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Method:
    """A method of a stage.

    Attributes
    ----------
    name : str
        As TOML names it.
    words : (str, str)
        Chinese and English name, printed with every result.
    keys : tuple of Key
        Its settings.
    source : str
        Where the formula is from.
    check : function, optional
        ``check(settings, scale)`` -> faults of the settings as (key, reason).
    off_scale : function
        Whether the results, under these settings, do not live on the index's scale.
    """

    name: str
    words: Label
    keys: tuple[Key, ...] = ()
    source: str = ""
    check: Callable[[Settings, tuple[float, float]], Complaints] | None = None
    off_scale: Callable[[Settings], bool] = _never

    def settings(self, stated: Settings) -> dict[str, Any]:
        """Return every key of the method: as stated, or its default."""
        return {key.name: key.default if stated.get(key.name) is None else stated[key.name] for key in self.keys}

    def word(self, lang: str) -> str:
        """Return the method's name as shown to readers."""
        return self.words[0 if lang == "zh" else 1]


class Registry:
    """The methods of one stage, read from the modules of its folder when first asked for.

    Parameters
    ----------
    stage : str
        Table of the index file: "normalise".
    package : str
        Folder of the stage's modules.

    Examples
    --------
    >>> "minmax" in NORMALISE
    True
    """

    def __init__(self, stage: str, package: str) -> None:
        self.stage = stage
        self.package = package

    @cached_property
    def _methods(self) -> dict[str, Method]:
        found: dict[str, Method] = {}
        package = import_module(self.package)
        for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
            module = import_module(f"{self.package}.{info.name}")
            for method in getattr(module, "METHODS", ()):
                if method.name in found:
                    raise ValueError(f"two methods of {self.stage} are named {method.name}")
                found[method.name] = method
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._methods

    def __getitem__(self, name: str) -> Any:
        """Return a method by its name, or a user's own function by its place ("pkg.mod:fn")."""
        if name in self._methods:
            return self._methods[name]
        from yitihua.definitions.own_code import is_own_code, own_method

        if is_own_code(name):
            return own_method(self.package, name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[Method]:
        return iter(self._methods.values())

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the shipped methods."""
        return tuple(self._methods)

    @cached_property
    def keys(self) -> dict[str, Key]:
        """Every key that any method takes."""
        found: dict[str, Key] = {}
        for method in self:
            for key in method.keys:
                if key.name in found and repr(found[key.name].type) != repr(key.type):
                    raise ValueError(f"{self.stage}: the key {key.name} has two types")
                found.setdefault(key.name, key)
        return found

    def takers(self, key: str) -> tuple[str, ...]:
        """Return the methods that take a key."""
        return tuple(method.name for method in self if any(own.name == key for own in method.keys))


IMPUTE = Registry("impute", "yitihua.index.impute")
TREAT = Registry("treat", "yitihua.index.treat")
NORMALISE = Registry("normalise", "yitihua.index.normalise")
WEIGHTS = Registry("weights", "yitihua.index.weights")
AGGREGATE = Registry("aggregate", "yitihua.index.aggregate")

STAGES: dict[str, Registry] = {registry.stage: registry for registry in (IMPUTE, TREAT, NORMALISE, WEIGHTS, AGGREGATE)}


def plain(value: Any) -> Any:
    """Return a setting as it is kept in a recipe: lists and tables as tuples.

    Examples
    --------
    >>> plain({"a": [1, 2]})
    (('a', (1, 2)),)
    """
    if isinstance(value, Mapping):
        return tuple((str(key), plain(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(plain(item) for item in value)
    return value
