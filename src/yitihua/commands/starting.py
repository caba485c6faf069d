"""`init` on the command line: a year's project with templates to send out, of a shipped edition or of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yitihua.commands.options import bad_call, say, tracked
from yitihua.commands.province import SUBMISSIONS
from yitihua.errors import refuse, suggest

if TYPE_CHECKING:
    from yitihua.definitions.edition import Edition
    from yitihua.indicators.registry import Registry, Unit
    from yitihua.publish.template import Filling

TEMPLATES = "templates"
SHIPPED = "zhejiang-2022"
COLLECTED = "data/collected.csv"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `init` was asked for.

    Attributes
    ----------
    edition : str or None
        Default: the project's own, where the folder has one, else `SHIPPED`.
    units : tuple of str
        Codes or names of the units that get a template.
    every : bool
        A template for every unit of the list.
    listed : str or None
        The list: a dataset or a CSV file. Default: what project.toml says, then the edition.
    period : str or None
        Default: what project.toml says, then the edition.
    demo : bool
        Filled forms of simulated values.
    """

    edition: str | None = None
    units: tuple[str, ...] = ()
    every: bool = False
    listed: str | None = None
    period: str | None = None
    demo: bool = False


def start_project(directory: Path, wanted: Wanted, lang: str) -> None:
    """Write a year's project: project.toml and templates; into a folder with definitions of its own, beside them."""
    from yitihua.definitions import load_edition
    from yitihua.definitions.project import ProjectFile, is_project, load_project
    from yitihua.indicators.form import form_of
    from yitihua.indicators.registry import read_registry
    from yitihua.publish.atomic import add_files, new_folder

    own = is_project(directory)
    project = load_project(directory, wanted.edition) if own else None
    settings = project.settings if project is not None else ProjectFile()
    loaded = load_edition(project.edition if project else wanted.edition or SHIPPED, directory if own else None)
    form = form_of(loaded)
    listed = wanted.listed or settings.units or loaded.spec.units
    former = settings.former or (loaded.spec.former if listed == loaded.spec.units else None)
    registry = read_registry(listed, former, directory if own else None)
    period = wanted.period or settings.period or loaded.spec.period or _year_in(loaded.name)
    chosen = _chosen(registry, wanted, loaded.name)
    if wanted.demo:
        if loaded.spec.dataset is None:
            raise bad_call("该版本没有示例数据", "this edition has no data to make an example of", "init DIR")
        chosen = chosen or list(registry.units.values())
    fillings = _demo(loaded, registry, chosen, period) if wanted.demo else _blank(chosen, period)
    stated: dict[str, bytes] = {}
    if wanted.listed is not None and wanted.listed.lower().endswith(".csv"):
        # The list goes into the project, so that the folder can be moved and collected elsewhere.
        listed = "data/units.csv"
        stated[listed] = Path(wanted.listed).read_bytes()
    stated |= _project_files(loaded, period, listed, former, chosen if wanted.demo else None)
    if own:
        stated["project.toml"] = _with_settings(directory / "project.toml", stated["project.toml"], settings)

    def written() -> Iterator[tuple[str, bytes]]:
        from yitihua.publish.template import workbook_bytes

        yield from stated.items()
        for name, filling in tracked(list(fillings), say(lang, "写模板", "templates")):
            yield name, workbook_bytes(form, registry, filling)

    if own:
        add_files(directory, (TEMPLATES, SUBMISSIONS), written())
    else:
        new_folder(directory, written())
    _print_started(directory, len(chosen), wanted.demo, lang)


def _with_settings(path: Path, fresh: bytes, settings: Any) -> bytes:
    """Return the project's own project.toml with the settings it lacks; what it says stays as it is."""
    if not path.is_file():
        return fresh
    said = settings.model_fields_set
    lines = [line for line in fresh.decode("utf-8").splitlines() if line.split(" =")[0].strip("# ") not in said]
    lacking = [line for line in lines if " = " in line and not line.startswith("#")]
    old = path.read_text(encoding="utf-8").rstrip()
    added = ["", "# 由 yitihua init 补上。 Added by yitihua init.", *lacking] if lacking else []
    return ("\n".join([old, *added]) + "\n").encode("utf-8")


def _year_in(edition: str) -> str:
    import re

    if match := re.search(r"(?<!\d)(20\d\d)(?!\d)", edition):
        return match[1]
    raise bad_call("需要说明时期", "say for which period", "init DIR --period 2022")


def _chosen(registry: Registry, wanted: Wanted, edition: str) -> list[Unit]:
    if not registry.units and (wanted.every or wanted.units):
        found_ = "--all" if wanted.every else f"--unit {wanted.units[0]}"
        raise refuse("units-none", key="units", found=found_, name=edition)
    if wanted.every:
        return list(registry.units.values())
    found = []
    for word in wanted.units:
        unit = registry.units.get(word)
        matches = [unit] if unit is not None else registry.named(word)
        if len(matches) != 1:
            options = [f"{unit.code} {unit.name_zh}" for unit in registry.units.values()]
            codes = {unit.name_zh: unit.code for unit in registry.units.values()}
            near = suggest(word, [*registry.units, *codes])
            raise refuse("unknown-unit", key="--unit", name=word, options=options, hint=codes.get(near, near))
        found += matches
    return list(dict.fromkeys(found))


def _blank(chosen: list[Unit], period: str) -> Iterator[tuple[str, Filling]]:
    from yitihua.publish.template import Filling

    if not chosen:
        yield f"{TEMPLATES}/填报模板_{period}.xlsx", Filling(period=period)
    for unit in chosen:
        name = f"{TEMPLATES}/{unit.code}_{unit.name_zh}_{period}.xlsx"
        yield name, Filling(unit.code, unit.name_zh, period)


def _demo(edition: Edition, registry: Registry, chosen: list[Unit], period: str) -> Iterator[tuple[str, Filling]]:
    """Yield one blank form and a filled one for each unit, of the shipped simulated measures."""
    import datetime as dt

    from yitihua.indicators.demo import demo_measures
    from yitihua.indicators.form import form_of
    from yitihua.publish.template import Filling

    form = form_of(edition)
    yield f"{TEMPLATES}/填报模板_{period}.xlsx", Filling(period=period)
    made = demo_measures(edition, form, period)
    year = int(period) + 1 if period.isdigit() else 2023
    for unit in chosen:
        entries: dict[tuple[str, str], Any] = dict(made.get(unit.code, {}))
        entries[("cover", "person")] = "模拟"
        entries[("cover", "date")] = dt.date(year, 1, 15)
        absent = {code: "未开展" for code in form.fields if (code, "now") not in entries}
        name = f"{SUBMISSIONS}/{unit.code}_{unit.name_zh}_{period}_模拟.xlsx"
        yield name, Filling(unit.code, unit.name_zh, period, entries=entries, reasons=absent, simulated=True)


def _project_files(
    edition: Edition, period: str, listed: str | None, former: str | None, demo: list[Unit] | None
) -> dict[str, bytes]:
    """Return project.toml of a new project and what belongs to it."""
    lines = [
        "# 一年的报送：模板发出，收回放入submissions/，再 yitihua check / collect / score 本文件夹。",
        "# A year's submissions: send the templates out, put what comes back into submissions/; check, collect, score.",
        f'edition = "{edition.name}"',
        f'period = "{period}"',
        f'data = "{COLLECTED}"',
    ]
    if listed:
        lines.append(f'units = "{listed}"')
    if former:
        lines.append(f'former = "{former}"')
    year = int(period) + 1 if period.isdigit() else 2023
    lines.append(f"deadline = {year}-01-31" if demo else f"# deadline = {year}-01-31")
    files: dict[str, bytes] = {}
    survey = _demo_survey(edition, period, {unit.code for unit in demo}) if demo else None
    if survey is not None:
        files["data/survey_simulated_模拟.csv"] = survey
        lines.append('survey = "data/survey_simulated_模拟.csv"')
    else:
        lines.append('# survey = "data/survey.csv"')
    if demo:
        lines.append("simulated = true  # 数值全部为模拟，不得作为任何县的评价结论")
    else:
        files[f"{SUBMISSIONS}/.keep"] = b""
    return {"project.toml": ("\n".join(lines) + "\n").encode("utf-8"), **files}


def _demo_survey(edition: Edition, period: str, chosen: set[str]) -> bytes | None:
    """Return the survey estimates of the shipped simulated dataset, or None where it has none."""
    import numpy as np

    from yitihua.indicators.collecting import csv_bytes
    from yitihua.indicators.reading import read_table

    table = read_table(edition, period=period)
    codes = [c for c, i in edition.indicators.items() if i.formula is None and np.isfinite(table.select([c])).any()]
    if not codes:
        return None
    columns = {code: table.select([code])[:, 0] for code in codes}
    if table.se is not None:
        place = {code: j for j, code in enumerate(table.indicators)}
        columns |= {f"{c}_se": table.se[:, place[c]] for c in codes if np.isfinite(table.se[:, place[c]]).any()}
    rows = [["unit", *columns]]
    for i, unit in enumerate(table.units):
        if unit in chosen:
            rows.append([unit, *("" if np.isnan(column[i]) else f"{column[i]:.10g}" for column in columns.values())])
    return csv_bytes(rows)


def _print_started(directory: Path, count: int, demo: bool, lang: str) -> None:
    if demo:
        zh = f"已写入 {directory}/：{count}份填好的报送，数值全部为模拟。下一步："
        print(say(lang, zh, f"Written to {directory}/: {count} filled submissions, all simulated 模拟. Next:"))
        print(f"  yitihua check {directory}\n  yitihua collect {directory}\n  yitihua score {directory}")
        return
    zh = f"已写入 {directory}/：{TEMPLATES}/中有{max(count, 1)}份模板。收回的文件放入{SUBMISSIONS}/，然后："
    en = f"Written to {directory}/: {max(count, 1)} in {TEMPLATES}/. Put what comes back into {SUBMISSIONS}/, then:"
    print(say(lang, zh, en))
    if not count:
        zh = "这是各单位通用的一份，由填报人选择单位代码；要为每个单位各写一份，请用 --all。"
        print(say(lang, zh, "It is one blank for all, in which the unit chooses its code; --all writes one a unit."))
    print(f"  yitihua check {directory} --marked OUT\n  yitihua collect {directory}\n  yitihua score {directory}")
