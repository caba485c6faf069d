"""From the options of a command to a table and a board."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from yitihua.commands.options import NONE, bad_call

if TYPE_CHECKING:
    from yitihua.analysis.barometer.barometer import Barometer
    from yitihua.definitions.edition import Edition
    from yitihua.index.scoreboard import Scoreboard
    from yitihua.indicators.reading import Data
    from yitihua.indicators.table import IndicatorTable


def project_out(directory: Path) -> Path:
    """Return where a project's results go."""
    from yitihua.definitions.project import project_settings

    return directory / project_settings(directory).out


def inputs_of(
    directory: Path | None, edition: str | None, data: str | None, period: str | None, date: str | None
) -> tuple[Edition, IndicatorTable]:
    """Return the edition and the table that a command is about."""
    from yitihua.indicators.reading import read_table

    loaded, source, when = source_of(directory, edition, data, period, date)
    return loaded, read_table(loaded, source, when)


def source_of(
    directory: Path | None, edition: str | None, data: str | None, period: str | None, date: str | None
) -> tuple[Edition, Data, str | int | None]:
    """Return the edition that a command is about, where its data are, and the period."""
    from yitihua.api import open_edition
    from yitihua.definitions import load_edition
    from yitihua.definitions.project import load_project

    _either(directory, edition)
    if edition is not None:
        # With a folder as well: this edition of the project, on the project's own data.
        if directory is not None and data is None:
            data = load_project(directory, edition).data
        return load_edition(edition, directory, date), data, period
    assert directory is not None
    return open_edition(directory, data, period, date)


def period_before(
    period: str | None, directory: Path | None, edition: str | None, data: str | None, date: str | None
) -> str | None:
    """Return the last period of the same data that is earlier; None where there is none."""
    from yitihua.indicators.reading import periods_of

    if period is None:
        return None
    loaded, source, _ = source_of(directory, edition, data, None, date)
    return max((other for other in periods_of(loaded, source) if other < period), default=None)


def edition_of(directory: Path | None, edition: str | None) -> Edition:
    """Return the edition that a command is about, without its data."""
    from yitihua.api import open_edition
    from yitihua.definitions import load_edition

    _either(directory, edition)
    if edition is not None:
        return load_edition(edition, directory)
    assert directory is not None
    return open_edition(directory)[0]


def _either(directory: Path | None, edition: str | None) -> None:
    from yitihua.definitions import edition_names

    if directory is None and edition is None:
        known = " | ".join(edition_names())
        raise bad_call("需要DIR或--edition其中之一", "either DIR or --edition is needed", f"DIR | --edition {known}")


def board_of(
    directory: Path | None,
    edition: str | None,
    data: str | None,
    period: str | None,
    date: str | None,
    weights: str | None,
    cities: bool = False,
) -> tuple[Scoreboard, Edition]:
    """Return the board that a command is about, and its edition."""
    from yitihua.api import score_table
    from yitihua.definitions.changes import with_changes

    loaded, table = inputs_of(directory, edition, data, period, date)
    if weights is not None:
        loaded = with_changes(loaded, {"weights": weights})
    return score_table(table, loaded, cities), loaded


def refuse_beside_results(options: Mapping[str, str | bool | None]) -> None:
    """Refuse options that say which data to take where a folder of results is given; None is not given."""
    if given := [name for name, value in options.items() if value is not None]:
        names = ", ".join(given)
        zh = f"结果文件夹自带数据，不能再给{names}"
        raise bad_call(zh, f"a folder of results holds its data, so {names} cannot be given", "DIR")


@dataclass(frozen=True, eq=False)
class Asked:
    """The board that a command is about; its edition or, of a folder of results, the record of its inputs."""

    board: Scoreboard
    edition: Edition | None = None
    inputs: Mapping[str, str] | None = None


def asked_board(
    directory: Path | None,
    edition: str | None,
    data: str | None,
    period: str | None,
    date: str | None,
    weights: str | None,
    cities: bool = False,
) -> Asked:
    """Return the board of a project, of an edition, or of a folder of results, which holds its data."""
    if edition is None and directory is not None and (directory / "run.json").is_file():
        from yitihua.index.run import read_run

        refuse_beside_results(
            {"--data": data, "--period": period, "--date": date, "--weights": weights, "--cities": cities or None}
        )
        run = read_run(directory)
        return Asked(run.board, None, run.inputs)
    return Asked(*board_of(directory, edition, data, period, date, weights, cities))


def board_dict(board: Scoreboard, lang: str, out: Path | None) -> dict[str, object]:
    """Return what `score --json` prints."""
    from yitihua.publish.summary import notices
    from yitihua.publish.words import method_lines

    return {
        "edition": board.recipe.edition,
        "title": board.recipe.title[0 if lang == "zh" else 1],
        "simulated": board.table.simulated or board.recipe.simulated,
        "notices": notices(board, lang),
        "method": dict(method_lines(board.recipe, lang)),
        "out": None if out is None else str(out),
        "scores": board.score_table(lang).to_dict("records"),
    }


def asked_barometer(
    stated: str | None, asked: Asked, directory: Path | None, edition: str | None, data: str | None, date: str | None
) -> tuple[Barometer | None, tuple[str, str] | None]:
    """Return the barometer of the periods of some data, and what to say where there is none.

    Data that somebody named must give one; that the ranking's own data give none is no fault.
    """
    from yitihua.analysis.barometer.making import barometer_of, tables_of
    from yitihua.errors import InputError, refuse
    from yitihua.indicators.reading import periods_of

    loaded = asked.edition
    named = stated is not None and stated.lower() not in NONE
    if loaded is None or loaded.spec.barometer is None or (stated is not None and not named):
        if named:
            raise refuse("barometer-none", key="--barometer", name="" if loaded is None else loaded.name)
        return None, None
    try:
        own = source_of(directory, edition, data, None, date)[1]
        source = stated if named else own
        if not named and len(periods_of(loaded, source)) < 2:
            return None, None
        tables, lenders = tables_of(loaded, source, own if named else None)
        return barometer_of(tables, loaded, lenders=lenders), None
    except InputError as error:
        if named:
            raise
        problem = error.faults[0]
        return None, (f"没有晴雨表：{problem.problem('zh')}", f"No barometer: {problem.problem('en')}")
