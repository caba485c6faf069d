"""Words for the levels that units rank within."""

from __future__ import annotations

LEVELS = {
    "county": ("县级", "county"),
    "city": ("市级", "city"),
    "country": ("国家", "country"),
    "aggregate": ("汇总", "aggregate"),
    "unit": ("单位", "unit"),
}


def level_word(level: str, lang: str) -> str:
    """Return a level as shown to readers; unknown levels stand for themselves.

    Examples
    --------
    >>> level_word("county", "zh"), level_word("region", "zh")
    ('县级', 'region')
    """
    return LEVELS.get(level, (level, level))[0 if lang == "zh" else 1]
