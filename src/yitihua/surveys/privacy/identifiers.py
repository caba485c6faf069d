"""What points to a person: mobile numbers, identity numbers, names by the header of their column.

Values are found by their shape, names only by the header: a name has no shape. Nothing that is
found here may stand in a message, a log or a result; `shown` says what a message may repeat.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

#: What a message shows instead of something that is or may be personal.
HIDDEN: Final = "***"

#: Kind -> its words.
KINDS: Final[dict[str, tuple[str, str]]] = {
    "ip": ("网络地址", "network address"),
    "name": ("姓名", "name"),
    "phone": ("电话号码", "telephone number"),
    "id": ("证件号码", "identity number"),
    "email": ("电子邮箱", "e-mail address"),
    "address": ("住址", "address"),
    "account": ("账号", "account"),
    "device": ("设备标识", "device"),
    "place": ("定位", "position"),
    "birth": ("出生日期", "date of birth"),
}

#: Headers, in small letters and half-width; the first kind that fits is taken.
_HEADERS: Final = {
    "ip": r"^ip$|\bip[_ ]?addr|ip地址|来源ip|来自ip|^ip_",
    "id": r"身份证|证件号|护照|社保号|信用代码|\bid[_ ]?card|\bid[_ ]?(no|num|number)$|identity|passport",
    "phone": r"手机|电话|联系方式|phone|mobile|^tel\b|^tel_|手机号",
    "email": r"邮箱|邮件|e-?mail",
    "account": r"微信|openid|unionid|wechat|^qq|qq号|昵称|nick_?name|账号|user_?name|account",
    "birth": r"出生日期|生日|birth_?da|date_of_birth|^dob$",
    "address": r"住址|地址|门牌|address|^addr",
    "place": r"经度|纬度|经纬|定位|longitude|latitude|^gps|^lat$|^lng$|^lon$",
    "device": r"设备|imei|imsi|^mac$|mac地址|device|cookie|fingerprint",
    "name": r"姓名|名字|称呼|联系人|法人|法定代表|^name$|full_?name|real_?name|(first|last|sur|family|given)_?name"
    r"|(respondent|contact|person|interviewee)s?_?name",
}
HEADERS: Final = {kind: re.compile(pattern) for kind, pattern in _HEADERS.items()}

_WIDE: Final = [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), *map(ord, "＠．－＋＿％：／")]
_HALF: Final = {wide: wide - 0xFEE0 for wide in _WIDE} | {0x3000: " "}

_START, _END = r"(?<!\d)(?<!\d\.)", r"(?!\d|\.\d)"
_GAP = r"[- ]?"
_SHAPES: Final = {
    "id": rf"{_START}[1-9](?:{_GAP}\d){{16}}{_GAP}[\dXx](?![\dXx])",
    "phone": rf"{_START}(?:\+?86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}{_END}|{_START}0\d{{2,3}}-\d{{7,8}}{_END}",
    "email": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "ip": r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])",
    "account": r"(?<![\w-])o[A-Za-z0-9_-]{5}(?=[\w-]*\d)(?=[\w-]*[A-Z])[A-Za-z0-9_-]{22}(?![\w-])"
    r"|(?<!\w)9[1-3]\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?!\w)",
}
SHAPES: Final = {kind: re.compile(pattern) for kind, pattern in _SHAPES.items()}
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def valid_id_number(text: str) -> bool:
    """Return whether 18 characters are a citizen's identity number by its check digit (GB 11643-1999).

    Examples
    --------
    >>> valid_id_number("11010519491231002X"), valid_id_number("110105194912310021")
    (True, False)
    """
    if not re.fullmatch(r"\d{17}[\dXx]", text, re.ASCII):
        return False
    return "10X98765432"[sum(int(d) * w for d, w in zip(text, _WEIGHTS, strict=False)) % 11] == text[-1].upper()


def _is_id(found: str) -> bool:
    """Return whether 18 digits are an identity number: by the check digit, or mistyped but with a birthday."""
    digits = re.sub(r"[-\s]", "", found)
    born = re.fullmatch(r"\d{6}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]", digits)
    return born is not None or valid_id_number(digits)


def half_width(text: str) -> str:
    """Return text with full-width digits, letters and the signs of numbers made plain; punctuation stays.

    Examples
    --------
    >>> half_width("１３８，ａ＠ｂ")
    '138，a@b'
    """
    return text if text.isascii() else text.translate(_HALF)


def kind_of_value(text: str) -> str:
    """Return what kind of identifier stands in a text, "" for none.

    Examples
    --------
    >>> kind_of_value("请打138 0013 8000"), kind_of_value("１３８００１３８０００"), kind_of_value("a.b@c.cn")
    ('phone', 'phone', 'email')
    >>> kind_of_value("0.15812345678"), kind_of_value("330102-001"), kind_of_value("2022-10-10T08:00:00")
    ('', '', '')
    """
    plain = half_width(text)
    for kind, shape in SHAPES.items():
        if any(kind != "id" or _is_id(match[0]) for match in shape.finditer(plain)):
            return kind
    return ""


def kind_of_header(header: str) -> str:
    """Return what kind of identifier a column holds by its header, "" for none.

    Examples
    --------
    >>> kind_of_header("受访者姓名"), kind_of_header("Mobile"), kind_of_header("所在县"), kind_of_header("IP地址")
    ('name', 'phone', '', 'ip')
    """
    plain = half_width(header).strip().casefold()
    return next((kind for kind, pattern in HEADERS.items() if pattern.search(plain)), "")


def masked(text: str, also: Collection[str] = ()) -> str:
    """Return a text with every identifier replaced by its kind in brackets.

    Parameters
    ----------
    text : str
        Free words.
    also : collection of str
        Further words that are personal: the respondent's own name as the file has it.

    Examples
    --------
    >>> masked("我是张三，电话13800138000", also=["张三"])
    '我是[姓名 name]，电话[电话号码 telephone number]'
    """
    plain = half_width(text)
    for word in sorted((half_width(word) for word in also if len(word.strip()) > 1), key=len, reverse=True):
        plain = plain.replace(word, _label("name"))
    for kind, shape in SHAPES.items():
        for found in {match[0] for match in shape.finditer(plain)}:
            if kind != "id" or _is_id(found):
                plain = plain.replace(found, _label(kind))
    return plain


def _label(kind: str) -> str:
    return "[" + " ".join(KINDS[kind]) + "]"


#: What the shapes need, to pass over a whole column at once: a sign -> what must stand around it.
_PERHAPS: Final = {
    "@": re.compile("@"),
    ".": re.compile(r"\d\.\d+\.\d"),
    "o": re.compile(r"o[\w-]{27}"),
    "9": re.compile(r"(?<!\w)9[1-3]\d{6}[0-9A-Z]{10}"),
    "": re.compile(r"(?<!\d)(?:\d[- ]?){9}\d"),
}


def _perhaps(text: str) -> bool:
    return any(sign in text and pattern.search(text) is not None for sign, pattern in _PERHAPS.items())


def personal_rows(values: Any, different: tuple[npt.NDArray[np.int64], list[str]] | None = None) -> dict[int, str]:
    """Return row -> kind for the cells of a column that look like an identifier.

    Parameters
    ----------
    values : list of str, or ndarray
        A column. Of numbers only those of eleven digits and more can be one.
    different : tuple, optional
        Its different values, as `yitihua.surveys.answer_table.distinct` gives them.
    """
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        return _personal_numbers(values)
    texts = [str(value) for value in values] if different is None else different[1]
    # One search over all cells is far quicker than one a cell; no shape reaches over the mark.
    if not _perhaps(half_width("\x01".join(texts))):
        return {}
    kinds = {place: kind for place, text in enumerate(texts) if (kind := kind_of_value(text))}
    if different is None or not kinds:
        return kinds
    rows = np.flatnonzero(np.isin(different[0], list(kinds)))
    return {row: kinds[int(different[0][row])] for row in rows.tolist()}


def _personal_numbers(values: npt.NDArray[np.float64]) -> dict[int, str]:
    whole = np.isfinite(values) & (np.abs(values) >= 1e10)
    rows = np.flatnonzero(whole)
    found = {}
    for row in rows.tolist():
        text = f"{values[row]:.0f}"
        # Eighteen digits do not fit a float: the check digit is lost, the shape is not.
        kind = "id" if len(text) in (15, 18) else kind_of_value(text)
        if kind:
            found[row] = kind
    return found


#: Numbers, dates and codes: letters stand in it by one or two.
_PLAIN: Final = re.compile(r"(?:[A-Za-z]{0,2}[\d.:/ +-]++){1,6}[A-Za-z%]{0,2}", re.ASCII)
_LONGEST_CODE: Final = 24


def shown(value: object, words: Iterable[str] = ()) -> str:
    """Return what a message may repeat of a cell: numbers, and words that are nearly those allowed.

    Anything else might be a name, and is shown as ``***``.

    Parameters
    ----------
    value : object
        The cell.
    words : iterable of str
        Words that stand in the definition.

    Examples
    --------
    >>> shown("7"), shown("非常满 意", ["非常满意"]), shown("张三", ["非常满意"]), shown("13800138000")
    ('7', '非常满 意', '***', '***')
    """
    text = half_width(str(value)).strip()
    if not text or kind_of_value(text) or len(re.sub(r"\D", "", text)) > 14:
        return HIDDEN if text else ""
    if len(text) <= _LONGEST_CODE and _PLAIN.fullmatch(text):
        return str(value).strip()
    known = [half_width(word).casefold() for word in words]
    bare = "".join(text.casefold().split())
    near = difflib.get_close_matches(bare, ["".join(word.split()) for word in known], n=1, cutoff=0.6)
    letters = set("".join(known))
    return str(value).strip() if near and set(bare) <= letters else HIDDEN
