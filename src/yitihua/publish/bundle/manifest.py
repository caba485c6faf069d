"""manifest.json: which edition, how it was scored, versions, and the sha256 and size of every other file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Final, Literal

from pydantic import ValidationError

from yitihua.definitions.framework_models import Strict
from yitihua.errors import FaultList, refuse
from yitihua.publish.bundle.archive import MANIFEST, printable

FORMAT: Final = 1


class Listed(Strict):
    """One file of the bundle."""

    sha256: str
    size: int


class Stated(Strict):
    """What a bundle says of itself.

    `recipe` is "fitted" where the recipe follows from the definitions and the data and is fitted anew when it is
    verified; "given" where it is taken as it is. `cities` says that rows of cities were summed.
    """

    format: Literal[1] = FORMAT
    edition: str
    title: dict[str, str]
    notice: dict[str, str]
    simulated: bool
    period: str | None
    date: str | None
    weights: str
    cities: bool
    recipe: Literal["fitted", "given"]
    versions: dict[str, str]
    inputs: dict[str, str]


class Manifest(Stated):
    """What a bundle says of itself and of its files."""

    files: dict[str, Listed]


def manifest_bytes(stated: Stated, files: Mapping[str, bytes]) -> bytes:
    """Return manifest.json of some files."""
    listed = {name: Listed(sha256=_sha256(files[name]), size=len(files[name])) for name in sorted(files)}
    own = {name: getattr(stated, name) for name in Stated.model_fields}
    return _written(Manifest(**own, files=listed))


def read_manifest(files: Mapping[str, bytes]) -> Manifest:
    """Return the manifest of a bundle's files, each of them compared with it.

    Raises
    ------
    InputError
        If there is none, it is not as it would be written, or files are not those that it lists; all are named.
    """
    if MANIFEST not in files:
        raise refuse("not-a-bundle", file=MANIFEST, reason="it is not there")
    try:
        found = Manifest.model_validate_json(files[MANIFEST], strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise refuse("not-a-bundle", file=MANIFEST, reason=printable(f"{place}: {first['msg']}")) from None
    if _written(found) != files[MANIFEST]:
        raise refuse("bundle-changed", file=MANIFEST, what=MANIFEST)
    faults = FaultList()
    for name in sorted({*found.files, *files} - {MANIFEST}):
        if name not in files or name not in found.files:
            faults.add("bundle-files", file=printable(name), name=printable(name))
        elif (_sha256(files[name]), len(files[name])) != (found.files[name].sha256, found.files[name].size):
            options = [f"manifest.json {printable(found.files[name].sha256, 12)}", f"{_sha256(files[name])[:12]}…"]
            faults.add("bundle-hash", file=name, name=name, options=options)
    faults.raise_if_any()
    return found


def _written(manifest: Manifest) -> bytes:
    return (json.dumps(manifest.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n").encode(
        "utf-8", "replace"
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
