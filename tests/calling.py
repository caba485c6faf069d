"""The command line called in this process, as the shell calls it."""

import sys

import pytest

from yitihua import cli


def called(monkeypatch, capsys, words):
    """Return exit code, stdout and stderr of `yitihua WORDS`."""
    monkeypatch.setattr(sys, "argv", ["yitihua", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out, captured.err
