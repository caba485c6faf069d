"""Nothing that leaves the house names anybody who answered, or shows what rests on fewer than ten of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from survey_project import DATA, project, sample

import yitihua as yt
from calling import called

pytest.importorskip("typst")
pypdf = pytest.importorskip("pypdf")

PLANTED = ("13800138000", "zhang.sanfeng@example.org", "330106199001011234", "张三丰", "武当山路9号")
#: Everything that can be written of a project, and where.
OUTPUTS = (
    ("score", "p", "-o", "out/results"),
    ("publish", "p", "-o", "out/site", "-n", "100"),
    ("publish", "p", "-o", "out/site.zip", "-n", "100"),
    ("publish", "out/results", "-o", "out/site-of-results", "-n", "100"),
    ("workbook", "p", "-o", "out/zh.xlsx", "--lang", "zh"),
    ("workbook", "out/results", "-o", "out/en.xlsx", "--lang", "en"),
    ("bundle", "p", "-o", "out/bundle.zip"),
    ("bulletin", "p", "-o", "out/bulletin.docx"),
    ("bulletin", "p", "-o", "out/bulletin.pdf"),
    ("portrait", "p", "--all", "-o", "out/portraits"),
    ("portrait", "out/results", "--all", "-o", "out/book.pdf", "--lang", "zh"),
    ("survey", "estimate", "p", "-o", "out/survey"),
)


def texts(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Yield the names and texts in a file, those within archives and PDFs too."""
    yield name, name
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                yield from texts(f"{name}/{entry.filename}", archive.read(entry))
    elif content[:4] == b"%PDF":
        read = pypdf.PdfReader(io.BytesIO(content))
        yield name, "\n".join(page.extract_text() for page in read.pages)
        yield name, str(read.metadata)
    elif content[:4] == b"PAR1":
        yield name, pd.read_parquet(io.BytesIO(content)).to_csv()
    else:
        yield name, content.decode("utf-8", errors="replace")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], list[str]]:
    """Write every output of a project with planted identifiers; return folder, what was said, and who is hidden."""
    folder = tmp_path_factory.mktemp("outputs")
    made = sample(counties=9)
    did = np.flatnonzero(made.answers["disposition"] == "complete")
    made.answers["contact"] = PLANTED[0]
    made.answers.loc[did, "Q9"] = [f"{PLANTED[3]} {PLANTED[4]} {PLANTED[1]}"] * len(did)
    # A county with seven answers: its estimate is hidden, and its number with it.
    few = made.answers.index[made.answers["county"] == made.truth["county"][0]]
    reached = [row for row in few if row in set(did.tolist())]
    made.answers.loc[reached[7:], "disposition"] = "refusal"
    made.answers.loc[reached[7:], ["Q0", "Q1", "Q2", "Q3", "Q9", "duration"]] = np.nan
    found = project(folder / "p", made)
    table = pd.read_csv(found.folder / DATA, dtype={"unit": str})
    found.table(DATA, table.assign(手机=PLANTED[0], id_number=PLANTED[2], submission=f"{PLANTED[3]}.xlsx"))
    said = []
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("YITIHUA_LANG", "en")
        for words in (("survey", "estimate", "p"), *OUTPUTS):
            with pytest.MonkeyPatch.context() as inner:
                said.append(call(inner, words))
    people = [*made.answers["respondent"].astype(str), *made.answers["psu"].astype(str).unique()]
    return folder, said, people


def call(patch: pytest.MonkeyPatch, words: tuple[str, ...]) -> str:
    """Run a command that must succeed; return what it said."""
    from contextlib import redirect_stderr, redirect_stdout

    class Captured:
        out, err = io.StringIO(), io.StringIO()

        def readouterr(self) -> Captured:
            return self

    heard = Captured()
    heard.out, heard.err = io.StringIO(), io.StringIO()
    with redirect_stdout(heard.out), redirect_stderr(heard.err):
        code, out, err = called(patch, heard, words)
    assert code == 0, (words, err.getvalue())
    return out.getvalue() + err.getvalue()


def test_no_planted_identifier_is_in_any_output(written) -> None:
    folder, said, people = written
    files = [path for path in (folder / "out").rglob("*") if path.is_file()]
    kinds = {path.suffix for path in files}
    assert {".html", ".js", ".csv", ".json", ".zip", ".xlsx", ".docx", ".pdf"} <= kinds
    looked = 0
    for path in files:
        for name, text in texts(path.relative_to(folder).as_posix(), path.read_bytes()):
            looked += 1
            if path.name == "table.json":
                # A folder of results stays with the office: it names the file that a unit sent in.
                text = text.replace(f"{PLANTED[3]}.xlsx", "")
            assert not [word for word in (*PLANTED, *people) if word in text], name
    assert looked > 100
    for text in said:
        assert not [word for word in PLANTED if word in text]


def test_the_search_finds_what_is_planted(tmp_path) -> None:
    """The test above can fail: in a page, in an archive within an archive, in a PDF."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("page.html", f"<p>{PLANTED[3]}</p>")
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
    assert any(PLANTED[3] in text for _, text in texts("outer.zip", outer.getvalue()))
    yt.evaluate("zhejiang-2022").portrait("西湖区", tmp_path / "a.pdf", "zh")
    assert any("西湖区" in text for _, text in texts("a.pdf", (tmp_path / "a.pdf").read_bytes()))


def test_who_is_hidden_is_hidden_everywhere(written) -> None:
    """The county with seven answers: its estimate is no number in any table, and no 7 stands for its respondents."""
    folder, _, _ = written
    board = yt.evaluate(folder / "p")
    hidden = np.argwhere(np.isnan(board.table.n))
    assert hidden.size
    n = board.table.n[np.isfinite(board.table.n)]
    assert n.min() >= 10
    for path in (folder / "out").rglob("indicators.csv"):
        frame = pd.read_csv(path)
        shown = pd.to_numeric(frame["n"], errors="coerce").dropna()
        assert shown.min() >= 10, path
    from bs4 import BeautifulSoup

    for code in ("s1", "s2"):
        page = BeautifulSoup(
            (folder / "out/site/indicators" / f"{code}.html").read_text(encoding="utf-8"), "html.parser"
        )
        heads = [cell.get_text() for cell in page.select("#all thead th")]
        place = next(k for k, head in enumerate(heads) if "受访" in head or "respondents" in head)
        counts = [row.find_all(["td", "th"])[place].get_text() for row in page.select("#all tbody tr")]
        numbers = [int(text.replace(",", "")) for text in counts if text.strip("– ")]
        assert numbers and min(numbers) >= 10
        assert len(numbers) < len(counts)
