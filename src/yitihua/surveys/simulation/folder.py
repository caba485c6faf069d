"""Put a simulated province where it belongs: a folder that is whole or not there."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from yitihua.errors import refuse
from yitihua.indicators.simulate import Province
from yitihua.surveys.simulation.files import write_province


def new_folder(
    province: Province, target: Path, surveys: bool = True, also: Callable[[Path], object] | None = None
) -> list[str]:
    """Write a province into a new or empty folder; a failure leaves nothing behind.

    Parameters
    ----------
    province : Province
    target : Path
    surveys : bool
        Whether answers are simulated.
    also : callable, optional
        Writes more into the folder before it is there.

    Raises
    ------
    InputError
        If the folder holds something.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise refuse("bad-output", name=str(target), reason="it is not empty")
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        names = write_province(province, scratch, surveys)
        if also is not None:
            also(scratch)
        scratch.chmod(0o755)
        if target.exists():
            target.rmdir()
        scratch.rename(target)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return names
