"""Commands for a ranking that is disputed: `bundle` packs it into one file, `verify` computes the file again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yitihua.commands.options import (
    Cities,
    DataFile,
    Date,
    EditionName,
    Json,
    Lang,
    Period,
    Weights,
    bad_call,
    language,
    say,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


def bundle(
    directory: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="A project or a folder of results.")] = None,
    edition: EditionName = None,
    data: DataFile = None,
    period: Period = None,
    date: Date = None,
    weights: Weights = None,
    cities: Cities = False,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="The file to write: FILE.zip.")] = None,
    sign: Annotated[
        Path | None, typer.Option("--sign", metavar="KEY", help="Sign with this key of ssh-keygen: FILE.zip.sig.")
    ] = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Pack a ranking into one file that anybody can compute again. 打包，供复算."""
    from yitihua.commands.certainty import suffix_of
    from yitihua.publish import terminal
    from yitihua.publish.atomic import replace_files
    from yitihua.publish.bundle.archive import read_archive
    from yitihua.publish.bundle.manifest import read_manifest
    from yitihua.publish.bundle.signing import sign as signature_of
    from yitihua.publish.bundle_text import about_lines

    words = language(lang, directory)
    if out is None:
        raise bad_call("未指明要写的文件", "no file to write to", "-o FILE.zip")
    suffix_of(out, (".zip",))
    given = {"--data": data, "--period": period, "--date": date, "--weights": weights, "--cities": cities or None}
    content = _content(directory, edition, given)
    files = read_archive(content)
    written = {out: content}
    if sign is not None:
        written[out.with_name(f"{out.name}.sig")] = signature_of(content, sign)
    replace_files(written)
    manifest = read_manifest(files)
    digest = hashlib.sha256(content).hexdigest()
    if json:
        listed = {"out": [str(path) for path in written], "sha256": digest, "bytes": len(content)}
        terminal.print_json(listed | manifest.model_dump(mode="json"))
        return
    terminal.print_lines(about_lines(manifest, any(name.startswith("definitions/") for name in files), words))
    names = ", ".join(str(path) for path in written)
    zh = f"已写入{names}：{len(files)}个文件，{len(content)}字节，已复算一致。"
    en = f"Written to {names}: {len(files)} files, {len(content)} bytes, computed again and equal."
    print(say(words, zh, en))
    print(f"sha256 {digest}")
    print(say(words, f"核验：yitihua verify {out}", f"To verify: yitihua verify {out}"))


def _content(directory: Path | None, edition: str | None, given: Mapping[str, str | bool | None]) -> bytes:
    """Return the bundle of a folder of results, a project or an edition."""
    from yitihua.commands.boards import board_of, refuse_beside_results
    from yitihua.publish.bundle.packing import bundle_of_board, bundle_of_run

    if edition is None and directory is not None and (directory / "run.json").is_file():
        refuse_beside_results(given)
        return bundle_of_run(directory)
    texts = [None if value is None else str(value) for value in list(given.values())[:4]]
    board, loaded = board_of(directory, edition, texts[0], texts[1], texts[2], texts[3], bool(given["--cities"]))
    return bundle_of_board(board, loaded)


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="A bundle, from whomever it comes.")],
    signature: Annotated[
        Path | None, typer.Option("--signature", metavar="FILE.sig", help="Its signature, checked with ssh-keygen.")
    ] = None,
    signers: Annotated[
        Path | None, typer.Option("--signers", metavar="FILE", help="Who may sign: a line a name and public key.")
    ] = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Compute a bundle again; say equal, or what differs (exit code 1). 复算核验."""
    from yitihua.publish import terminal
    from yitihua.publish.bundle.verify import verify as judge
    from yitihua.publish.bundle_text import verdict_dict, verdict_lines

    words = language(lang)
    if (signature is None) != (signers is None):
        zh, en = "--signature与--signers须同时给出", "--signature and --signers go together"
        raise bad_call(zh, en, "--signature FILE.sig --signers FILE")
    verdict = judge(file, signature, signers)
    if json:
        terminal.print_json(verdict_dict(verdict))
    else:
        terminal.print_lines(verdict_lines(verdict, words))
    if not verdict.equal:
        raise typer.Exit(1)
