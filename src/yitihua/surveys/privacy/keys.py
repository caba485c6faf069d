"""Keyed hashes of identifiers: the same person gives the same hash, and nobody without the key can try names.

HMAC-SHA256 (RFC 2104). A plain hash of a telephone number is no protection: there are few enough
numbers to hash them all. The key comes from a file or the environment and is stored nowhere; what is
recorded is its id, which tells whether two files were hashed with one key.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from pathlib import Path
from typing import NoReturn

from yitihua.errors import refuse
from yitihua.surveys.privacy.identifiers import half_width

VARIABLE = "YITIHUA_HASH_KEY"
SHORTEST = 16


def plain_identifier(kind: str, value: str) -> str:
    """Return an identifier without what does not count: spaces, dashes, width, case, +86.

    Examples
    --------
    >>> plain_identifier("phone", "+86 138-0013-8000")
    '13800138000'
    """
    plain = re.sub(r"[\s-]", "", half_width(value)).casefold()
    return re.sub(r"^\+?86(?=1\d{10}$)", "", plain).removesuffix(".0") if kind == "phone" else plain


class HashKey:
    """A secret that never shows itself: not in its repr, not in a pickle.

    Parameters
    ----------
    secret : bytes
        At least 16 bytes.

    Examples
    --------
    >>> key = HashKey(b"a key for this example only")
    >>> key
    <HashKey 2af25470>
    >>> key.digest("phone", "138 0013 8000") == key.digest("phone", "+8613800138000")
    True
    """

    __slots__ = ("__secret", "key_id")

    def __init__(self, secret: bytes) -> None:
        if len(secret) < SHORTEST:
            raise refuse("hash-key-short", found=len(secret), limit=SHORTEST)
        self.__secret = secret
        self.key_id = hmac.digest(secret, b"yitihua key id", hashlib.sha256).hex()[:8]

    def __repr__(self) -> str:
        return f"<HashKey {self.key_id}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not stored")

    def digest(self, kind: str, value: str) -> str:
        """Return the hash of a value, 32 hexadecimal digits; "" of what is empty.

        Spaces, dashes, width and case do not count; `kind` keeps a telephone number and an account
        of the same digits apart.
        """
        plain = plain_identifier(kind, value)
        if not plain:
            return ""
        return hmac.digest(self.__secret, f"{kind}\x1f{plain}".encode(), hashlib.sha256).hex()[:32]


def read_key(file: str | Path | None = None, variable: str = VARIABLE) -> HashKey | None:
    """Return the key in a file or an environment variable; None where neither is there.

    Parameters
    ----------
    file : str or Path, optional
        A file with the key; blanks at its ends do not count. Wins over the variable.
    variable : str
        Name of the environment variable.

    Raises
    ------
    InputError
        If the file cannot be read, or the key is shorter than 16 bytes.
    """
    if file is not None:
        try:
            return HashKey(Path(file).read_bytes().strip())
        except OSError:
            raise refuse("file-not-found", file=str(file), reason="") from None
    text = os.environ.get(variable, "")
    return HashKey(text.strip().encode()) if text.strip() else None
