"""What a portrait says: numbers and texts of one unit, apart from any page.

Numbers are floats (or None where there is none), texts are pairs of Chinese and English; nothing is formatted.
"""

from __future__ import annotations

from dataclasses import dataclass

Label = tuple[str, str]
Number = float | None


@dataclass(frozen=True)
class Standing:
    """The grade in one scheme.

    Attributes
    ----------
    scheme, title : str, Label
    label, name : str, Label
        Of the grade.
    place, of : int
        1 is the lowest of `of` grades.
    probability : float or None
        That the unit has this grade, where scores have intervals.
    next_name, next_cut : Label or None, float or None
        The grade above and the score it asks for; None at the top.
    distance : float or None
        Score that is lacking for it.
    """

    scheme: str
    title: Label
    label: str
    name: Label
    place: int
    of: int
    probability: Number
    next_name: Label | None
    next_cut: Number
    distance: Number


@dataclass(frozen=True)
class Peers:
    """Units that a unit is compared with; itself counts among them.

    Attributes
    ----------
    kind : str
        "level", "grade", "city", or the column of groups.
    title, name : Label
        What they share ("same city") and its name ("Jiaxing").
    units : int
        Those with a score.
    rank : int or None
        Of the unit among them.
    score : float or None
        Their mean score.
    branches : tuple of float or None
        Their mean points by first-level node, in the order of the portrait's branches.
    """

    kind: str
    title: Label
    name: Label
    units: int
    rank: int | None
    score: Number
    branches: tuple[Number, ...]


@dataclass(frozen=True)
class Branch:
    """One node or indicator right below the index.

    Attributes
    ----------
    code, name : str, Label
    points, rank, of : float or None, int or None, int
        `of` is how many of the level have points here.
    weight, contribution : float or None
        In force, after the weight of missing children went to siblings; contributions sum to the score.
    coverage : float
        Share of the weight below that was observed.
    obstacle : float or None
        Percent of the points lost by the unit that are lost below it.
    low, middle, high : float or None
        Quartiles of the level.
    change : float or None
        Points gained since the period before.
    """

    code: str
    name: Label
    points: Number
    rank: int | None
    of: int
    weight: Number
    contribution: Number
    coverage: float
    obstacle: Number
    low: Number
    middle: Number
    high: Number
    change: Number


@dataclass(frozen=True)
class Row:
    """One indicator of the unit.

    Attributes
    ----------
    code, name, branch : str, Label, str
        `branch` is the code of the first-level node above.
    unit, positive : Label, bool
        Unit of measure, and whether more is better.
    value, value_low, value_high : float or None
        As it came in, with its interval where it is estimated from a sample.
    respondents : int or None
        None where it is no estimate, and wherever there are fewer than may be shown.
    points, rank, of : float or None, int or None, int
    mean, middle : float or None
        Points of the level: mean and median.
    weight, contribution, obstacle : float or None
        Weight and contribution in force; percent of the points lost.
    origin : Label
        Where the value comes from; filled and missing ones say so.
    missing, filled : bool
    remarks : Label
        What must be said of this value; empty where there is nothing.
    before, change : float or None
        The value of the period before, and points gained since.
    """

    code: str
    name: Label
    branch: str
    unit: Label
    positive: bool
    value: Number
    value_low: Number
    value_high: Number
    respondents: int | None
    points: Number
    rank: int | None
    of: int
    mean: Number
    middle: Number
    weight: Number
    contribution: Number
    obstacle: Number
    origin: Label
    missing: bool
    filled: bool
    remarks: Label
    before: Number
    change: Number

    @property
    def one_period(self) -> bool:
        """Whether there is a value in one of the two periods alone: what it adds to a change is no progress."""
        return (self.value is None) != (self.before is None)


@dataclass(frozen=True)
class Lift:
    """What one indicator alone would bring at the upper quartile of the unit's level, nobody else moving.

    Attributes
    ----------
    code : str
    points, target : float
        Of the indicator: now and then.
    value, target_value : float or None
        Raw values; None where they cannot be told (a filled denominator, no value).
    gain, score : float
        Of the score: gained, and then.
    rank : int
        Then.
    grades : tuple of (scheme, Label)
        Grades that it would lift the unit to, where they are higher than now.
    """

    code: str
    points: float
    target: float
    value: Number
    target_value: Number
    gain: float
    score: float
    rank: int
    grades: tuple[tuple[str, Label], ...]


@dataclass(frozen=True)
class Exemplar:
    """A comparable unit that does better by one node or indicator.

    Attributes
    ----------
    code, unit, name : str, str, Label
        By what, and who.
    rule : Label
        What makes it comparable.
    points, own : float
        Its points and the unit's.
    value, own_value : float or None
        Raw values of an indicator, divided by its denominator where it has one.
    gain : float or None
        Of the score, if the unit had these points.
    """

    code: str
    unit: str
    name: Label
    rule: Label
    points: float
    own: float
    value: Number
    own_value: Number
    gain: Number


@dataclass(frozen=True)
class Change:
    """How the unit stood in the period before.

    Attributes
    ----------
    period : str or None
    score, rank : float or None, int or None
        Then.
    gained, places : float or None, int or None
        Score and places gained since.
    grades : tuple of (scheme, Label)
        Then.
    """

    period: str | None
    score: Number
    rank: int | None
    gained: Number
    places: int | None
    grades: tuple[tuple[str, Label], ...]


@dataclass(frozen=True)
class Portrait:
    """One unit.

    Attributes
    ----------
    unit, name : str, Label
    level : Label
    groups : tuple of (Label, Label)
        What it belongs to: city and other columns of groups, with their titles.
    reference : bool
        Whether it is the edition's reference unit.
    note : Label
        Why it has no score or grade, what was filled, that data are simulated.
    score, low, high : float or None
        The score and its interval.
    rank, of, best, worst : int or None
        Rank among the scored units of the level, and its interval.
    tied : tuple of str
        Codes of other units that cannot be told apart from it, by the board's sampling errors.
    coverage : float
        Share of the weight that was observed.
    standings : tuple of Standing
        One a grade scheme.
    peers : tuple of Peers
        The level first; then city and groups, then the same grade.
    branches : tuple of Branch
    rows : tuple of Row
        Every indicator, in the framework's order.
    strengths, weaknesses : tuple of str
        Codes of indicators, by points above and below the level's mean, the largest first.
    obstacles : tuple of str
        Codes of the indicators on which most is lost.
    lifts : tuple of Lift
        Those with a gain, the largest first.
    exemplars : tuple of Exemplar
        By every first-level node, then by the largest obstacles.
    change : Change or None
    """

    unit: str
    name: Label
    level: Label
    groups: tuple[tuple[Label, Label], ...]
    reference: bool
    note: Label
    score: Number
    low: Number
    high: Number
    rank: int | None
    of: int
    best: int | None
    worst: int | None
    tied: tuple[str, ...]
    coverage: float
    standings: tuple[Standing, ...]
    peers: tuple[Peers, ...]
    branches: tuple[Branch, ...]
    rows: tuple[Row, ...]
    strengths: tuple[str, ...]
    weaknesses: tuple[str, ...]
    obstacles: tuple[str, ...]
    lifts: tuple[Lift, ...]
    exemplars: tuple[Exemplar, ...]
    change: Change | None

    @property
    def scored(self) -> bool:
        """Whether it has a score."""
        return self.score is not None

    def row(self, code: str) -> Row:
        """Return an indicator by its code."""
        return next(row for row in self.rows if row.code == code)

    def branch(self, code: str) -> Branch:
        """Return a first-level node by its code."""
        return next(branch for branch in self.branches if branch.code == code)
