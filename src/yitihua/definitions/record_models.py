"""The shape of the files in indicators/NAME/records/: what a platform exports, and what queries share."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from yitihua.definitions.framework_models import Strict
from yitihua.definitions.text import Text

ColumnType = Literal["text", "county", "date", "time", "integer", "number", "flag", "code"]


class RecordInfo(Strict):
    """``[record]``: one kind of record."""

    name: Text
    files: tuple[str, ...] = Field(min_length=1, description="A file belongs here if its name begins with one of them.")
    key: tuple[str, ...] = Field(min_length=1, description="Columns that tell one record from another.")
    furthest: tuple[str, ...] = Field(
        (), description="Of rows with one key that one stands whose dates, in this order, are the latest."
    )
    heavier: str | None = Field(
        None,
        description="A column of codes, lightest first: rows that differ in it are one record, the heaviest stands.",
    )
    order: tuple[tuple[str, str], ...] = Field(
        (), description="Pairs of dates; the first must not lie after the second."
    )


class RecordColumn(Strict):
    """``[columns]``: one column; missing flags are false."""

    names: tuple[str, ...] = Field((), description="Other names in a file's header.")
    type: ColumnType = "text"
    required: bool = Field(False, description="Whether the column must be there and every record must have it.")
    refers: str | None = Field(
        None, description="TYPE.COLUMN of the same county in which the value must stand, where that type is there."
    )


class RecordFile(Strict):
    """A file of indicators/NAME/records/: one type of record."""

    record: RecordInfo
    columns: dict[str, RecordColumn] = Field(min_length=1)
    codes: dict[str, dict[str, tuple[str, ...]]] = Field(
        default_factory=dict, description="Column -> code -> words that stand for it in files."
    )


class SharedQuery(Strict):
    """``[views.NAME]``: a table that queries share; ``[annexes.NAME]``: one that is printed beside the measures."""

    about: Text
    sql: str = Field(min_length=1)


class ViewsFile(Strict):
    """indicators/NAME/records/views.toml."""

    workdays: str | None = Field(
        None, description="Dataset of days that differ from Monday to Friday: day, working (1 or 0)."
    )
    views: dict[str, SharedQuery] = Field(default_factory=dict)
    annexes: dict[str, SharedQuery] = Field(default_factory=dict)
