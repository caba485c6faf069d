"""What is summed over which respondents, declared once and independent of the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from yitihua.definitions.conditions import BadConditionError, Condition, parse_condition
from yitihua.errors import FaultList, suggest
from yitihua.indicators.dialects import Kind
from yitihua.surveys.engines.scores import Variable


@dataclass(frozen=True)
class SumsQuery:
    """One group-by over respondents.

    Attributes
    ----------
    weight : str
        Column of final weights.
    variables : tuple of Variable
        What is estimated.
    domain : tuple of str
        Columns whose values make a domain together; none is everybody. Respondents without a value
        in one of them belong to no domain and stay in the design.
    stratum : tuple of str
        Columns that make a stratum together, as county and area type where "urban" is in every
        county; none is one stratum.
    psu : str or None
        Column of primary sampling units, numbered within strata. None: respondents were drawn
        themselves, and squares are summed instead.
    margins : tuple of str
        Columns the weights are calibrated on; sums are kept apart by their crossing.
    population : str or None
        Column with the number of units in the stratum's population at the first stage, for the
        finite-population correction; see `estimate` for giving it by stratum.
    start : str or None
        Column of the weights that a calibration started from, where `weight` is calibrated already. The
        two must be in one proportion within a cell of the margins, as raking and post-stratification leave them.
    where : tuple of str
        Conditions that all must hold for a row to be part of the survey: wave, disposition,
        exclusion. ``"disposition=complete | disposition=partial"``; a missing value satisfies none.
    within : tuple of str
        Conditions that all must hold to be counted. Others stay in the design: this is the right
        place for a subpopulation, `where` is not.
    deff : bool
        Whether squares are summed for design effects and effective sizes; shares need none for the latter.

    Notes
    -----
    A cell of few respondents is summed as any other, and with a cluster of one respondent a sum is an answer.
    What is published of the estimates goes through `surveys.privacy`.

    Examples
    --------
    >>> from yitihua.surveys.engines.scores import Score
    >>> satisfied = Variable("satisfied", (Score.top("q7", (1, 2, 3, 4, 5)),))
    >>> query = SumsQuery("w", (satisfied,), ("county",), ("county", "area"), "town", where=("wave=2026 & mode!=web",))
    >>> query.keys
    ('county', 'county', 'area', 'town')
    >>> [part.sign for part in query.conditions("where")[0].cases[0]]
    ['=', '!=']
    """

    weight: str
    variables: tuple[Variable, ...]
    domain: tuple[str, ...] = ()
    stratum: tuple[str, ...] = ()
    psu: str | None = None
    margins: tuple[str, ...] = ()
    population: str | None = None
    start: str | None = None
    where: tuple[str | Condition, ...] = ()
    within: tuple[str | Condition, ...] = ()
    deff: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns of the group-by: domain, stratum, cluster, margins."""
        return (*self.domain, *self.stratum, *(() if self.psu is None else (self.psu,)), *self.margins)

    @property
    def domain_parts(self) -> int:
        """How many keys make a domain: being counted is one, where there is no other."""
        return len(self.domain) or bool(self.within)

    @property
    def parts(self) -> int:
        """How many keys the group-by has."""
        return len(self.keys) - len(self.domain) + self.domain_parts

    @property
    def items(self) -> tuple[str, ...]:
        """Columns of answers, each once."""
        return tuple(dict.fromkeys(name for variable in self.variables for name in variable.columns))

    @property
    def numbers(self) -> tuple[str, ...]:
        """Columns that must be numbers besides the answers."""
        return tuple(name for name in (self.weight, self.start, self.population) if name is not None)

    def conditions(self, which: str) -> tuple[Condition, ...]:
        """Return the conditions of ``"where"`` or ``"within"``, parsed."""
        texts: tuple[str | Condition, ...] = getattr(self, which)
        return tuple(text if isinstance(text, Condition) else parse_condition(text) for text in texts)

    def check(self, kinds: Mapping[str, Kind], source: str) -> None:
        """Refuse columns the source does not have, or of another kind than the query needs.

        Parameters
        ----------
        kinds : mapping
            Every column of the source -> what it holds.
        source : str
            How the source is called in messages.

        Raises
        ------
        InputError
            With every fault.
        """
        faults = FaultList()
        if not self.variables:
            faults.add("engine-variables", file=source)
        for text in (*self.where, *self.within):
            if isinstance(text, str):
                try:
                    parse_condition(text)
                except BadConditionError as error:
                    faults.add("engine-condition", file=source, found=str(error))
        faults.raise_if_any()
        for name in dict.fromkeys((*self.keys, *self.numbers, *self.items, *(n for n, _ in self._compared()))):
            if name not in kinds:
                faults.add("engine-column", file=source, key=name, options=list(kinds), hint=suggest(name, kinds))
        for name in dict.fromkeys((*self.numbers, *self.items)):
            if kinds.get(name, "float") not in ("integer", "float", "boolean"):
                faults.add("engine-column-type", file=source, key=name, found=kinds[name])
        for name, value in self._compared():
            if name in kinds and bound(value, kinds[name]) is None:
                faults.add("engine-value", file=source, key=name, found=value, type=kinds[name])
        faults.raise_if_any()

    def _compared(self) -> Iterator[tuple[str, str]]:
        for condition in (*self.conditions("where"), *self.conditions("within")):
            for case in condition.cases:
                for part in case:
                    yield part.name, part.value


def bound(value: str, kind: Kind) -> str | float | bool | None:
    """Return a condition's value as the column's kind wants it; None where it cannot be.

    Examples
    --------
    >>> bound("2025", "text"), bound("2025", "integer"), bound("true", "boolean"), bound("x", "float")
    ('2025', 2025.0, True, None)
    """
    if kind == "text":
        return value
    if kind == "boolean":
        return {"true": True, "1": True, "false": False, "0": False}.get(value.casefold())
    if kind == "other":
        return None
    try:
        return float(value)
    except ValueError:
        return None
