"""`yitihua editions`: what can be scored, how two editions differ, a bridge between them, series over a break."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from yitihua.commands.options import Folder, Json, Lang, Out, Top, language, say
from yitihua.errors import refuse, suggest

if TYPE_CHECKING:
    from yitihua.definitions.edition import Edition


class _Listing(TyperGroup):
    """A group that lists where no command of it is named: `yitihua editions` and `yitihua editions DIR`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = args[0] if args else ""
        # What only resembles a command is refused as one, where it is no folder either.
        meant = named in self.commands or bool(suggest(named, list(self.commands)) and not Path(named).exists())
        if named not in ctx.help_option_names and not meant:
            args = ["list", *args]
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed


editions = typer.Typer(
    cls=_Listing,
    help="Editions: list, compare, bridge, chain. 版本：列出、比较、衔接、链接。\n\n"
    "`yitihua editions [DIR]` lists. OLD and NEW below are names of shipped editions (hdi), "
    "project folders, or DIR:NAME where a folder holds several.",
    add_completion=False,
    rich_markup_mode=None,
)

Old = Annotated[str, typer.Argument(metavar="OLD", help="The earlier edition: a name, DIR or DIR:NAME.")]
New = Annotated[str, typer.Argument(metavar="NEW", help="The later edition: a name, DIR or DIR:NAME.")]


@editions.command("list")
def list_editions(directory: Folder = None, json: Json = False, lang: Lang = None) -> None:
    """List the editions that can be scored. 列出版本."""
    from yitihua.definitions import edition_names, load_edition
    from yitihua.publish import terminal

    words = language(lang)
    if directory is not None and not directory.is_dir():
        raise refuse("file-not-found", file=str(directory))
    rows: list[dict[str, Any]] = []
    for name in edition_names(directory):
        loaded = load_edition(name, directory)
        rows.append({"name": name, "title": loaded.title.get(words), "indicators": len(loaded.indicators),
                     "weight_sets": ["equal", *loaded.spec.weights.sets], "views": list(loaded.views)})  # fmt: skip
    if json:
        terminal.print_json(rows)
        return
    for row in rows:
        print(f"{row['name']}\n    {row['title']}")
        indicators, sets = say(words, "指标", "indicators"), say(words, "权重方案", "weight sets")
        print(f"    {indicators}: {row['indicators']}   {sets}: {', '.join(row['weight_sets'])}")
        if row["views"]:
            print(f"    {say(words, '视角', 'views')}: {', '.join(row['views'])}")


@editions.command()
def compare(old: Old, new: New, out: Out = None, json: Json = False, lang: Lang = None) -> None:
    """Compare two editions: added, dropped, redefined, moved, reworded. 比较两版.

    What moves scores is told apart from what is counted otherwise, and from words. OUT gets changes.csv, changes.txt.
    """
    from yitihua.definitions.edition_diff import compare_editions
    from yitihua.publish import terminal
    from yitihua.publish.edition_text import edition_diff_dict, edition_diff_lines, folded

    words = language(lang)
    found = compare_editions(edition_at(old), edition_at(new))
    lines = edition_diff_lines(found, words)
    files: dict[str, bytes] = {}
    if out is not None:
        from yitihua.publish.folders import write_folder

        files = {"changes.csv": _changes_csv(found, words), "changes.txt": ("\n".join(lines) + "\n").encode("utf-8")}
        write_folder(out, files)
    if json:
        terminal.print_json(edition_diff_dict(found, words))
        return
    terminal.print_lines(folded(lines, terminal.console().width))
    _say_written(out, files, words)


def _changes_csv(found: Any, lang: str) -> bytes:
    import pandas as pd

    from yitihua.publish.edition_text import edition_diff_rows

    columns = ["section", "code", "name", "what", "kind", "path", "old", "new"]
    frame = pd.DataFrame(edition_diff_rows(found, lang), columns=columns)
    return frame.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


@editions.command()
def bridge(
    old: Old,
    new: New,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the bridge's project; must not exist.")],
    name: Annotated[str | None, typer.Option("--name", help="Name of the bridge. Default: OLD-on-NEW.")] = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Write an edition that extends NEW and scores as OLD did. 生成衔接版.

    It states only what differs, loads, and returns the old scores to the last bit; what it cannot say is refused.
    """
    from yitihua.definitions import load_edition
    from yitihua.definitions.bridge import bridge_files
    from yitihua.publish import terminal
    from yitihua.publish.atomic import new_folder

    words = language(lang)
    before, after = edition_at(old), edition_at(new)
    made = name or f"{before.name}-on-{after.name}"
    files = bridge_files(before, after, made)
    if out.exists():
        raise refuse("bad-output", name=str(out), reason="it is already there")
    new_folder(out, files.items())
    if json:
        terminal.print_json({"name": made, "extends": after.name, "scores_as": before.name, "files": list(files)})
        return
    said = ", ".join(files)
    print(say(words, f"已写入 {out}/：{said}", f"Written to {out}/: {said}"))
    print(say(words, f"版本“{made}”以{after.name}为基础，得分与{before.name}相同。接着：",
              f"Edition '{made}' extends {after.name} and scores as {before.name}. Next:"))  # fmt: skip
    data = "" if load_edition(made, out).spec.dataset else say(words, " --data 旧版数据.csv", " --data OLD.csv")
    print(f"  yitihua score {out}{data}\n  yitihua editions compare {old} {out}")


@editions.command()
def chain(
    names: Annotated[list[str], typer.Argument(metavar="OLD NEW ...", help="Editions in the order of time.")],
    at: Annotated[str, typer.Option("--at", help="Period of the break, scored under both; several: 2021,2023.")],
    data: Annotated[
        list[str] | None,
        typer.Option("--data", help="A CSV file or dataset: once for all editions, or once an edition."),
    ] = None,
    fitted: Annotated[str, typer.Option("--fitted", help="Bounds and weights fitted to: overlap or all.")] = "overlap",
    method: Annotated[str, typer.Option("--method", help="additive or multiplicative.")] = "additive",
    by: Annotated[str, typer.Option("--by", help="A link of each unit, or of the level's mean.")] = "unit",
    scale: Annotated[str, typer.Option("--scale", help="On the scale of the old or the new edition.")] = "old",
    out: Out = None,
    top: Top = 20,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Link scores over a change of edition, the break stated. 跨版本链接得分.

    Ranks and grades stay within an edition. OUT gets chain.csv, breaks.csv and chain.txt.
    """
    from yitihua.api import chain as linked
    from yitihua.publish import terminal
    from yitihua.publish.chain_text import chain_files, chain_lines, chain_rows
    from yitihua.publish.edition_text import folded

    words = language(lang)
    loaded = [edition_at(name) for name in names]
    given = data or []
    if len(given) > 1 and len(given) != len(names):
        raise refuse("bad-choice", key="--data", found=len(given), options=[1, len(names)])
    sources = given * len(names) if len(given) == 1 else given or [_own_data(name) for name in names]
    breaks = [period.strip() for period in at.replace("，", ",").split(",") if period.strip()]
    found = linked(loaded, breaks, sources, fitted=fitted, method=method, by=by, scale=scale)
    files: dict[str, bytes] = {}
    if out is not None:
        from yitihua.publish.folders import write_folder

        files = chain_files(found, words)
        write_folder(out, files)
    if json:
        frames = {"rows": found.frame(words), "breaks": found.break_frame(words)}
        told = {
            key: frame.astype(object).where(frame.notna(), None).to_dict("records") for key, frame in frames.items()
        }
        head = {"rule": found.rule[0 if words == "zh" else 1], "simulated": found.simulated}
        terminal.print_json(head | told | {"unlinked": list(found.unlinked)})
        return
    terminal.print_lines(folded(chain_lines(found, words), terminal.console().width))
    rows, more = chain_rows(found, words, top or None)
    title = say(words, "链接得分（*为跨断点换算，不可排名）", "Linked scores (* carried over the break: no ranks)")
    print()
    terminal.print_rows(rows, title, more, words)
    _say_written(out, files, words)


def _say_written(out: Path | None, files: dict[str, bytes], lang: str) -> None:
    if out is not None:
        print(say(lang, f"已写入 {out}/：", f"Written to {out}/:"), ", ".join(files))


def _parted(word: str) -> tuple[str, str | None]:
    """Return folder and edition of DIR:NAME; a drive letter is no folder."""
    folder, colon, name = word.rpartition(":")
    return (folder, name) if colon and Path(folder).is_dir() and "/" not in name and "\\" not in name else (word, None)


def edition_at(word: str) -> Edition:
    """Return the edition a word stands for: a shipped name, a project folder, or DIR:NAME.

    Examples
    --------
    >>> edition_at("hdi").name
    'hdi'
    """
    from yitihua.definitions import edition_names, load_edition
    from yitihua.definitions.project import is_project, load_project

    folder, name = _parted(word)
    if name is None and (word in edition_names() or not is_project(Path(word))):
        return load_edition(word)  # refuses, naming the known ones
    project = load_project(folder, name)
    return load_edition(project.edition, project.folder)


def _own_data(word: str) -> Any:
    """Return the data that a project says; None stands for the edition's own dataset."""
    from yitihua.api import open_edition
    from yitihua.definitions import edition_names

    folder, _ = _parted(word)
    return None if folder in edition_names() else open_edition(folder)[1]
