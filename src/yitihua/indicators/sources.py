"""The data of a project, where it is more than one file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sources:
    """The data of a project: a file or dataset, perhaps a second one, and whether all is simulated.

    Attributes
    ----------
    data : str or None
        What offices submitted; None for the edition's own dataset.
    survey : str or None
        What surveys estimated, merged in by unit.
    simulated : bool
        Whether every value is simulated.
    units : str or None
        Dataset of the units that report: a survey may cover one of them that has not reported yet.
    """

    data: str | None
    survey: str | None = None
    simulated: bool = False
    units: str | None = None
