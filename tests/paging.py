"""Pages of the documentation, read for what can be run in them, and run.

Blocks are taken in the order of the page, in one folder and one Python session:

- ``pycon``: a Python session, whose output is compared;
- ``console``: lines ``$ yitihua ...``, called in this process; the lines below them are compared with what is
  printed, and ``# exit code 2`` behind a command says that it ends so;
- ``{code-block}`` with a ``:caption:``: a file of that name.
"""

from __future__ import annotations

import doctest
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
_FENCE = re.compile(
    r"^(?P<fence>`{3,})(?:\{code-block\} )?(?P<kind>[\w{}:-]*)[^\n]*\n(?::caption: (?P<file>\S+)\n\n?)?"
    r"(?P<text>.*?)^(?P=fence) *$",
    re.MULTILINE | re.DOTALL,
)
_CODE = re.compile(r" +# exit code (\d+)$")


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, the file it is, its text, and the line its text begins at."""

    kind: str
    file: str | None
    text: str
    line: int


@dataclass(frozen=True)
class Command:
    """One command line: its words, how it ends, and what it prints; nothing is compared where that is empty."""

    words: list[str]
    code: int
    printed: str
    line: int


def blocks(text: str) -> list[Block]:
    return [
        Block(match["kind"], match["file"], match["text"], text.count("\n", 0, match.start("text")) + 1)
        for match in _FENCE.finditer(text)
    ]


def commands(block: Block) -> Iterator[Command]:
    lines = block.text.splitlines()
    starts = [k for k, line in enumerate(lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        line = lines[start][2:]
        code = _CODE.search(line)
        yield Command(
            shlex.split(_CODE.sub("", line)),
            int(code[1]) if code else 0,
            "\n".join(lines[start + 1 : end]),
            block.line + start,
        )


def as_stated(stated: str, printed: str) -> bool:
    """Return whether a command prints what is stated, ``...`` standing for anything, blanks of any width alike."""
    # doctest takes the blanks of Chinese text for letters, so they are made plain here.
    wanted, found = (" ".join(text.split()) for text in (stated, printed))
    return not wanted or doctest.OutputChecker().check_output(wanted, found, OPTIONS)


def run(page: Path, call: Callable[[list[str]], tuple[int, str]]) -> list[str]:
    """Run a page in the present folder; return what came out otherwise than it says."""
    faults: list[str] = []
    names: dict[str, object] = {"__name__": "__main__"}
    checker = doctest.OutputChecker()
    for block in blocks(page.read_text(encoding="utf-8")):
        if block.file:
            Path(block.file).parent.mkdir(parents=True, exist_ok=True)
            Path(block.file).write_text(block.text, encoding="utf-8")
        elif block.kind == "pycon":
            test = doctest.DocTestParser().get_doctest(block.text, names, page.name, str(page), block.line - 1)
            test.globs = names
            out: list[str] = []
            doctest.DocTestRunner(checker, optionflags=OPTIONS).run(test, out=out.append, clear_globs=False)
            faults += out
        elif block.kind == "console":
            for command in commands(block):
                assert command.words[0] == "yitihua", command
                code, printed = call(command.words[1:])
                if code != command.code:
                    faults.append(f"{page.name}:{command.line} ended with {code}:\n{printed}")
                elif not as_stated(command.printed, printed):
                    faults.append(f"{page.name}:{command.line} said:\n{command.printed}\nbut prints:\n{printed}")
    return faults
