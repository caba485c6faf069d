"""JSON schemas of the definition files, made from the models.

``python -m yitihua.definitions.schemas`` writes them into the four folders; a test checks that
they are up to date.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from yitihua.definitions.framework_models import FrameworkFile
from yitihua.definitions.index_models import IndexSpec
from yitihua.definitions.passport import Passport
from yitihua.definitions.reference import methods_text
from yitihua.definitions.resolver import shipped_root
from yitihua.definitions.survey_models import QuestionnaireFile

MODELS: dict[str, type[BaseModel]] = {
    "index": IndexSpec,
    "indicators": FrameworkFile,
    "surveys": QuestionnaireFile,
    "data": Passport,
}


def schema_text(folder: str) -> str:
    """Return the JSON schema of a folder's files.

    Examples
    --------
    >>> '"additionalProperties": false' in schema_text("index")
    True
    """
    schema = MODELS[folder].model_json_schema()
    if folder in ("index", "indicators"):
        schema = _as_written(schema)
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _as_written(schema: Any) -> Any:
    """Allow for what is settled after reading: any value may be dated, and `extends` states the rest."""
    if isinstance(schema, list):
        return [_as_written(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _as_written(value) for key, value in schema.items() if key != "required"}
    if isinstance(schema.get("properties"), dict):
        found["properties"] = {name: _or_dated(_as_written(value)) for name, value in schema["properties"].items()}
    return found


def _or_dated(schema: Any) -> Any:
    dated = {
        "type": "object",
        "patternProperties": {r"^\d{4}-\d{2}-\d{2}$": schema},
        "additionalProperties": False,
        "minProperties": 1,
    }
    return {"anyOf": [schema, dated]}


def write_schemas(root: Path | None = None) -> None:
    """Write schema.json into each definition folder, and the reference of methods."""
    ((root or shipped_root()) / "index" / "METHODS.md").write_text(methods_text(), encoding="utf-8")
    for folder in MODELS:
        ((root or shipped_root()) / folder / "schema.json").write_text(schema_text(folder), encoding="utf-8")


if __name__ == "__main__":
    write_schemas()
