"""Words for levels that units rank within, and for origins of values."""

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


def level_pair(level: str) -> tuple[str, str]:
    """Return a level in Chinese and English.

    Examples
    --------
    >>> level_pair("county")
    ('县级', 'county')
    """
    return level_word(level, "zh"), level_word(level, "en")


ORIGINS = {
    "reported": ("填报", "reported"),
    "computed": ("由原始量算出", "computed"),
    "lent": ("沿用其他期的估计", "estimate of another period"),
    "published": ("公开数字", "published"),
    "simulated": ("模拟", "simulated 模拟"),
    "summed": ("各县合计", "summed over counties"),
    "carried": ("按区划变动换算", "carried over a change of units"),
    "imputed": ("填补", "imputed"),
    "assumed": ("假设", "assumed"),
    "missing": ("缺失", "missing"),
}


def origin_label(origin: str) -> tuple[str, str]:
    """Return an origin in Chinese and English; unknown ones stand for themselves.

    Examples
    --------
    >>> origin_label("computed")
    ('由原始量算出', 'computed')
    """
    return ORIGINS.get(origin, (origin, origin))
