"""PDF by Typst: one wheel, no system library; data go in as JSON, so that no text is ever markup.

Layouts (`layout/*.typ`) are ours; what they print comes through one string of JSON and is set as text. Nothing is
fetched: layouts import no package, and the compiler sees no folder but its own. The bundled font is embedded as a
subset; characters that it lacks come from the system's fonts, or show as 〓 with a warning that names them.
"""

from __future__ import annotations

import json
import os
import re
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from yitihua.errors import refuse
from yitihua.publish.papers.covered import covered

#: The bundled font, that of the figures.
FONTS: Final = Path(str(resources.files("yitihua.publish.figures") / "font"))
FAMILY: Final = "Yitihua Sans SC"
LAYOUTS: Final = Path(str(resources.files("yitihua.publish.papers") / "layout"))
#: Asked first for characters that the bundled font lacks; then every font of the system, by name.
PREFERRED: Final = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei",
                    "SimHei", "WenQuanYi Micro Hei", "DejaVu Sans")  # fmt: skip
#: What stands for a character that no font has: the printer's mark for a missing type.
MISSING: Final = "〓"
#: Seconds since 1970 in every PDF, so that the same input gives the same bytes: the first hour of 2022 in China.
STAMP: Final = 1_640_966_400
# What XML forbids and nothing shows, and marks that turn a line around: 123 must not read 321.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TURNING: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
#: Signs without a glyph of their own: joiners, selectors of a variant, marks of bytes. They are left out.
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]")
#: A longer text is no name and no remark; it would fill pages.
LONGEST: Final = 2_000
#: Documents made at a time, at most.
WORKERS: Final = 8


class MissingCharactersWarning(UserWarning):
    """Characters that no font at hand can draw.

    Attributes
    ----------
    shown : str
        The characters with their codes.
    """

    def __init__(self, missing: Sequence[str]) -> None:
        self.shown = " ".join(f"{one} U+{ord(one):04X}" for one in missing[:20]) + (" …" if len(missing) > 20 else "")
        super().__init__(
            f"没有字体含有以下字符，以{MISSING}代替 / no font has these, {MISSING} stands for them: {self.shown}"
        )


def plain(text: object, longest: int = LONGEST) -> str:
    r"""Return a text as one line that can be set: no controls, no turning marks, not endless.

    Examples
    --------
    >>> plain("a\x00b\tc\r\nd"), plain("1\u202e23"), len(plain("x" * 40_000))
    ('a\ufffdb c d', '123', 2000)
    """
    found = _UNSEEN.sub(
        "", _TURNING.sub("", _FORBIDDEN.sub("\ufffd", re.sub(r"[\t\r\n\u2028\u2029]+", " ", str(text))))
    )
    return found if len(found) <= longest else f"{found[: longest - 1]}…"


class Press:
    """Typst with fonts for some texts, ready to compile any number of documents.

    Parameters
    ----------
    texts : str
        All that will be printed, or more.
    system : bool
        Whether fonts of the system may stand in.

    Raises
    ------
    InputError
        If typst is not installed.

    Examples
    --------
    >>> Press("善").families
    ['Yitihua Sans SC']
    """

    def __init__(self, texts: str, system: bool = True) -> None:
        self._typst = _typst()
        own = covered(FONTS / "YitihuaSansSC.otf")
        lacking = {one for one in set(texts) if ord(one) >= 32 and ord(one) not in own}
        self.families = [FAMILY]
        fonts = self._typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
        if lacking and system:
            found, lacking = _standing_in(self._typst, lacking)
            if found:
                self.families += found
                fonts = self._typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[FONTS])
        self.missing = tuple(sorted(lacking))
        if lacking:
            warnings.warn(MissingCharactersWarning(self.missing), stacklevel=3)
        self._gone = str.maketrans(dict.fromkeys(self.missing, MISSING))
        self._fonts = fonts
        self._own = threading.local()

    def pdfs(self, layout: str, several: Sequence[Mapping[str, Any]]) -> Iterator[bytes]:
        """Yield the PDF of a layout with each of some data, in their order; Typst works beside Python."""
        with ThreadPoolExecutor(min(len(several), os.cpu_count() or 1, WORKERS)) as pool:
            yield from pool.map(lambda data: self.pdf(layout, data), several)

    def pdf(self, layout: str, data: Mapping[str, Any]) -> bytes:
        """Return the PDF of a layout with its data."""
        if not hasattr(self._own, "compiler"):  # a thread's own: a compiler holds one document's data
            self._own.compiler = self._typst.Compiler(root=LAYOUTS, font_paths=self._fonts)
        shown = map_texts(data, lambda text: text.translate(self._gone))
        inputs = {"data": json.dumps(shown, ensure_ascii=False), "fonts": json.dumps(self.families)}
        source = str(LAYOUTS / f"{layout}.typ")
        made: bytes = self._own.compiler.compile(source, format="pdf", sys_inputs=inputs, timestamp=STAMP)
        return made


def _typst() -> Any:
    try:
        import typst
    except ImportError as error:
        raise refuse("papers-package", name="typst") from error
    return typst


@cache
def _system_fonts(typst: Any) -> tuple[tuple[str, Path, int], ...]:
    """Return family, file and index of the upright, regular fonts of the system, those preferred first."""
    fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=False).fonts()
    upright = {
        (one.family, Path(one.path), one.index)
        for one in fonts
        if one.path and one.style.lower() == "normal" and one.weight == 400 and one.family != FAMILY
    }
    order = {name: place for place, name in enumerate(PREFERRED)}
    return tuple(sorted(upright, key=lambda one: (order.get(one[0], len(order)), one[0], str(one[1]), one[2])))


def _standing_in(typst: Any, lacking: set[str]) -> tuple[list[str], set[str]]:
    """Return the families that draw what is lacking, and what is lacking still."""
    found: list[str] = []
    left = set(lacking)
    for family, path, index in _system_fonts(typst):
        drawn = covered(path, index)
        if some := {one for one in left if ord(one) in drawn}:
            found.append(family)
            left -= some
        if not left:
            break
    return found, left


def map_texts(value: Any, how: Callable[[str], str]) -> Any:
    """Return data with every text in it changed, keys left as they are.

    Examples
    --------
    >>> map_texts({"a": ["x", 1, {"b": "y"}]}, str.upper)
    {'a': ['X', 1, {'b': 'Y'}]}
    """
    if isinstance(value, str):
        return how(value)
    if isinstance(value, Mapping):
        return {key: map_texts(item, how) for key, item in value.items()}
    return [map_texts(item, how) for item in value] if isinstance(value, (list, tuple)) else value


def all_text(value: Any) -> str:
    """Return every text in some data, one after the other."""
    parts: list[str] = []
    map_texts(value, lambda text: parts.append(text) or text)  # type: ignore[func-returns-value]
    return "".join(parts)
