"""The bulletin as a Word document, from a template that the office can change.

Templates are Word documents with marks of docxtpl (Jinja). One may come from anywhere, so it is filled in a sandbox:
it sees the bulletin's variables and their entries, no function, no attribute of Python, and every text goes in
escaped. What is wrong with a template is said with the names that are allowed.
"""

from __future__ import annotations

import datetime as dt
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from yitihua.errors import InputError, refuse
from yitihua.publish.papers.archive import check_document, same_bytes
from yitihua.publish.papers.bulletin import Stated, bulletin_data
from yitihua.publish.portraits import Portraits

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

#: What every document says it was made at, so that the same input gives the same bytes.
MADE: Final = dt.datetime(2022, 1, 1)


def default_template() -> bytes:
    """Return the template that is shipped, to be changed in Word.

    Examples
    --------
    >>> default_template()[:2]
    b'PK'
    """
    return (resources.files("yitihua.publish.papers") / "template.docx").read_bytes()


def bulletin_docx(found: Portraits, stated: Stated | None = None, template: str | Path | None = None) -> bytes:
    """Return the bulletin (通报) of a board as a Word document, in Chinese.

    Parameters
    ----------
    found : Portraits
        See `yitihua.publish.portraits.portraits`.
    stated : Stated, optional
        Title, whom it is sent to, who issues it and when.
    template : str or Path, optional
        The office's own; default: the one that is shipped.

    Returns
    -------
    bytes
        The same input gives the same bytes.

    Raises
    ------
    InputError
        If docxtpl is not installed or the template is faulty.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.portraits import portraits
    >>> bulletin_docx(portraits(yt.evaluate("hdi")))[:2]
    b'PK'
    """
    data = bulletin_data(found, stated)
    if template is None:
        return _filled(default_template(), data)
    name = str(template)
    try:
        content = Path(template).read_bytes()
    except OSError as error:
        raise refuse("file-not-found", file=name, reason=error.strerror or "") from None
    check_document(content, name)
    try:
        return _filled(content, data)
    except InputError:
        raise
    except Exception as error:  # whatever a stranger's template does wrong, it is the template's fault
        raise _fault(error, name, data) from None


def _filled(content: bytes, data: dict[str, Any]) -> bytes:
    """Return a template filled with data."""
    try:
        from docxtpl import DocxTemplate
    except ImportError as error:
        raise refuse("papers-package", name="docxtpl") from error
    document = DocxTemplate(BytesIO(content))
    document.render(data, jinja_env=sandbox(), autoescape=True)
    properties = document.docx.core_properties
    properties.title, properties.created, properties.modified = data["title"][:255], MADE, MADE
    target = BytesIO()
    document.save(target)
    return same_bytes(target.getvalue())


def sandbox() -> SandboxedEnvironment:
    """Return a Jinja environment without functions, in which nothing unknown is empty and nothing runs.

    Examples
    --------
    >>> sandbox().from_string("{{ a }}{{ b.c }}").render(a="<b>", b={"c": 1})
    '&lt;b&gt;1'
    """
    from jinja2 import StrictUndefined
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        """Only entries of data: no attributes at all, so no way from a text to the machine; no calls, no powers."""

        intercepted_binops = frozenset(["**", "*", "%"])

        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            return type(obj).__name__ == "LoopContext" and not attr.startswith("_")

        def is_safe_callable(self, obj: Any) -> bool:
            return isinstance(obj, StrictUndefined)  # which says its name when it is called

        def wrap_str_format(self, value: Any) -> None:
            return None  # no method of a text, that one neither

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            raise SecurityError(f"operator {operator}")

    made = Sandbox(autoescape=True, undefined=StrictUndefined)
    made.globals.clear()
    kept = ("length", "first", "last", "join", "upper", "lower", "trim", "replace", "default", "round", "e", "escape")
    made.filters = {name: made.filters[name] for name in kept}
    return made


def _fault(error: Exception, name: str, data: dict[str, Any]) -> InputError:
    """Return what is wrong with a template in words of those who edit one."""
    from jinja2.exceptions import SecurityError, UndefinedError

    code = "papers-template-tag"
    if isinstance(error, SecurityError):
        code = "papers-template-unsafe"
    elif isinstance(error, UndefinedError):
        code = "papers-template-name"
    found = " ".join(str(error).split())[:200] or type(error).__name__
    return refuse(code, file=name, found=found, options=", ".join(data))
