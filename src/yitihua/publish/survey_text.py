"""What `yitihua survey` prints: the codebook's report, screening, weights and estimates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.table import Table
from rich.text import Text

from yitihua.publish.terminal import console
from yitihua.surveys.answers import Inspection
from yitihua.surveys.fielding import Fielded
from yitihua.surveys.survey_estimates import SurveyEstimates

if TYPE_CHECKING:
    import pandas as pd

#: Notes and flagged people printed a questionnaire; the files hold all.
SHOWN = 12


def notice(simulated: bool, lang: str) -> None:
    """Say that answers are simulated, where they are."""
    if simulated:
        text = (
            "模拟数据：答卷为模拟，不得作为结论引用。"
            if lang == "zh"
            else "SIMULATED DATA 模拟数据: the answers are simulated, no finding may be drawn."
        )
        console().print(Text(text, style="yellow"))


def print_checked(found: Mapping[str, Inspection], lang: str) -> None:
    """Print what the codebook notes of each questionnaire that could be read."""
    out = console()
    notice(any(one.answers is not None and one.answers.simulated for one in found.values()), lang)
    for name, one in found.items():
        if one.answers is None:
            continue
        title = one.answers.form.questionnaire.title
        count, answered = len(one.answers), int(one.answers.answered.sum())
        head = (
            f"{title.zh}（{name}）：{count}行，{answered}份答卷"
            if lang == "zh"
            else f"{title.en} ({name}): {count} rows, {answered} interviews"
        )
        out.print(Text(head, style="bold"))
        for text in one.answers.notices:
            out.print(Text("  " + text[lang != "zh"]))
        unknown, noted = one.codebook.table(lang), _noted(one.codebook.notes(lang))
        if len(unknown) or not len(noted):
            _print_frame(unknown, SHOWN, lang)
        if len(noted):
            _print_frame(noted, SHOWN, lang)


def _noted(notes: pd.DataFrame) -> pd.DataFrame:
    """Return the items that some skipped or answered without being asked, the worst first; without the lines."""
    item, asked, _, missing, share, unsure, not_asked = notes.columns[:7]
    own = notes[(notes[missing] > 0) | (notes[not_asked] > 0)]
    own = own.sort_values([not_asked, share], ascending=False, kind="stable")
    own = own[[item, asked, missing, share, unsure, not_asked]]
    return own.assign(**{share: [f"{value:.1%}" for value in own[share]]})


def print_screened(fielded: Mapping[str, Fielded], lang: str) -> None:
    """Print how many people each flag has, and whom the default rule would leave out."""
    out = console()
    notice(any(one.answers.simulated for one in fielded.values()), lang)
    from yitihua.surveys.screening.exclusion import default_rule, excluded_by

    for name, one in fielded.items():
        rule = default_rule(one.screening)
        count = int(excluded_by(one.screening, rule).sum())
        screened = int(one.screening.screened.sum())
        title = one.form.questionnaire.title
        out.print(Text(f"{title.zh if lang == 'zh' else title.en} ({name})", style="bold"))
        summary = one.screening.summary(lang)
        share = summary.columns[2]
        summary[share] = [f"{value:.1%}" for value in summary[share]]
        _print_frame(summary, 0, lang)
        if one.log is None:
            text = (
                f"默认规则（{rule.words('zh')}）会剔除{screened}份中的{count}份；目前一份未剔除。"
                if lang == "zh"
                else f"The default rule ({rule.words('en')}) would leave out {count} of {screened}; so far nobody is."
            )
        else:
            text = (
                f"已剔除{len(one.log)}份（{one.log.rule.words('zh')}），逐份记录。"
                if lang == "zh"
                else f"{len(one.log)} were left out ({one.log.rule.words('en')}), each one logged."
            )
        out.print(Text(text))


def print_weighted(fielded: Mapping[str, Fielded], lang: str) -> None:
    """Print the steps of each questionnaire's weights, and its response rates."""
    out = console()
    notice(any(one.answers.simulated for one in fielded.values()), lang)
    words = {
        "step": "步骤", "n": "份数", "sum": "权数合计", "deff": "加权设计效应", "factor_min": "最小系数",
        "factor_max": "最大系数", "iterations": "迭代", "notes": "说明",
    }  # fmt: skip
    for name, one in fielded.items():
        title = one.form.questionnaire.title
        out.print(Text(f"{title.zh if lang == 'zh' else title.en} ({name})", style="bold"))
        table = one.weights.summary
        shown = table[[column for column in words if column in table]].copy()
        for column in shown:
            shown[column] = [_cell(value) for value in shown[column]]
        _print_frame(shown.rename(columns=words) if lang == "zh" else shown, 0, lang)
        rates = one.rates
        text = "应答率（AAPOR RR2）" if lang == "zh" else "response rate (AAPOR RR2)"
        out.print(Text(f"{text} {rates.rr2:.1%}"))
        for note in one.weights.notes[:3]:
            out.print(Text(f"  {note.key}{'：' if lang == 'zh' else ': '}{note.problem(lang)}", style="dim"))
        if len(one.weights.notes) > 3:
            rest = len(one.weights.notes) - 3
            out.print(
                Text(f"  另有{rest}条，见survey.json" if lang == "zh" else f"  {rest} more in survey.json", style="dim")
            )


def print_estimated(found: SurveyEstimates, lang: str) -> None:
    """Print for every indicator the whole, the spread of counties, their errors, and what enters the ranking."""
    out = console()
    notice(any(one.answers.simulated for one in found.fielded.values()), lang)
    titles = {
        "zh": ["指标", "全省", "标准误", "各县最低—最高", "标准误中位数", "直接估计", "小区域", "不公布"],
        "en": ["indicator", "all", "se", "counties", "median se", "direct", "EBLUP", "hidden"],
    }[lang]
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold", pad_edge=False)
    for place, title in enumerate(titles):
        table.add_column(Text(title), justify="left" if place == 0 else "right")
    whole = {code: (part, k) for part in found.direct for k, code in enumerate(part.found.items)}
    for j, code in enumerate(found.indicators):
        part, k = whole[code]
        shift, error = part.whole_shift
        value = found.entering.value[:, j]
        method = found.entering.method[:, j]
        known = value[np.isfinite(value)]
        table.add_row(
            code, f"{part.whole.value[0, k] + shift[k]:.1f}", f"{np.hypot(part.whole.se[0, k], error[k]):.2f}",
            f"{known.min():.1f}–{known.max():.1f}" if known.size else "-",
            f"{np.nanmedian(found.se[:, j]):.2f}" if known.size else "-",
            str(int((method == "direct").sum())), str(int(np.isin(method, ("EBLUP", "synthetic")).sum())),
            str(int(found.hidden[:, j].sum())),
        )  # fmt: skip
    out.print(table)
    for text in found.notices:
        out.print(Text(text[lang != "zh"]))


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None or str(value) == "<NA>" or value != value:  # pandas' NA has no truth value
        return ""
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 1e4 else f"{value:.3g}"


def _print_frame(table: pd.DataFrame, shown: int, lang: str) -> None:
    if not len(table):
        console().print(Text("  未发现问题" if lang == "zh" else "  nothing to note"))
        return
    made = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=False)
    for column in table.columns:
        narrow = column != table.columns[-1] or len(table.columns) > 5
        made.add_column(Text(str(column)), overflow="fold", justify="left", no_wrap=narrow)
    rows = table if not shown else table.head(shown)
    for row in rows.itertuples(index=False):
        made.add_row(*(Text(_cell(value)) for value in row))
    console().print(made)
    if shown and len(table) > shown:
        rest = len(table) - shown
        console().print(
            Text(f"  另有{rest}条，用--json查看" if lang == "zh" else f"  {rest} more: see --json", style="dim")
        )
