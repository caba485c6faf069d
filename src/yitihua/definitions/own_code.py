"""A user's own function as a method: ``method = "mypkg.mymod:fn"``.

Definitions never run code by themselves. Such a method is taken only where code is allowed
(`--allow-code`, ``allow_code()``), and a recipe records the function and the sha256 of the file
it stands in. Verifying a published result never allows it.
"""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from yitihua.errors import refuse

PATTERN = r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$"

_ALLOWED: ContextVar[bool] = ContextVar("allow_code", default=False)


def is_own_code(name: str) -> bool:
    """Return whether a method's name is the place of a function.

    Examples
    --------
    >>> is_own_code("mypkg.mymod:fn"), is_own_code("minmax")
    (True, False)
    """
    return re.match(PATTERN, name) is not None


@contextmanager
def allow_code(allowed: bool = True) -> Iterator[None]:
    """Let recipes and index files name functions of one's own, inside the block.

    Examples
    --------
    >>> with allow_code():
    ...     code_is_allowed()
    True
    """
    token = _ALLOWED.set(allowed)
    try:
        yield
    finally:
        _ALLOWED.reset(token)


def code_is_allowed() -> bool:
    """Return whether functions of one's own may run here."""
    return _ALLOWED.get()


@dataclass(frozen=True)
class OwnCode:
    """A user's function, and what is recorded of it.

    Attributes
    ----------
    place : str
        "mypkg.mymod:fn".
    function : callable
        What runs.
    sha256 : str
        Of the file it stands in; "" where there is none.
    """

    place: str
    function: Callable[..., Any]
    sha256: str


def load_own_code(place: str, key: str = "") -> OwnCode:
    """Import a function named in a definition.

    Raises
    ------
    InputError
        If code is not allowed here, the module or the function is not there, or it cannot be called.
    """
    if not code_is_allowed():
        raise refuse("code-not-allowed", key=key, name=place)
    module_name, _, name = place.partition(":")
    try:
        module = import_module(module_name)
        function = getattr(module, name)
    except Exception as error:  # whatever the user's module does when it is imported
        raise refuse("own-code-missing", key=key, name=place, found=f"{type(error).__name__}: {error}") from None
    if not callable(function):
        raise refuse("own-code-missing", key=key, name=place, found=f"{type(function).__name__}")
    file = inspect.getsourcefile(module)
    digest = hashlib.sha256(Path(file).read_bytes()).hexdigest() if file and Path(file).is_file() else ""
    return OwnCode(place, function, digest)


def own_method(package: str, place: str) -> Any:
    """Return a user's function as a method of the stage whose folder is `package`."""
    return import_module(f"{package}.method").own_method(place)
