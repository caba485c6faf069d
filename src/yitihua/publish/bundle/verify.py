"""A bundle from outside, judged: read strictly, computed again in a clean process, packed again and compared."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from yitihua.errors import Fault, InputError, refuse
from yitihua.publish.bundle.archive import load_archive, printable, read_archive
from yitihua.publish.bundle.compare import Difference, Place
from yitihua.publish.bundle.manifest import Manifest, read_manifest
from yitihua.publish.bundle.signing import signer

#: Seconds that the computation may take.
MOST_SECONDS: Final = 1800

#: What the clean process runs: the package from where it was imported, and nothing of the current folder.
_START: Final = (
    "import sys, json; sys.path[:] = json.loads(sys.argv.pop(1)); "
    "from yitihua.publish.bundle.recompute import main; main()"
)


@dataclass(frozen=True)
class Verdict:
    """What `verify` found.

    Attributes
    ----------
    sha256 : str
        Of the archive.
    manifest : Manifest
        What the bundle says of itself.
    has_definitions : bool
        Whether it holds the edition's definitions.
    differs : tuple of Difference
        Files that do not come out again; none where the bundle is true.
    given : tuple of Difference
        In what a recipe that is taken as given differs from the one that the definitions give.
    signer : str
        Whose signature holds; "" where none was asked for.
    """

    sha256: str
    manifest: Manifest
    has_definitions: bool
    differs: tuple[Difference, ...] = ()
    given: tuple[Difference, ...] = ()
    signer: str = ""

    @property
    def equal(self) -> bool:
        """Whether every byte comes out again."""
        return not self.differs


def verify(path: str | Path, signature: Path | None = None, signers: Path | None = None) -> Verdict:
    """Compute a bundle again and say whether every byte of it comes out.

    Parameters
    ----------
    path : str or Path
        A file of anybody: it is looked at before it is read, nothing in it is run, nothing is written but its
        definitions, under their fixed names, to a temporary folder.
    signature, signers : Path, optional
        Both or neither: a signature of the file, and who may sign; looked at before anything else.

    Returns
    -------
    Verdict

    Raises
    ------
    InputError
        If it is no bundle, bytes were changed, it cannot be computed, or the signature does not hold; files in it
        are named.
    """
    data = load_archive(Path(path))
    who = "" if signature is None or signers is None else signer(data, signature, signers)
    try:
        return replace(verify_bytes(data), signer=who)
    except InputError as error:
        raise InputError([_within(str(path), fault) for fault in error.faults]) from None


def _within(path: str, fault: Fault) -> Fault:
    if fault.file == path:
        return fault
    details = {name: printable(text, 400) for name, text in fault.details.items()}
    inner = printable(fault.file)
    return replace(fault, file=f"{path}: {inner}" if inner else path, key=printable(fault.key), details=details)


def verify_bytes(data: bytes) -> Verdict:
    """Judge the bytes of a bundle; see `verify`."""
    files = read_archive(data)
    manifest = read_manifest(files)
    has_definitions = any(name.startswith("definitions/") for name in files)
    return Verdict(hashlib.sha256(data).hexdigest(), manifest, has_definitions, *_computed(data))


def _computed(data: bytes) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
    """Return what the clean process says."""
    here = Path(__file__).resolve().parents[3]
    # The current folder is no place to import from: a bundle may have been unpacked into it.
    paths = [str(here), *(path for path in sys.path if path and Path(path).resolve() != Path.cwd().resolve())]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-I", "-W", "ignore", "-c", _START, json.dumps(paths)]
        try:
            ended = subprocess.run(
                command, input=data, capture_output=True, cwd=folder, env=_environment(folder), timeout=MOST_SECONDS
            )
        except subprocess.TimeoutExpired:
            raise refuse("bundle-stopped", reason=f"it took more than {MOST_SECONDS} seconds") from None
    try:
        said = json.loads(ended.stdout)
    except ValueError:
        raise refuse("bundle-stopped", reason=f"the process ended with code {ended.returncode}") from None
    if "faults" in said:
        raise InputError([Fault(**fault) for fault in said["faults"]])
    return _read(said["differs"]), _read(said["given"])


def _read(said: list[dict[str, Any]]) -> tuple[Difference, ...]:
    return tuple(
        Difference(one["file"], one["kind"], tuple(Place(**place) for place in one["places"]), one["count"])
        for one in said
    )


def _environment(folder: str) -> dict[str, str]:
    """Return the same environment everywhere; of the machine's own only what programs need to start.

    What the process writes goes to `folder`, which is removed even if it is stopped.
    """
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    homes = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"), folder)
    return kept | threads | homes | {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
