"""Signatures with ssh-keygen of OpenSSH: a file beside the bundle, which anybody checks with the same tool.

By hand: ``ssh-keygen -Y sign -f KEY -n yitihua-bundle FILE.zip`` and ``ssh-keygen -Y verify -f SIGNERS -I WHO
-n yitihua-bundle -s FILE.zip.sig < FILE.zip``. SIGNERS has a line a signer: a name, then the public key.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from yitihua.errors import refuse
from yitihua.publish.bundle.archive import printable

#: What a signature is for; one made for anything else does not hold here.
NAMESPACE: Final = "yitihua-bundle"
_SECONDS: Final = 120


def sign(data: bytes, key: Path) -> bytes:
    """Return the signature of a bundle.

    Parameters
    ----------
    data : bytes
        The archive.
    key : Path
        A private key of SSH, or a public one whose private half an agent holds. It is read by ssh-keygen alone.

    Raises
    ------
    InputError
        If ssh-keygen is not there, or does not sign.
    """
    if not key.is_file():
        raise refuse("file-not-found", file=str(key), reason="")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bundle.zip"
        file.write_bytes(data)
        _run(["-Y", "sign", "-f", str(key), "-n", NAMESPACE, str(file)], None, str(key))
        return (Path(folder) / "bundle.zip.sig").read_bytes()


def signer(data: bytes, signature: Path, signers: Path) -> str:
    """Return who signed a bundle.

    Parameters
    ----------
    data : bytes
        The archive.
    signature : Path
    signers : Path
        "Allowed signers" of OpenSSH: a line a signer, name and public key.

    Raises
    ------
    InputError
        If ssh-keygen is not there, or the signature is not one of this file by one of these.
    """
    for path in (signature, signers):
        if not path.is_file():
            raise refuse("file-not-found", file=str(path), reason="")
    shown = str(signature)
    files = ["-f", str(signers), "-s", str(signature)]
    found = _run(["-Y", "find-principals", *files], data, shown).splitlines()
    name = found[0] if found else ""
    _run(["-Y", "verify", *files, "-I", name, "-n", NAMESPACE], data, shown)
    return printable(name)


def _run(words: list[str], data: bytes | None, shown: str) -> str:
    tool = shutil.which("ssh-keygen")
    if tool is None:
        raise refuse("bundle-no-tool")
    try:
        ended = subprocess.run([tool, *words], input=data, capture_output=True, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        raise refuse("bundle-stopped", file=shown, reason=f"it took more than {_SECONDS} seconds") from None
    if ended.returncode:
        said = (ended.stderr or ended.stdout).decode("utf-8", "replace").strip().splitlines()
        raise refuse("bundle-signature", file=shown, found=printable(said[-1] if said else str(ended.returncode)))
    return ended.stdout.decode("utf-8", "replace")
