"""The files of a run: scores.csv, indicators.csv, treatment.csv, recipe.json, table.json, run.json."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from yitihua.definitions.edition import Edition
from yitihua.definitions.passport import sha256_of
from yitihua.index.scoreboard import Scoreboard
from yitihua.index.tables import score_table
from yitihua.indicators.table_json import table_to_json

PACKAGES = ("yitihua", "numpy", "scipy", "pandas", "pydantic")


def board_files(board: Scoreboard, edition: Edition, lang: str = "en") -> dict[str, bytes]:
    """Return scores.csv, indicators.csv, recipe.json, table.json and run.json as bytes; treated data add treatment.csv.

    table.json holds all that went in, so that `yitihua.read_run` finds the same scores again. CSV
    files in Chinese begin with a byte-order mark, without which Excel shows Chinese as nonsense;
    English ones have none.
    """
    encoding = "utf-8-sig" if lang == "zh" else "utf-8"
    files = {
        "scores.csv": score_table(board, lang).to_csv(index=False, lineterminator="\n").encode(encoding),
        "indicators.csv": board.indicator_table(lang).to_csv(index=False, lineterminator="\n").encode(encoding),
        "recipe.json": board.recipe.to_json().encode("utf-8"),
        "table.json": table_to_json(board.table).encode("utf-8"),
    }
    if any(rule.treat.method != "none" for rule in board.recipe.indicators):
        table = board.treatment_table(lang)
        files["treatment.csv"] = table.to_csv(index=False, lineterminator="\n").encode(encoding)
    files["run.json"] = run_record(board, edition, files).encode("utf-8")
    return files


def run_record(board: Scoreboard, edition: Edition, files: Mapping[str, bytes]) -> str:
    """Return run.json: versions, and the sha256 of every input and output."""
    record = {
        "edition": edition.name,
        "title": {"zh": board.recipe.title[0], "en": board.recipe.title[1]},
        "notice": {"zh": board.recipe.notice[0], "en": board.recipe.notice[1]},
        "simulated": board.table.simulated or board.recipe.simulated,
        "period": board.table.period,
        "date": board.recipe.date,
        "weights": board.recipe.weight_set,
        "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "versions": {name: package_version(name) for name in PACKAGES} | {"python": platform.python_version()},
        "inputs": run_inputs(board, edition),
        "outputs": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def run_inputs(board: Scoreboard, edition: Edition | None) -> dict[str, str]:
    """Return the sha256 of every input by name: definitions, where the edition is at hand, and data."""
    inputs: dict[str, str] = {}
    if edition is not None:
        inputs = {name: sha256_of(path) for name, path in edition.file_names().items()}
        if edition.project is not None and (edition.project / "project.toml").is_file():
            inputs["project.toml"] = sha256_of(edition.project / "project.toml")
    return inputs | {line.name: line.sha256 for line in board.table.lineage}


def package_version(name: str) -> str:
    """Return the version of an installed package, "unknown" where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
