"""The forms that experts fill in."""

from __future__ import annotations

from pathlib import Path

from yitihua.commands.options import say


def write_form(directory: Path | None, edition: str | None, method: str, out: Path | None, lang: str) -> None:
    """Write the workbook for judgments of pairs or for points, and say how it comes back.

    A file that is there is left alone unless it is the very same blank form: experts fill it in under its name.
    """
    from yitihua.commands.boards import edition_of
    from yitihua.errors import refuse
    from yitihua.publish.atomic import replace_files
    from yitihua.publish.expert_forms import FORMS, ahp_form, budget_form

    if method not in FORMS:
        raise refuse("bad-choice", key="--method", found=method, options=FORMS)
    loaded = edition_of(directory, edition)
    target = out or Path(f"专家判断表_{loaded.name}.xlsx" if method == "ahp" else f"专家打分表_{loaded.name}.xlsx")
    if target.suffix.lower() != ".xlsx":
        raise refuse("bad-choice", key="--out", found=target.name, options=["*.xlsx"])
    form = ahp_form(loaded) if method == "ahp" else budget_form(loaded)
    if target.exists() and not (target.is_file() and target.read_bytes() == form):
        raise refuse("expert-form-there", key="--out", name=str(target))
    replace_files({target: form})
    if method == "ahp":
        zh = "每位专家一份。收回的文件放入项目的experts/，在index文件中写："
        en = "One copy an expert. Put what comes back into experts/ of the project, and into the index file:"
        lines = ["[weights.sets.experts]", 'method = "ahp"', 'files = ["experts/*.xlsx"]']
    else:
        zh = "一份汇总，每位专家一行。放入项目后，在index文件中写："
        en = "One file for all, a row an expert. Put it into the project, and into the index file:"
        lines = ["[weights.sets.experts]", 'method = "budget"', f'file = "{target.name}"']
    print(say(lang, f"已写入 {target}。{zh}", f"Written to {target}. {en}"))
    print("\n".join(f"  {line}" for line in lines))
