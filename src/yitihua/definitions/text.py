"""Text in two languages, as definitions state it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_serializer, model_validator


class Text(BaseModel):
    """A text in Chinese and English.

    In a TOML file either a plain string, used for both languages, or
    ``{ zh = "...", en = "..." }``; with one language given, the other repeats it.

    Examples
    --------
    >>> Text.model_validate("HDI").get("zh")
    'HDI'
    >>> str(Text(zh="权重", en="weight"))
    'weight'
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    en: str

    @model_validator(mode="before")
    @classmethod
    def _from_string(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"zh": value, "en": value}
        if isinstance(value, dict) and len(value) == 1 and set(value) <= {"zh", "en"}:
            (only,) = value.values()
            return {"zh": only, "en": only}
        return value

    @model_serializer
    def _to_plain(self) -> dict[str, str] | str:
        return self.zh if self.zh == self.en else {"zh": self.zh, "en": self.en}

    def get(self, lang: str = "en") -> str:
        """Return the text in one language, "zh" or "en"."""
        return self.zh if lang == "zh" else self.en

    def __str__(self) -> str:
        return self.en
