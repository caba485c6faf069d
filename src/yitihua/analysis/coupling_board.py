"""Coupling coordination of the nodes of a board: C, T and D of every unit, with grades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.analysis.asked import known_codes
from yitihua.analysis.coupling import CouplingCoordination, check_form, coupling_coordination
from yitihua.analysis.coupling_grades import TABLES, graded
from yitihua.analysis.stages import choose, level_rows, marked
from yitihua.index.scoreboard import Scoreboard

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Coupling:
    """Coupling coordination of nodes of a board.

    Attributes
    ----------
    board : Scoreboard
        The board.
    rows : ndarray of int
        Rows of the units.
    nodes : tuple of str
        The subsystems.
    weights : tuple of float
        Of T.
    degrees : CouplingCoordination
        u of shape (units, nodes); c, t and d of shape (units,).
    """

    board: Scoreboard
    rows: npt.NDArray[np.int64]
    nodes: tuple[str, ...]
    weights: tuple[float, ...]
    degrees: CouplingCoordination

    def frame(self, lang: str = "en", c_table: str = "coupling", closed: str = "left") -> pd.DataFrame:
        """Return one row a unit, the best coordinated first.

        Parameters
        ----------
        lang : {"en", "zh"}
            Language of names and grades.
        c_table : str
            Grade table of C, see `yitihua.analysis.coupling_grades`.
        closed : {"left", "right"}
            Where a degree on a cut goes: up (left, the default here), or down.

        Returns
        -------
        DataFrame
            unit, name, level, a column a node (its level on [0, 1]), c, t, d, c_grade, d_grade.

        Raises
        ------
        InputError
            If the table or the side is unknown.
        """
        import pandas as pd

        board, degrees, which = self.board, self.degrees, 0 if lang == "zh" else 1
        data: dict[str, Any] = {
            "unit": [board.table.units[row] for row in self.rows],
            "name": [board.table.name_of(int(row), lang) for row in self.rows],
            "level": [board.table.levels[row] for row in self.rows],
            **{code: degrees.u[:, j] for j, code in enumerate(self.nodes)},
            "c": degrees.c,
            "t": degrees.t,
            "d": degrees.d,
        }
        for column, values, name in (("c_grade", degrees.c, c_table), ("d_grade", degrees.d, "coordination")):
            indices = graded(values, name, closed)
            labels = TABLES[name].labels
            data[column] = pd.array([labels[i][which] if i >= 0 else None for i in indices], dtype="string")
        order = np.argsort(-np.nan_to_num(degrees.d, nan=-1.0), kind="stable")
        frame = pd.DataFrame(data).iloc[order].reset_index(drop=True)
        said = {"form": degrees.form, "rescale": degrees.rescale, "weights": self.weights, "closed": closed}
        return marked(frame, board, lang, **said)


def coupling(
    board: Scoreboard,
    nodes: Sequence[str] | None = None,
    weights: str = "equal",
    form: str = "normative",
    rescale: tuple[float, float] | None = None,
    level: str | None = None,
) -> Coupling:
    """Return the coupling coordination of nodes of a board.

    Parameters
    ----------
    board : Scoreboard
        Points of the nodes are taken to [0, 1] by the scale of the index.
    nodes : sequence of str, optional
        Two or more nodes or indicators, by code or name; default: the first level.
    weights : {"equal", "index"}
        Of T: equal, or the weights of the nodes in the whole index.
    form : {"normative", "wang"}
        Of C.
    rescale : (float, float), optional
        See `to_interval`; by the units of the level.
    level : str, optional
        Of units; default: the level with the most.

    Raises
    ------
    InputError
        If a name is unknown, fewer than two nodes are given, scores lie beyond the scale, or the
        form is one of the wrong ones.

    Examples
    --------
    >>> import yitihua as yt
    >>> coupling(yt.evaluate("asem")).frame()[["unit", "c", "d", "d_grade"]].round(3).values.tolist()[0]
    ['CHE', 0.997, 0.826, 'well coordinated']
    """
    choose("weights", weights, ("equal", "index"))
    check_form(form)
    recipe, (low, high) = board.recipe, board.recipe.scale
    codes = recipe.first_level if nodes is None else known_codes(recipe, nodes)
    rows = level_rows(board, level)
    u = (board.points[rows][:, [recipe.plan.column[code] for code in codes]] - low) / (high - low)
    shares = [recipe.global_weights[code] if weights == "index" else 1.0 for code in codes]
    degrees = coupling_coordination(u, np.array(shares), form, rescale)
    total = sum(shares)
    return Coupling(board, rows, tuple(codes), tuple(share / total for share in shares), degrees)
