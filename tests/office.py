"""LibreOffice without a face, told to compute every formula anew when a workbook is opened; without one tests are
skipped, or fail if one is required."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

#: Set where LibreOffice must be there: an absent one is then a failure, not a reason to skip.
REQUIRED = "YITIHUA_REQUIRE_OFFICE"
#: 0 is "always": the values kept in the file count for nothing.
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""


def recalculated(files: Sequence[Path], folder: Path) -> list[Path]:
    """Return the workbooks as LibreOffice saves them after computing every formula anew."""
    program = shutil.which("soffice")
    if program is None:
        reason = "LibreOffice (soffice) is not installed"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{REQUIRED}=1, but {reason}")
        pytest.skip(reason)
    profile, out = folder / "profile", folder / "recalculated"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(SETTINGS, encoding="utf-8")
    command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    made = [out / file.name for file in files]
    assert all(file.is_file() for file in made)
    return made
