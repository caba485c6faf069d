"""Pages from templates: one environment, every text in both languages, nothing from the data ever markup.

Templates escape by themselves. What reaches them is first made `plain`: controls that HTML forbids and marks
that turn the direction of a line are taken out, so that a name can neither run nor rearrange what stands beside it.
"""

from __future__ import annotations

import json
import math
import re
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from yitihua.publish.workbook.inert import LONGEST, inert

FOLDER = Path(__file__).parent
Pair = tuple[str, str]


def plain(value: Any) -> Any:
    r"""Return a text without forbidden controls and turning marks; other things as they are.

    Examples
    --------
    >>> plain("1\u202e23\x00"), plain(3), plain(Markup("<b>"))
    ('123\ufffd', 3, Markup('<b>'))
    """
    if not isinstance(value, str) or isinstance(value, Markup) or (len(value) <= LONGEST and value.isprintable()):
        return value  # what `inert` would change is never printable; most texts are, and a page has a thousand
    return inert(value)


def both(pair: Pair | str) -> Markup:
    """Return a text in Chinese and English, of which the page shows one.

    Examples
    --------
    >>> print(both(("得分", "score")), both(("A<", "A<")))
    <span lang="zh">得分</span><span lang="en">score</span> A&lt;
    """
    zh, en = (pair, pair) if isinstance(pair, str) else pair
    zh, en = plain(zh), plain(en)
    if zh == en:
        return escape(zh)
    return Markup(f'<span lang="zh">{escape(zh)}</span><span lang="en">{escape(en)}</span>')


def attributes(name: str, pair: Pair | str) -> Markup:
    """Return an attribute of an element in Chinese, and what the switch of languages puts in its place.

    Examples
    --------
    >>> print(attributes("title", ("排名", "rank")))
    title="排名" data-en-title="rank"
    """
    zh, en = (pair, pair) if isinstance(pair, str) else pair
    zh, en = plain(zh), plain(en)
    if zh == en:
        return Markup('{}="{}"').format(name, zh)
    return Markup('{0}="{1}" data-en-{0}="{2}"').format(name, zh, en)


def number(value: float | None, digits: int = 0) -> str:
    """Return a number as readers see it; a dash where there is none.

    Examples
    --------
    >>> number(1234.5, 1), number(-0.04, 1), number(None), number(float("nan"), 2)
    ('1,234.5', '0.0', '–', '–')
    """
    if value is None or not math.isfinite(value):
        return "–"
    text = f"{value:,.{digits}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    return text.replace("-", "−")


def short(value: float | None) -> str:
    """Return a stated number, such as a goalpost, in as many figures as it has.

    Examples
    --------
    >>> short(100.0), short(0.25), short(-1.5), short(None)
    ('100', '0.25', '−1.5', '–')
    """
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:,.10g}".replace("-", "−")


def raw(value: float | None) -> str:
    """Return a number from which it can be read back exactly, to sort by; nothing where there is none.

    Examples
    --------
    >>> raw(61.25), raw(3.0), raw(None)
    ('61.25', '3', '')
    """
    if value is None or not math.isfinite(value):
        return ""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def percent(share: float | None, digits: int = 0) -> str:
    """Return a share in percent; what is not certain is not printed as 100%.

    Examples
    --------
    >>> percent(0.5), percent(0.9999), percent(0.0001), percent(None)
    ('50%', '>99%', '<1%', '–')
    """
    if share is None or not math.isfinite(share):
        return "–"
    if digits == 0 and 0.995 <= share < 1:
        return ">99%"
    if digits == 0 and 0 < share < 0.005:
        return "<1%"
    return f"{share:.{digits}%}"


def from_to(first: int, last: int) -> str:
    """Return a range of ranks or groups; one number where both ends are the same.

    Examples
    --------
    >>> from_to(3, 5), from_to(1, 1)
    ('3–5', '1')
    """
    return str(first) if first == last else f"{first}–{last}"


def counted(level: str) -> str:
    """Return what units of a level are called behind a number, in Chinese.

    Examples
    --------
    >>> counted("县级"), counted("国家"), counted("单位")
    ('县级单位', '国家', '单位')
    """
    return level if level in ("国家", "单位") else f"{level}单位"


def as_json(data: Any) -> Markup:
    r"""Return data for a script element: no text in it can end the element.

    Examples
    --------
    >>> print(as_json({"a": ["</script>", None, 0.5]}))
    {"a":["\u003c/script>",null,0.5]}
    """
    text = json.dumps(_clean(data), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def _clean(data: Any) -> Any:
    if isinstance(data, dict):
        return {plain(key): _clean(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_clean(value) for value in data]
    if isinstance(data, float) and not math.isfinite(data):
        return None
    return plain(data)


@cache
def environment() -> jinja2.Environment:
    """Return the templates' environment."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates", encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=plain,
    )
    found.filters.update(t=both, num=number, num_short=short, raw=raw, pct=percent, json=as_json)
    found.globals.update(attr=attributes)
    return found


#: Quotation marks of attributes that need none: 2% of a site.
_QUOTED = re.compile(r'(?<=[a-z])="([A-Za-z0-9_.-]+)"(?=[ >])')


def render(template: str, **context: Any) -> bytes:
    """Return a page, UTF-8."""
    page = environment().get_template(template).render(**context)
    return _QUOTED.sub(r"=\1", page).encode("utf-8")
