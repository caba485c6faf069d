"""The one group-by, written in an engine's dialect.

Three nested SELECTs: the rows as they are read (numbers cast, NaN and infinity to NULL), what each
respondent contributes (x: 1 where the variable is known, y: its value), and the sums. x * w * y is
summed rather than chosen by CASE, because a CASE costs a column engine more than a product.

A score that is linear in the code is left to the sums, which saves an addition and a product a row and item.

An engine may ask in two parts: respondents who answered everything, and the others. For the former every x is 1 and
every weight is a positive number, so one sum of weights serves all variables. On complete answers this is as fast as
a query that knows nothing of missing ones. Both parts are added up in `SumsTable`.
"""

from __future__ import annotations

from collections.abc import Mapping

from yitihua.definitions.conditions import Condition
from yitihua.indicators.dialects import Dialect, Kind
from yitihua.surveys.engines.query import SumsQuery, bound
from yitihua.surveys.engines.scores import LARGEST, Score, Variable

#: The smallest number above 0.
SMALLEST = 5e-324


class Writer:
    """Writes a query and collects the values it binds.

    Parameters
    ----------
    query : SumsQuery
        Checked against `kinds`.
    dialect : Dialect
    kinds : mapping
        Columns of the source -> what they hold.
    relation : str
        What stands after FROM, quoted already.
    """

    def __init__(self, query: SumsQuery, dialect: Dialect, kinds: Mapping[str, Kind], relation: str) -> None:
        self.query, self.dialect, self.kinds, self.relation = query, dialect, kinds, relation
        self.parameters: list[str | float | bool] = []
        self.items = {name: f"c{i}" for i, name in enumerate(query.items)}

    def text(self, limit: int, *, complete: bool | None = None) -> str:
        """Return the query over all, over those who answered everything, or over the others.

        Parameters
        ----------
        limit : int
            At most so many rows come back.
        complete : bool, optional
            Whose sums; None for everybody's.
        """
        self.parameters.clear()
        return f"{self._part(complete)} LIMIT {limit:d}"

    def where(self) -> str:
        """Return the condition for a row to be part of the survey."""
        return " AND ".join(f"({self._condition(each)})" for each in self.query.conditions("where")) or "TRUE"

    def _part(self, complete: bool | None) -> str:
        keys = [f"g{i}" for i in range(self.query.parts)]
        rows = self._rows(complete)
        alive = [] if complete else [f"{self.dialect.truth(f'w > {self.dialect.number(0)}')} AS a"]
        values = ", ".join([*keys, "w", *alive, *self._carried(), *self._values(bool(complete))])
        sums = ", ".join([*keys, *self._sums(bool(complete))])
        grouped = f" GROUP BY {', '.join(keys)}" if keys else " HAVING COUNT(*) > 0"
        return f"SELECT {sums} FROM (SELECT {values} FROM ({rows}) AS r) AS v{grouped}"

    def _rows(self, complete: bool | None) -> str:
        query, name = self.query, self.dialect.identifier
        columns = [f"{key} AS g{i}" for i, key in enumerate(self._keys())]
        columns.append(f"{self.dialect.cast(name(query.weight)) if complete else self._number(query.weight)} AS w")
        if query.start is not None:
            columns.append(f"{self._number(query.start)} AS d")
        if query.population is not None:
            columns.append(f"{self._number(query.population)} AS pop")
        columns += [f"{self._answer(column)} AS {alias}" for column, alias in self.items.items()]
        wanted = [self._condition(condition) for condition in query.conditions("where")]
        if complete is not None:
            valid = [self._valid(score, name(score.column), raw=True) for score in self._scores()]
            weight, d = self.dialect.cast(name(query.weight)), self.dialect
            positive = f"{weight} BETWEEN {d.number(SMALLEST)} AND {d.number(LARGEST)}"
            everything = " AND ".join([positive, *valid])
            wanted.append(everything if complete else f"COALESCE(NOT ({everything}), TRUE)")
        where = f" WHERE {' AND '.join(f'({each})' for each in wanted)}" if wanted else ""
        return f"SELECT {', '.join(columns)} FROM {self.relation}{where}"

    def _keys(self) -> list[str]:
        """Return the keys of the group-by; whoever is not counted belongs to no domain."""
        query, name = self.query, self.dialect.identifier
        domain = [name(key) for key in query.domain]
        if inside := query.conditions("within"):
            # Values are bound in the order of the text, so every CASE binds its own.
            domain = [f"CASE WHEN {self._all(inside)} THEN {each} END" for each in domain or ["'all'"]]
        return [*domain, *(name(key) for key in query.keys[len(query.domain) :])]

    def _carried(self) -> list[str]:
        names = {"d": self.query.start, "pop": self.query.population}
        return [alias for alias, column in names.items() if column is not None]

    def _values(self, complete: bool) -> list[str]:
        """Return x, y and, of ratios, t of every variable."""
        columns = []
        for i, variable in enumerate(self.query.variables):
            known, value = self._mean(variable, complete)
            if not complete:
                columns.append(f"{known} AS x{i}")
            columns.append(f"{value} AS y{i}")
            if variable.over is not None:
                columns.append(f"{self._points(variable.over, self.items[variable.over.column])} AS t{i}")
        return columns

    def _mean(self, variable: Variable, complete: bool) -> tuple[str, str]:
        """Return whether a respondent's value is known, and the value."""
        d, scores = self.dialect, variable.scores
        columns = [self.items[score.column] for score in scores]
        points = [self._points(score, column) for score, column in zip(scores, columns, strict=True)]
        known = [d.truth(self._valid(score, column)) for score, column in zip(scores, columns, strict=True)]
        over = variable.over
        factors = []
        if over is not None:
            factors.append(d.truth(self._valid(over, self.items[over.column])))
        if len(scores) == 1:
            # Codes are summed as they are; what is linear is done to the sums, see `Variable.line`.
            plain = scores[0].points or scores[0].steps
            return " * ".join([known[0], *factors]), points[0] if plain else d.cast(columns[0])
        total = sum(score.weight for score in scores)
        weights = [d.number(score.weight) for score in scores]
        if complete:
            weighted = (f"{w} * {p}" for w, p in zip(weights, points, strict=True))
            return "", f"({' + '.join(weighted)}) / {d.number(total)}"
        zero = d.number(0)
        known = [f"COALESCE({each}, {zero})" for each in known]
        above = " + ".join(f"{w} * {k} * COALESCE({p}, {zero})" for w, k, p in zip(weights, known, points, strict=True))
        below = " + ".join(f"{w} * {k}" for w, k in zip(weights, known, strict=True))
        enough = d.truth(f"({below}) >= {d.number(variable.needed)}")
        return " * ".join([enough, *factors]), f"({above}) / NULLIF({below}, {zero})"

    def _sums(self, complete: bool) -> list[str]:
        query, d = self.query, self.dialect
        # A weight of 0 keeps a respondent in the design and out of the estimates.
        members = "COUNT(*)" if complete else "SUM(a)"
        known, least = ("COUNT(*)", d.number(1)) if complete else ("COUNT(w)", "MIN(w)")
        columns = ["COUNT(*) AS n", f"{members} AS m", f"{known} AS w_known", f"{least} AS w_min", "SUM(w) AS w"]
        if query.start is not None:
            columns += ["COUNT(d) AS d_known", "MIN(d) AS d_min", "SUM(d) AS d"]
            columns += [f"{f}(w / NULLIF(d, {d.number(0)})) AS g_{f.lower()}" for f in ("MIN", "MAX")]
        if query.population is not None:
            columns += ["MIN(pop) AS pop_min", "MAX(pop) AS pop_max", "COUNT(pop) AS pop_known"]
        for i, variable in enumerate(query.variables):
            x = "w" if complete else f"w * x{i}"
            t = "" if variable.over is None else f" * t{i}"
            columns.append(f"{d.cast('COUNT(*)') if complete else f'SUM(a * x{i})'} AS n{i}")
            columns += [f"SUM({x}{t}) AS wx{i}", f"SUM({x} * y{i}) AS wy{i}"]
            if query.deff or variable.is_share:
                columns.append(f"SUM(w * {x}) AS ww{i}")
            if query.deff:
                columns += [f"SUM({x}) AS wk{i}", f"SUM({x} * y{i} * y{i}) AS wyy{i}"]
                columns += [f"SUM({x}{t} * y{i}) AS wxy{i}", f"SUM({x}{t}{t}) AS wxx{i}"]
        if query.psu is None:
            parts = self._products(complete)
            columns += [f"SUM({parts[a]} * {parts[b]}) AS s{a}_{b}" for a, b in products(query)]
        return columns

    def _products(self, complete: bool) -> list[str]:
        """Return w y of every variable, w x of every variable, and w: what squares are summed of."""
        above, below = [], []
        for i, variable in enumerate(self.query.variables):
            x = "w" if complete else f"w * x{i}"
            above.append(f"({x} * y{i})")
            below.append(f"({x})" if variable.over is None else f"({x} * t{i})")
        return [*above, *below, "w"]

    def _scores(self) -> list[Score]:
        scores = [score for variable in self.query.variables for score in (*variable.scores, variable.over) if score]
        return list(
            {(score.column, score.codes, score.low, score.high, score.without): score for score in scores}.values()
        )

    def _number(self, name: str) -> str:
        """Return a column as a number; NaN, which some files hold for a missing value, is NULL."""
        d = self.dialect
        quoted = d.identifier(name)
        if self.kinds[name] == "boolean":
            return d.truth(quoted)
        if self.kinds[name] == "integer":
            return d.cast(quoted)
        return f"NULLIF({d.cast(quoted)}, {d.cast(chr(39) + 'NaN' + chr(39))})"

    def _answer(self, name: str) -> str:
        """Return a column of answers; whole codes stay whole, other numbers are NULL unless finite.

        A product with 0 leaves codes out that are no answers, and 0 times NaN is not 0.
        """
        d = self.dialect
        quoted = d.identifier(name)
        if self.kinds[name] == "integer":
            return quoted
        if self.kinds[name] == "boolean":
            return f"CAST({quoted} AS INTEGER)"
        number = d.cast(quoted)
        return f"CASE WHEN {number} BETWEEN {d.number(-LARGEST)} AND {d.number(LARGEST)} THEN {number} END"

    def _valid(self, score: Score, column: str, *, raw: bool = False) -> str:
        """Return the condition for a code to be an answer."""
        kind = self.kinds[score.column]
        if raw and kind == "boolean":
            column = f"CAST({column} AS INTEGER)"
        if raw and kind == "float":
            column = self.dialect.cast(column)
        if score.codes:
            low, high = min(score.codes), max(score.codes)
            if kind != "float" and len(set(score.codes)) == high - low + 1:
                return f"{column} BETWEEN {low:d} AND {high:d}"
            return f"{column} IN ({', '.join(f'{code:d}' for code in score.codes)})"
        low_high = f"{column} BETWEEN {self.dialect.number(score.low)} AND {self.dialect.number(score.high)}"
        if score.without:
            return f"({low_high} AND {column} NOT IN ({', '.join(f'{code:d}' for code in score.without)}))"
        return low_high

    def _points(self, score: Score, column: str) -> str:
        """Return the score of a code that is an answer; of others, any number."""
        d = self.dialect
        if score.points:
            cases = " ".join(f"WHEN {column} = {code:d} THEN {d.number(points)}" for code, points in score.points)
            return f"CASE {cases} ELSE {d.number(0)} END"
        if score.steps:
            return "({})".format(
                " + ".join(
                    f"{d.number(step.points)} * "
                    + d.truth(f"{column} {'<=' if step.below else '>='} {d.number(step.line)}")
                    for step in score.steps
                )
            )
        linear = d.cast(column)
        if score.gain != 1.0:
            linear = f"{d.number(score.gain)} * {linear}"
        return f"({d.number(score.base)} + {linear})" if score.base else linear

    def _all(self, conditions: tuple[Condition, ...]) -> str:
        return " AND ".join(f"({self._condition(condition)})" for condition in conditions)

    def _condition(self, condition: Condition) -> str:
        cases = []
        for case in condition.cases:
            parts = []
            for part in case:
                value = bound(part.value, self.kinds[part.name])
                if value is None:
                    raise ValueError(f"{part.name} was not checked")
                self.parameters.append(value)
                sign = "<>" if part.sign == "!=" else part.sign
                marker = self.dialect.marker(len(self.parameters))
                parts.append(f"{self.dialect.identifier(part.name)} {sign} {marker}")
            cases.append(" AND ".join(parts))
        return " OR ".join(f"({case})" for case in cases)


def products(query: SumsQuery) -> list[tuple[int, int]]:
    """Return which products of w y, w x and w are summed where respondents were drawn themselves: all.

    Examples
    --------
    >>> products(SumsQuery("w", (Variable("a", (Score("q1"),)),)))
    [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    """
    size = 2 * len(query.variables) + 1
    return [(a, b) for a in range(size) for b in range(a, size)]
