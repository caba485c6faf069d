"""What stands behind a ranking: the statistical audit, and what operational data look like."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yitihua.index.scoreboard import Scoreboard


def print_audit(board: Scoreboard, out: Path | None, json: bool, lang: str) -> None:
    """Print the audit, or write it to a file."""
    from yitihua.analysis.audit.audit import audit
    from yitihua.errors import refuse
    from yitihua.publish import terminal
    from yitihua.publish.atomic import replace_files
    from yitihua.publish.audit_text import audit_dict, audit_document

    if out is not None and out.suffix.lower() not in (".md", ".json"):
        raise refuse("bad-choice", key="--out", found=out.name, options=["*.md", "*.json"])
    found = audit(board)
    if out is not None:
        as_json = json or out.suffix.lower() == ".json"
        text = terminal.json_text(audit_dict(found, lang)) if as_json else audit_document(found, lang)
        replace_files({out: (text.rstrip("\n") + "\n").encode()})
        counts = found.counts
        print(
            f"已写入{out}：通过{counts['pass']}项，关注{counts['concern']}项，说明{counts['note']}项。"
            if lang == "zh"
            else f"Written to {out}: {counts['pass']} pass, {counts['concern']} concerns, {counts['note']} notes."
        )
    elif json:
        terminal.print_json(audit_dict(found, lang))
    else:
        terminal.print_markdown(audit_document(found, lang))


def print_hygiene(
    directory: Path | None, edition: str | None, data: str | None, period: str | None, out: Path | None, json: bool,
    lang: str,
) -> None:  # fmt: skip
    """Print what operational data look like, or write it to a file: .csv, .json or .md."""
    from yitihua.commands.boards import inputs_of
    from yitihua.errors import refuse
    from yitihua.indicators.hygiene.report import hygiene
    from yitihua.publish import terminal
    from yitihua.publish.atomic import replace_files
    from yitihua.publish.hygiene_text import hygiene_dict, hygiene_document

    suffix = "" if out is None else out.suffix.lower()
    if out is not None and suffix not in (".csv", ".json", ".md"):
        raise refuse("bad-choice", key="--out", found=out.name, options=["*.csv", "*.json", "*.md"])
    loaded, table = inputs_of(directory, edition, data, period, None)
    found = hygiene(table, loaded)
    text = hygiene_document(found, (loaded.title.zh, loaded.title.en), lang)
    if out is not None:
        if suffix == ".csv":
            content = (
                found.frame(lang)
                .to_csv(index=False, lineterminator="\n")
                .encode("utf-8-sig" if lang == "zh" else "utf-8")
            )
        else:
            content = (terminal.json_text(hygiene_dict(found)) + "\n" if suffix == ".json" else text).encode()
        replace_files({out: content})
        count = len(found.flags)
        print(f"已写入{out}：{count}处线索。" if lang == "zh" else f"Written to {out}: {count} flags.")
    elif json:
        terminal.print_json(hygiene_dict(found))
    else:
        terminal.print_markdown(text)
