"""What `whatif` is given on the command line: weights as text, as a file or by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yitihua.commands.options import pairs
from yitihua.errors import FaultList, refuse

if TYPE_CHECKING:
    from yitihua.definitions.source import Source
    from yitihua.index.scoreboard import Scoreboard


def stated_weights(board: Scoreboard, words: str) -> str | dict[str, float]:
    """Return weights by code, or the name of a set.

    Parameters
    ----------
    board : Scoreboard
    words : str
        ``A=0.3,B=0.2``; a file that ends in .toml; or a name.

    Raises
    ------
    InputError
        If a weight is no number, a code is there twice, or the file cannot be read as weights.

    Examples
    --------
    >>> import yitihua as yt
    >>> stated_weights(yt.evaluate("hdi"), "health=0.5, income=0.2")
    {'health': 0.5, 'income': 0.2}
    """
    if "=" in words:
        return _pairs(words)
    return weights_file(board, Path(words)) if words.lower().endswith(".toml") else words


def _pairs(words: str) -> dict[str, float]:
    found: dict[str, float] = {}
    faults = FaultList()
    for name, text in pairs(words, "--weights", faults).items():
        try:
            found[name] = float(text)
        except ValueError:
            faults.add("weight-no-number", key=f"--weights {name}", found=text)
    faults.raise_if_any()
    return found


def weights_file(board: Scoreboard, path: Path) -> dict[str, float]:
    """Return the weights that a TOML file states.

    Parameters
    ----------
    board : Scoreboard
    path : Path
        Codes and weights (``A = 0.3``), read as `board.whatif` reads them; or one weight set as an index file
        has it (``[weights.sets.NAME.weights]``), whose numbers need not sum to 1.

    Raises
    ------
    InputError
        If the file cannot be read, holds no weights, or more than one set without saying which.
    """
    from yitihua.definitions.source import read_toml

    faults = FaultList()
    source = read_toml(path, faults)
    faults.raise_if_any()
    shown = str(path)
    if not isinstance(source.data.get("weights"), Mapping):
        return _numbers(source.data, source, (), shown)
    stated = source.data["weights"]
    sets = stated.get("sets")
    if sets is None:
        return _numbers(stated, source, ("weights",), shown)
    name = stated.get("use") or next(iter(sets), "")
    if name not in sets or (len(sets) > 1 and "use" not in stated):
        raise refuse("which-set", file=shown, key="weights.use", found=str(stated.get("use", "-")), options=list(sets))
    numbers = _numbers(sets[name].get("weights", {}), source, ("weights", "sets", name, "weights"), shown)
    return _scaled(board, numbers, shown, f"weights.sets.{name}.weights")


def _numbers(stated: Mapping[str, Any], source: Source, key: tuple[str, ...], file: str) -> dict[str, float]:
    faults, found = FaultList(), {}
    for name, value in stated.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            place = source.place((*key, name))
            faults.add("weight-no-number", file=file, line=place.line, key=".".join((*key, name)), found=str(value))
        else:
            found[name] = float(value)
    if not stated:
        faults.add("no-weights-in-file", file=file)
    faults.raise_if_any()
    return found


def _scaled(board: Scoreboard, numbers: dict[str, float], file: str, key: str) -> dict[str, float]:
    """Return the weights of a set of an index file: all siblings are stated, or none, and they are scaled to 1."""
    faults = FaultList()
    recipe = board.recipe
    known = {child for node in recipe.nodes for child in node.children}
    for name in numbers:
        if name not in known:
            faults.add(
                "unknown-reference", file=file, key=key, kind="indicator or node", name=name, options=sorted(known)
            )
    found: dict[str, float] = {}
    for node in recipe.nodes:
        given = {child: numbers[child] for child in node.children if child in numbers}
        absent = [child for child in node.children if child not in given]
        if not given:
            # An index file that is silent on siblings makes them equal.
            found |= dict.fromkeys(node.children, 1.0 / len(node.children))
        elif absent:
            faults.add("set-incomplete", file=file, key=key, name=node.code, options=absent)
        elif min(given.values()) < 0 or sum(given.values()) <= 0:
            faults.add(
                "weights-sum", file=file, key=key, name=node.code, found=f"{sum(given.values()):g}", options=list(given)
            )
        else:
            found |= {child: value / sum(given.values()) for child, value in given.items()}
    faults.raise_if_any()
    return found
