"""Take identifiers out of a table at the moment of reading, before any message is made of its cells."""

from __future__ import annotations

import difflib
import re
from typing import Any

import numpy as np

from yitihua.definitions.survey_checks import column_roles
from yitihua.definitions.survey_models import QuestionnaireFile
from yitihua.errors import Fault, FaultList
from yitihua.surveys.answer_table import AnswerTable, Ints, Protected, Removed, Words
from yitihua.surveys.privacy.identifiers import HIDDEN, KINDS, half_width, kind_of_header, masked, personal_rows
from yitihua.surveys.privacy.keys import HashKey, plain_identifier

#: Roles of which nothing but a hash or a number is kept.
PERSONAL_ROLES = {"device": "device", "ip": "ip", "phone": "phone"}
#: An id without any digit: a name.
_WITHOUT_DIGIT = re.compile(r"(?:^|\x01)[^\d\x01]+(?:\x01|$)")
#: Kinds that are kept as numbers even where the definition does not name their column.
COUNTED_KINDS = frozenset({"phone", "ip", "device"})


def known_headers(form: QuestionnaireFile) -> list[str]:
    """Return every header that a table of answers may have."""
    personal = [*form.privacy.drop, *form.privacy.hash]
    return list(dict.fromkeys([*column_roles(form).values(), *form.respondents.context, *form.items, *personal]))


def safe_faults(found: FaultList, form: QuestionnaireFile) -> FaultList:
    """Return faults of a file as a whole without words that could be personal: headers, names of files."""
    safe, known = FaultList(), set(known_headers(form))
    for fault in found:
        details = {name: masked(value) for name, value in fault.details.items()}
        if "name" in details and fault.details["name"] not in known:
            details["name"] = HIDDEN
        key = fault.key if fault.key in known or not fault.key else HIDDEN
        safe.extend([Fault(fault.code, masked(fault.file), fault.line, fault.cell, key, details, fault.sheet)])
    return safe


def protect(
    table: AnswerTable, form: QuestionnaireFile, key: HashKey | None, faults: FaultList, keep_open: bool = False
) -> Protected:
    """Return a table that holds no identifiers.

    Columns are kept if the definition names them. Telephone numbers, network addresses and devices
    become keyed hashes, or without a key numbers that tell only which are alike. Cells of other
    columns that look like an identifier are faults, and are emptied.

    Parameters
    ----------
    table : AnswerTable
        As read; not changed.
    form : QuestionnaireFile
        Says what columns are.
    key : HashKey, optional
        Without one, nothing that could link two files is made.
    faults : FaultList
        Takes identifiers in wrong columns, and misspelt headers.
    keep_open : bool
        Whether columns of free words are kept.
    """
    roles = {column: role for role, column in column_roles(form).items()}
    text_items = {code for code, item in form.items.items() if form.scales[item.scale].kind == "text"}
    made = Protected(AnswerTable({}, table.letters, table.lines, table.file, table.sheet, table._distinct))
    for header, values in table.columns.items():
        role, kind = roles.get(header, ""), kind_of_header(header)
        if role in PERSONAL_ROLES:
            _reduce(made, role, header, table.distinct(header), PERSONAL_ROLES[role], key)
        elif header in form.privacy.hash:
            _reduce(made, header, header, table.distinct(header), kind or "account", key)
        elif header in form.privacy.drop:
            made.removed.append(Removed(table.letters[header], kind or "name", "dropped"))
            made.names[header] = values
        elif kind and header in form.respondents.context:
            # A definition cannot ask for a name to be kept.
            made.removed.append(Removed(table.letters[header], kind, "dropped"))
            made.names[header] = values
        elif role == "respondent":
            made.table.columns[header] = _respondents(made, table, header, kind, key)
        elif header in text_items:
            if keep_open:
                made.table.columns[header] = values
            else:
                made.removed.append(Removed(table.letters[header], "open", "dropped"))
        elif role or header in form.items or header in form.respondents.context:
            if role == "code" and form.respondents.item in table.columns:
                values = _without_open(made, table.columns[form.respondents.item], header, values, text_items)
            # A date, a mode or a disposition is checked against what is allowed, and nothing else is kept.
            checked = role not in ("start", "mode", "disposition") or isinstance(values, np.ndarray)
            values = _checked(table, header, values, faults) if checked else values
            if role in ("county", "stratum", "psu", "interviewer") or header in form.respondents.context:
                values = _without_words(table, header, values, faults)
            made.table.columns[header] = values
        else:
            _unnamed(made, table, form, header, kind, key, faults)
    return made


def _reduce(
    made: Protected, name: str, header: str, values: tuple[Ints, list[str]], kind: str, key: HashKey | None
) -> None:
    """Keep the numbers of a column's values, and their hashes where there is a key."""
    numbers, different = values
    # What differs only by a blank or a dash is the same telephone.
    everything = "".join(different)
    is_plain = everything.isascii() and everything.islower() and not re.search(r"[\s-]", everything)
    plain = different if is_plain and kind != "phone" else [plain_identifier(kind, text) for text in different]
    order = {text: place for place, text in enumerate(dict.fromkeys(plain))}
    same = np.array([order[text] for text in plain] + [-1], dtype=np.int64)
    made.numbers[name] = same[numbers]
    if key is not None:
        digests = [key.digest(kind, text) for text in plain]
        made.hashes[name] = np.array([*digests, ""], dtype=object)[numbers]
    made.removed.append(Removed(made.table.letters[header], kind, "hashed" if key else "numbered"))


def _without_open(made: Protected, items: Any, header: str, values: Any, text_items: set[str]) -> Any:
    """Return the answers of a long table with those in free words emptied; they are not kept."""
    if isinstance(values, np.ndarray) or isinstance(items, np.ndarray):
        return values
    is_open = [str(item).strip() in text_items for item in items]
    if any(is_open):
        made.removed.append(Removed(made.table.letters[header], "open", "dropped"))
    return ["" if skip else value for value, skip in zip(values, is_open, strict=True)]


def _respondents(made: Protected, table: AnswerTable, header: str, kind: str, key: HashKey | None) -> Any:
    """Return the respondents' ids, or numbers in their place where they are names or telephones."""
    values, different = table.columns[header], table.distinct(header)
    are_names = _WITHOUT_DIGIT.search("\x01".join(different[1])) is not None
    if not kind and not are_names and not personal_rows(values, different):
        return values
    _reduce(made, "respondent", header, different, kind or "name", key)
    numbers: Ints = made.numbers.pop("respondent")
    hashes: Words | None = made.hashes.pop("respondent", None)
    if kind in ("", "name"):
        made.names[table.letters[header]] = values
    found = np.char.add("#", (numbers + 1).astype(str)).astype(object) if hashes is None else hashes
    return np.where(numbers < 0, "", found).astype(object).tolist()


def _checked(table: AnswerTable, header: str, values: Any, faults: FaultList) -> Any:
    """Return a column with cells emptied that look like identifiers; each kind is a fault."""
    is_code = isinstance(values, np.ndarray) or values is not table.columns[header]
    found = personal_rows(values, None if is_code else table.distinct(header))
    if not found:
        return values
    by_kind: dict[str, list[int]] = {}
    for row, kind in found.items():
        by_kind.setdefault(kind, []).append(row)
    for kind, rows in by_kind.items():
        zh, en = KINDS[kind]
        table.fault(
            faults, "answers-personal", header, rows[0], zh=zh, en=en, count=len(rows),
            rows=table.first_rows(rows),
        )  # fmt: skip
    gone = set(found)
    if isinstance(values, np.ndarray):
        return np.where(np.isin(np.arange(len(values)), list(gone)), np.nan, values)
    return ["" if row in gone else value for row, value in enumerate(values)]


def _without_words(table: AnswerTable, header: str, values: Any, faults: FaultList) -> Any:
    """Return a column of codes with words emptied: among codes with digits, a cell without may be a name."""
    if isinstance(values, np.ndarray):
        return values
    numbers, different = table.distinct(header)
    is_word = np.array([not any(sign.isdigit() for sign in text) for text in different] + [False])[numbers]
    filled = int((numbers >= 0).sum())
    if not is_word.any() or is_word.sum() * 2 > filled:
        return values
    rows = np.flatnonzero(is_word)
    table.fault(
        faults, "answers-code-word", header, int(rows[0]), count=len(rows), rows=table.first_rows(rows)
    )  # fmt: skip
    return ["" if word else value for word, value in zip(is_word.tolist(), values, strict=True)]


def _unnamed(
    made: Protected, table: AnswerTable, form: QuestionnaireFile, header: str, kind: str, key: HashKey | None,
    faults: FaultList,
) -> None:  # fmt: skip
    """Leave out a column that the definition does not name; refuse one that is a misspelt name."""
    letters, values = table.letters[header], table.columns[header]
    if kind in COUNTED_KINDS and getattr(form.respondents, kind) not in table.columns and kind not in made.numbers:
        _reduce(made, kind, header, table.distinct(header), kind, key)
        return
    near = "" if kind else _misspelt(header, form, table)
    if near:
        faults.add(
            "answers-column", file=table.file, sheet=table.sheet, line=1, cell=f"{letters}1", key=near,
            name=near,
        )  # fmt: skip
    if kind == "name":
        made.names[letters] = values
    made.removed.append(Removed(letters, kind, "dropped"))


def _misspelt(header: str, form: QuestionnaireFile, table: AnswerTable) -> str:
    """Return the column that is missing and that a header means, "" for none.

    Items must agree in their number ("cz4" means CZ04, "CZ24" does not mean CZ23); other names may
    differ by a slip of the pen.
    """
    items = {_spelling(code): code for code in reversed(form.items) if code not in table.columns}
    if found := items.get(_spelling(header)):
        return found
    others = [*column_roles(form).values(), *form.respondents.context]
    absent = {name.casefold(): name for name in others if name not in table.columns and len(name) > 3}
    near = difflib.get_close_matches(header.strip().casefold(), absent, n=1, cutoff=0.75)
    return absent[near[0]] if near else ""


def _spelling(code: str) -> str:
    return re.sub(r"(?<!\d)0+(?=\d)", "", re.sub(r"[^0-9a-z\u4e00-\u9fff]", "", half_width(code).casefold()))
