"""What an analysis is asked about, by name: a level, indicators and nodes, a grade."""

from __future__ import annotations

from collections.abc import Sequence

from yitihua.analysis.stages import choose
from yitihua.errors import FaultList, InputError, refuse, suggest
from yitihua.index.recipe import GradeRule, Recipe
from yitihua.index.scoreboard import Scoreboard


def level_name(board: Scoreboard, level: str | None = None) -> str:
    """Return a level of a board: as asked, or the one with the most units (the first of equals).

    Raises
    ------
    InputError
        If the board has no such level.

    Examples
    --------
    >>> import yitihua as yt
    >>> level_name(yt.evaluate("zhejiang-2022"))
    'county'
    """
    if level is None:
        return max(board.level_rows, key=lambda name: len(board.level_rows[name]))
    choose("level", level, list(board.level_rows))
    return level


def known_codes(recipe: Recipe, wanted: Sequence[str]) -> tuple[str, ...]:
    """Return indicators and nodes by code or name, each once, in the order asked for.

    Raises
    ------
    InputError
        Naming all that are unknown.

    Examples
    --------
    >>> import yitihua as yt
    >>> known_codes(yt.evaluate("hdi").recipe, ["income", "Life expectancy at birth"])
    ('income', 'le')
    """
    faults, found = FaultList(), []
    for name in wanted:
        try:
            found.append(recipe.code_of(name))
        except InputError as error:
            faults.extend(error.faults)
    faults.raise_if_any()
    return tuple(dict.fromkeys(found))


def scheme_named(recipe: Recipe, wanted: str | None, prefix: str = "") -> GradeRule:
    """Return a grade scheme by its code; default: the first.

    Parameters
    ----------
    recipe : Recipe
    wanted : str or None
    prefix : str
        What stands before "scheme" in the key of a fault.

    Raises
    ------
    InputError
        If there is no such scheme, or none at all.

    Examples
    --------
    >>> import yitihua as yt
    >>> scheme_named(yt.evaluate("hdi").recipe, "abc").labels
    ('C', 'B', 'A')
    """
    rules = {rule.code: rule for rule in recipe.grades}
    chosen = next(iter(rules), "-") if wanted is None else str(wanted)
    if chosen not in rules:
        options, hint = list(rules) or ["-"], suggest(chosen, rules)
        raise refuse("bad-choice", key=f"{prefix}scheme", found=chosen, options=options, hint=hint)
    return rules[chosen]


def grade_named(recipe: Recipe, label: str, scheme: str | None = None, prefix: str = "") -> tuple[GradeRule, int]:
    """Return the scheme and the place of a grade, 0 the lowest, by its label or one of its names.

    Parameters
    ----------
    recipe : Recipe
    label : str
    scheme : str, optional
        Default: the first that has such a grade.
    prefix : str
        What stands before "grade" and "scheme" in the key of a fault.

    Raises
    ------
    InputError
        If there is no such scheme or grade.

    Examples
    --------
    >>> import yitihua as yt
    >>> rule, place = grade_named(yt.evaluate("hdi").recipe, "Very high")
    >>> rule.code, rule.labels[place]
    ('group', 'very high')
    """
    rules = recipe.grades if scheme is None else (scheme_named(recipe, scheme, prefix),)
    for rule in rules:
        for place, (one, names) in enumerate(zip(rule.labels, rule.names, strict=True)):
            if label in (one, *names):
                return rule, place
    options = [one for rule in rules for one in rule.labels]
    raise refuse("bad-choice", key=f"{prefix}grade", found=label, options=options, hint=suggest(label, options))
