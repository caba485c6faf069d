"""Published facts by id: what an indicator's evidence points to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from yitihua.indicators.arrays import Remark

#: The dataset that holds them.
DATASET = "zhejiang-facts"


def published_facts(ids: Sequence[str]) -> dict[str, Remark]:
    """Return facts in words, Chinese and English; an id that is not known is left out.

    Examples
    --------
    >>> published_facts(["HZ04", "?"])["HZ04"][1]
    'Hangzhou: share of fields comprehensive = 57.5 % (23/40 agrees)'
    """
    known = _facts() if ids else {}
    return {code: known[code] for code in ids if code in known}


@cache
def _facts() -> dict[str, Remark]:
    from yitihua.indicators.datasets import load_dataset

    found = {}
    for row in load_dataset(DATASET).frame.astype(object).where(lambda frame: frame.notna(), "").to_dict("records"):
        value = row["value"]
        number = f"{value:g}" if isinstance(value, float) else str(value)
        said = f" ({row['qualifier']})" if row["qualifier"] else ""
        found[str(row["fact_id"])] = (
            f"{row['place']}：{row['measure_zh']} = {number}（{row['short_context_zh']}）",
            f"{row['place_en']}: {row['measure_en']} = {number} {row['unit']}".strip() + said,
        )
    return found
