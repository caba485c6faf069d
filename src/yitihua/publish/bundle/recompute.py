"""A bundle's files computed again from its measures, estimates and definitions, and packed again.

`main` is what the clean process runs that `verify` starts: it gets the archive as input and says as JSON which files
differ, or which fault stops it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.own_code import allow_code
from yitihua.errors import InputError, refuse
from yitihua.index.apply import apply, own_functions
from yitihua.index.fit import fit
from yitihua.index.recipe import Recipe
from yitihua.indicators.background import words_of
from yitihua.indicators.cities import with_cities
from yitihua.indicators.columns import computable
from yitihua.indicators.derive import describe
from yitihua.indicators.reading import measures_of
from yitihua.indicators.table import IndicatorTable
from yitihua.indicators.table_json import table_from_json, table_to_json
from yitihua.publish.bundle.archive import printable, read_archive
from yitihua.publish.bundle.compare import Difference, differences
from yitihua.publish.bundle.contents import bundle_files, settled_text
from yitihua.publish.bundle.manifest import Manifest, Stated, read_manifest
from yitihua.publish.bundle.sources import opened_edition, says_simulated, true_passports

#: What another machine's arithmetic may change: of fitted numbers (sums, eigenvectors, iterations), of plain sums.
FITTED_WITHIN: Final = 1e-9
SUMMED_WITHIN: Final = 1e-12

#: Address space of the clean process. A national board takes some 2 GB with NumPy's own.
MOST_MEMORY: Final = 8 << 30


@dataclass(frozen=True)
class Repacked:
    """A bundle computed again.

    Attributes
    ----------
    files : dict
        Name -> content; equal to the bundle's where it is true.
    fresh : str
        The recipe as the definitions give it, where the bundle's own is taken as given; "" where they give none.
    """

    files: dict[str, bytes]
    fresh: str = ""


def repacked(files: Mapping[str, bytes], manifest: Manifest) -> Repacked:
    """Return the files of a bundle as they come out when everything in it is computed again.

    Parameters
    ----------
    files : mapping
        As `read_archive` returns them.
    manifest : Manifest
        What the bundle says of itself.

    Raises
    ------
    InputError
        If files cannot be read, or the recipe names functions of somebody's own: none is ever run.
    """
    stated_table = table_from_json(_text(files, "table.json"))
    stated_recipe = Recipe.from_json(_text(files, "recipe.json"))
    refuse_own_code(stated_recipe)
    fresh = ""
    with opened_edition(files, manifest.edition, manifest.date, manifest.weights) as edition:
        own = recomputed(counted(stated_table), edition)
        definitions = {} if edition is None else _read_by(edition, files)
        if edition is not None:
            fresh = _fresh(own, edition, files["recipe.json"], manifest)
    whole = with_cities(own, edition) if edition is not None and manifest.cities else own
    if edition is None and manifest.cities:
        whole = stated_table  # how measures are summed stands in the definitions
    passports = true_passports(files, whole)
    if says_simulated(passports):
        whole = replace(whole, simulated=True)
    table = table_from_json(settled_text(table_to_json(whole), files["table.json"], SUMMED_WITHIN))
    recipe = Recipe.from_json(fresh) if fresh and manifest.recipe == "fitted" else stated_recipe
    stated = Stated(**{name: getattr(manifest, name) for name in Stated.model_fields})
    told = stated_of(table, recipe, stated)
    if edition is None:
        told = told.model_copy(update={"recipe": "given"})
    made = bundle_files(apply(table, recipe), told, definitions | passports)
    return Repacked(made, fresh if manifest.recipe == "given" else "")


def _fresh(table: IndicatorTable, edition: Edition, stated: bytes, manifest: Manifest) -> str:
    """Return the recipe that the definitions give; "" where it is taken as given and they give none."""
    try:
        return Recipe.from_json(settled_text(fit(table, edition).to_json(), stated, FITTED_WITHIN)).to_json()
    except InputError:
        if manifest.recipe == "fitted":
            raise
        return ""


def stated_of(table: IndicatorTable, recipe: Recipe, stated: Stated) -> Stated:
    """Return what a manifest states, with all that follows from table and recipe taken from them."""
    return stated.model_copy(update={
        "edition": recipe.edition,
        "title": {"zh": recipe.title[0], "en": recipe.title[1]},
        "notice": {"zh": recipe.notice[0], "en": recipe.notice[1]},
        "simulated": table.simulated or recipe.simulated,
        "period": table.period,
        "date": recipe.date,
        "weights": recipe.weight_set,
        "cities": bool(table.background.made),
        "inputs": {line.name: line.sha256 for line in table.lineage},
    })  # fmt: skip


def refuse_own_code(recipe: Recipe) -> None:
    """Refuse a recipe that names functions of somebody's own."""
    if named := own_functions(recipe) or tuple(place for place, _ in recipe.own_code):
        raise refuse("bundle-own-code", file="recipe.json", options=named)


def counted(table: IndicatorTable) -> IndicatorTable:
    """Return a table without the rows of cities that were summed from others."""
    made = table.background.made
    rows = [row for row, unit in enumerate(table.units) if unit not in made]
    if len(rows) == len(table.units):
        return table
    kept = table.take(rows)
    return replace(kept, background=replace(kept.background, made={}))


def recomputed(table: IndicatorTable, edition: Edition | None) -> IndicatorTable:
    """Return a table with every indicator that has a formula and its measures computed again.

    Parameters
    ----------
    table : IndicatorTable
        Without cities.
    edition : Edition, or None
        Its formulas and words take the place of the table's; None keeps the table's own.

    Raises
    ------
    InputError
        If the edition has other indicators than the table.

    Examples
    --------
    >>> import yitihua as yt
    >>> table = yt.evaluate("zhejiang-2022").table
    >>> spoilt = replace(table, values=table.values + 1.0)
    >>> back = recomputed(spoilt, None).select(["A07"])
    >>> bool((back == table.select(["A07"])).all())
    True
    """
    behind, formulas, names, told = table.background, dict(table.formulas), dict(table.formula_measures), {}
    if edition is not None:
        if table.indicators != tuple(edition.indicators):
            raise refuse("table-mismatch", file="table.json", absent=edition.indicators, options=table.indicators)
        codes = computable(edition, set(table.measures))
        words = words_of(edition, list(table.measures))
        told = {code: edition.indicators[code].formula for code in codes}
        known = {code: formula for code, formula in told.items() if formula is not None}
        formulas = {code: describe(formula) for code, formula in known.items()}
        names = {code: measures_of(edition, code) for code in known}
        behind = replace(behind, measures=words.measures, indicators=words.indicators, formulas=known)
    values = table.values.copy()
    for code, formula in behind.formulas.items():
        derived = behind.compute(formula, table.measures)
        if derived is not None:
            values[:, table.indicators.index(code)] = derived.values
    return replace(table, values=values, formulas=formulas, formula_measures=names, background=behind)


def _read_by(edition: Edition, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the definitions that the edition was in fact read from."""
    ends = {path.as_posix() for path in edition.files}
    named = {name: content for name, content in files.items() if name.startswith("definitions/")}
    return {name: content for name, content in named.items() if any(end.endswith(f"/{name}") for end in ends)}


def _text(files: Mapping[str, bytes], name: str) -> str:
    try:
        return files[name].decode("utf-8")
    except KeyError:
        raise refuse("not-a-bundle", file=name, reason="it is not there") from None
    except UnicodeDecodeError as error:
        raise refuse("not-utf8", file=name, reason=f"byte {error.start + 1}") from None


def judged(data: bytes) -> tuple[list[Difference], list[Difference]]:
    """Return in what a bundle differs from what comes out of it, nothing where it is true; and what was given.

    The second holds in what a recipe that was taken as given differs from the one that the definitions give.

    Raises
    ------
    InputError
        If it cannot be read or computed.
    """
    files = read_archive(data)
    manifest = read_manifest(files)
    with allow_code(False), np.errstate(all="ignore"):
        again = repacked(files, manifest)
    given = {"recipe.json": again.fresh.encode("utf-8")} if again.fresh else {}
    return differences(files, again.files), differences({name: files[name] for name in given}, given)


def main() -> None:
    """Read an archive from standard input and print the verdict as JSON."""
    _limit_memory()
    try:
        differs, given = judged(sys.stdin.buffer.read())
        verdict: dict[str, Any] = {"differs": [asdict(one) for one in differs], "given": [asdict(one) for one in given]}
    except InputError as error:
        verdict = {"faults": [asdict(fault) for fault in error.faults]}
    except Exception as error:  # whatever a file made to mislead sets off in here
        told = printable(f"{type(error).__name__}: {error}")
        fault = refuse("bundle-stopped", reason=f"its files do not fit together: {told}").faults[0]
        verdict = {"faults": [asdict(fault)]}
    sys.stdout.write(json.dumps(verdict))


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        limit = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(MOST_MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
