"""Text in two languages, as definitions state it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_serializer, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


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

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Say in the JSON schema that a plain string will do."""
        string = {"type": "string"}
        both = {"type": "object", "properties": {"zh": string, "en": string}, "additionalProperties": False}
        return {"anyOf": [string, both | {"minProperties": 1}]}

    @model_serializer
    def _to_plain(self) -> dict[str, str] | str:
        return self.zh if self.zh == self.en else {"zh": self.zh, "en": self.en}

    def get(self, lang: str = "en") -> str:
        """Return the text in one language, "zh" or "en"."""
        return self.zh if lang == "zh" else self.en

    def __str__(self) -> str:
        return self.en
