"""JSON schemas of the definition files, made from the models.

``python -m yitihua.definitions.schemas`` writes them into the four folders; a test checks that
they are up to date.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel

from yitihua.definitions.framework_models import FrameworkFile
from yitihua.definitions.index_models import IndexSpec
from yitihua.definitions.passport import Passport
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
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def write_schemas(root: Path | None = None) -> None:
    """Write schema.json into each definition folder."""
    for folder in MODELS:
        ((root or shipped_root()) / folder / "schema.json").write_text(schema_text(folder), encoding="utf-8")


if __name__ == "__main__":
    write_schemas()
