"""Explain: the path of a number, from raw measures to points and to the score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yitihua.definitions.levels import level_word
from yitihua.definitions.methods import AGGREGATE, IMPUTE, NORMALISE
from yitihua.index.aggregate import scaled_weights
from yitihua.index.explain_data import Step, evidence_steps, file_steps, or_none, raw_steps, reason_steps
from yitihua.index.recipe import IndicatorRule, Label, NodeRule, Recipe
from yitihua.index.treat import curve_for

if TYPE_CHECKING:
    import pandas as pd

    from yitihua.index.scoreboard import Scoreboard


@dataclass(frozen=True)
class Explanation:
    """The path of one number; prints as text.

    Attributes
    ----------
    unit, code : str
        Whose number, and which indicator or node.
    steps : tuple of Step
        In order.
    """

    unit: str
    unit_name: Label
    code: str
    name: Label
    notice: Label
    steps: tuple[Step, ...]

    @property
    def frame(self) -> pd.DataFrame:
        """The steps as a DataFrame: stage, how, value, unit (English)."""
        import pandas as pd

        rows = [(s.stage[1], s.how[1], np.nan if s.value is None else s.value, s.unit[1]) for s in self.steps]
        return pd.DataFrame(rows, columns=["stage", "how", "value", "unit"])

    def text(self, lang: str = "en") -> str:
        """Return the explanation as plain text in one language."""
        which = 0 if lang == "zh" else 1
        title = f"{self.unit} {self.unit_name[which]}  ·  {self.code} {self.name[which]}"
        lines = [title, "-" * min(len(title) + 10, 76)]
        for step in self.steps:
            value = "" if step.value is None else f"{step.value:.10g} {step.unit[which]}".strip()
            lines.append(step.stage[which] + (f"{('：', ': ')[which]}{value}" if value else ""))
            if step.how[which]:
                lines.append(f"    {step.how[which]}")
        if self.notice[which]:
            lines += ["", self.notice[which]]
        return "\n".join(lines)

    def to_dict(self, lang: str = "en") -> dict[str, object]:
        """Return the explanation for JSON."""
        which = 0 if lang == "zh" else 1
        return {
            "unit": self.unit,
            "name": self.unit_name[which],
            "code": self.code,
            "title": self.name[which],
            "notice": self.notice[which],
            "steps": [
                {"stage": s.stage[which], "how": s.how[which], "value": s.value, "unit": s.unit[which]}
                for s in self.steps
            ],
        }

    def __str__(self) -> str:
        return self.text("en")

    __repr__ = __str__


def explain(board: Scoreboard, unit: str, code: str | None = None) -> Explanation:
    """Return how a score, a node or an indicator of a unit came about.

    Raises
    ------
    InputError
        If the unit or the code is unknown.
    """
    recipe = board.recipe
    row = board.table.row_of(unit)
    wanted = recipe.root.code if code is None else code
    by_code: dict[str, IndicatorRule | NodeRule] = {rule.code: rule for rule in recipe.indicators}
    by_code |= {node.code: node for node in recipe.nodes}
    wanted = recipe.code_of(wanted)
    rule = by_code[wanted]
    steps = _node_steps(board, row, rule) if isinstance(rule, NodeRule) else _indicator_steps(board, row, rule)
    notice = recipe.notice
    if board.table.simulated or recipe.simulated:
        notice = (
            f"数据为模拟数据，不得据此得出任何结论。{notice[0]}",
            f"The data are simulated: no finding may be drawn. {notice[1]}",
        )
    names = (board.table.name_of(row, "zh"), board.table.name_of(row, "en"))
    return Explanation(board.table.units[row], names, wanted, rule.name, notice, tuple(steps))


def _indicator_steps(board: Scoreboard, row: int, rule: IndicatorRule) -> list[Step]:
    j = board.recipe.codes.index(rule.code)
    steps = raw_steps(board.table, row, rule)
    steps += _stage_steps(board, row, j, rule)
    points = float(board.normalised[row, j])
    steps.append(
        Step(
            ("标准化得分", "points"),
            normalise_words(rule, bool(board.clipped[row, j])),
            or_none(points),
        )
    )
    if rule.normalise.method == "goalposts":
        steps += reason_steps(board.table, rule.code)
    contribution, weight = board.contribution_arrays
    steps.append(
        Step(
            ("权重（占总分）", "weight in the index"),
            _weight_words(board, rule.code, weight[row, j]),
            or_none(weight[row, j]),
        )
    )
    steps.append(Step(("对总分的贡献", "contribution to the score"), ("", ""), or_none(contribution[row, j])))
    return steps + evidence_steps(board.table, rule.code) + file_steps(board.table, row, rule.code)


def _weight_words(board: Scoreboard, code: str, in_force: float) -> Label:
    """Say so where the weight in force is not the recipe's: others were missing, or nothing is scored."""
    if np.isnan(in_force):
        return ("该指标缺失或该单位不评分", "the indicator is missing, or the unit is not scored")
    if abs(in_force - board.recipe.global_weights[code]) < 1e-12:
        return ("", "")
    return ("缺失指标的权重已分给同级其他指标", "what is missing has passed its weight to its siblings")


def _stage_steps(board: Scoreboard, row: int, j: int, rule: IndicatorRule) -> list[Step]:
    steps = []
    if rule.denominate_by is not None:
        divisor = float(board.table.attributes[rule.denominate_by][row])
        how = (f"÷ {rule.denominate_by} = {divisor:.10g}",) * 2
        steps.append(Step(("除以分母", "denominated"), how, or_none(float(board.denominated[row, j]))))
    if board.imputed[row, j]:
        zh, en = IMPUTE[rule.impute].words
        steps.append(
            Step(
                ("插补", "imputed"),
                (f"以{zh}填补", f"filled by {en}"),
                or_none(fill_value(board, row, rule, j)),
                rule.unit,
            )
        )
    if rule.transform == "ln" or rule.treat.outcome not in ("", "nothing to treat", "passed untreated"):
        parts = [("ln", "ln")] if rule.transform == "ln" else []
        lower, upper = rule.treat.lower, rule.treat.upper
        if upper is not None or (lower is not None and not rule.treat.bent):
            limits = " ".join(("-" if end is None else f"{end:.6g}") for end in (lower, upper)).replace(" ", ", ")
            parts.append((f"缩尾至 [{limits}]", f"clip [{limits}]"))
        if (curve := curve_for(rule.treat)) is not None:
            parts.append(curve[0].words(curve[1]))
        steps.append(
            Step(
                ("变换与处理", "transformed and treated"),
                ("，".join(zh for zh, _ in parts), ", ".join(en for _, en in parts)),
                or_none(float(board.treated[row, j])),
            )
        )
    return steps


def fill_value(board: Scoreboard, row: int, rule: IndicatorRule, j: int) -> float:
    """Return what a missing cell was filled with."""
    if np.isfinite(board.filled[row, j]):
        return float(board.filled[row, j])
    group = "" if rule.impute_group is None else str(board.table.attributes[rule.impute_group][row])
    return dict(rule.fill).get(group, np.nan)


def normalise_words(rule: IndicatorRule, clipped: bool = False) -> Label:
    """Return how raw values become points, with the numbers, in Chinese and English.

    Examples
    --------
    >>> import yitihua as yt
    >>> normalise_words(yt.evaluate("hdi").recipe.indicators[0])[1]
    'goalposts [20, 85], more is better'
    """
    n = rule.normalise
    best = ("越大越好", "more is better") if rule.positive else ("越小越好", "less is better")
    if n.method in ("goalposts", "minmax") and n.lower is not None and n.upper is not None:
        kind = (
            ("目标区间", "goalposts") if n.method == "goalposts" else ("样本最小—最大值", "sample minimum and maximum")
        )
        shown = rule.goalposts if n.method == "goalposts" and rule.goalposts else (n.lower, n.upper)
        log = ("，同取对数", ", logarithms of both") if rule.transform == "ln" and n.method == "goalposts" else ("", "")
        cut = ("；超出区间，已截断", "; outside, cut to the scale") if clipped else ("", "")
        return (
            f"{kind[0]} [{shown[0]:.6g}, {shown[1]:.6g}]{log[0]}，{best[0]}{cut[0]}",
            f"{kind[1]} [{shown[0]:.6g}, {shown[1]:.6g}]{log[1]}, {best[1]}{cut[1]}",
        )
    if n.method == "zscore" and n.origin is not None and n.width is not None:
        words = f"(x - {n.origin:.6g}) / {n.width:.6g} * {n.gain:g} + {n.base:g}"
        return (f"Z分数：{words}", f"z-score: {words}")
    zh, en = NORMALISE[n.method].words
    if n.reference:
        count = len(n.reference)
        return (f"在拟合所用的{count}个值中的{zh}，{best[0]}", f"{en} among the {count} values fitted on, {best[1]}")
    if n.method == "none":
        return (f"不作标准化，{best[0]}", f"not normalised, {best[1]}")
    beyond = ("；已截断", "; cut to the scale") if clipped else ("", "")
    numbers = "; ".join(f"{name} {', '.join(f'{v:.6g}' for v in values[:8])}" for name, values in n.numbers)
    if n.origin is not None and n.width is not None and not numbers:
        numbers = f"(x - {n.origin:.6g}) / {n.width:.6g} * {n.gain:g} + {n.base:g}"
    said = (f"：{numbers}", f": {numbers}") if numbers else ("", "")
    return (f"{zh}{said[0]}，{best[0]}{beyond[0]}", f"{en}{said[1]}, {best[1]}{beyond[1]}")


def _node_steps(board: Scoreboard, row: int, node: NodeRule) -> list[Step]:
    recipe = board.recipe
    everything = board.points[row]
    contribution, _ = board.contribution_arrays
    columns = [recipe.plan.column[child] for child in node.children]
    in_force = scaled_weights(everything[columns], np.array(node.weights))
    steps = []
    for child, weight in zip(node.children, in_force, strict=True):
        column = recipe.plan.column[child]
        share = or_none(contribution[row, column])
        points = or_none(float(everything[column]))
        added = ("", "") if share is None else (f"，对总分贡献{share:.6g}", f", contributes {share:.6g} to the score")
        label = recipe.labels[child]
        how = (f"权重{weight:.6g}{added[0]}", f"weight {weight:.6g}{added[1]}")
        if points is None:
            how = ("缺失", "missing")
        steps.append(Step((f"{child} {label[0]}", f"{child} {label[1]}"), how, points))
    index = [n.code for n in recipe.nodes].index(node.code)
    score = float(board.node_values[row, index])
    steps.append(
        Step(
            ("覆盖率", "coverage"),
            ("以下各级指标有数据的权重", "weight of all indicators below that was observed"),
            float(board.node_coverage[row, index]),
        )
    )
    tested = float(board.node_tested[row, index])
    steps.append(
        Step(("直接下级有得分的权重", "weight right below that has a score"), _coverage_words(node, tested), tested)
    )
    steps.append(
        Step(("得分", "score"), _mean_words(node) if np.isfinite(score) else ("不评分", "not scored"), or_none(score))
    )
    if node.code == recipe.root.code:
        steps += _standing(board, row, recipe)
    return steps


def _coverage_words(node: NodeRule, tested: float) -> Label:
    enough = tested >= node.coverage - 1e-9
    return (
        f"至少需要{node.coverage:.0%}，{'符合' if enough else '不足，故不评分'}",
        f"at least {node.coverage:.0%} is needed{'' if enough else ': too little, so there is no score'}",
    )


def _mean_words(node: NodeRule) -> Label:
    method = AGGREGATE[node.method]
    if method.partials is None:
        shown = "; ".join(f"{name} = {value}" for name, value in node.settings)
        zh, en = method.words
        return (f"{zh}（{shown}）", f"{en} ({shown})") if shown else (zh, en)
    zh, en = f"加权{method.words[0]}", f"weighted {method.words[1]} mean"
    if node.method == "arithmetic":
        return (zh, en)
    extra = f", p = {node.exponent:g}" if node.method == "generalised" else ""
    return (f"{zh}，下限{node.floor:g}{extra.replace(', ', '，')}", f"{en}, floor {node.floor:g}{extra}")


def _standing(board: Scoreboard, row: int, recipe: Recipe) -> list[Step]:
    steps = []
    if np.isfinite(board.rank[row]):
        level = board.table.levels[row]
        count = int(np.isfinite(board.rank[[r for r, name in enumerate(board.table.levels) if name == level]]).sum())
        decimals = recipe.score_decimals
        how = (
            f"{level_word(level, 'zh')}共{count}个，得分取{decimals}位小数，得分相同的名次并列",
            f"of {count} ({level_word(level, 'en')}), scores rounded to {decimals} decimals, ties share the best",
        )
        steps.append(Step(("排名", "rank"), how, float(board.rank[row])))
    for rule in recipe.grades:
        index = int(board.grade_indices[rule.code][row])
        cuts = rule.cuts_of(board.table.levels[row])
        if index < 0 or cuts is None:
            continue
        words = ", ".join(f"{cut:.6g}" for cut in cuts)
        zh, en = rule.names[index]
        steps.append(
            Step(
                (f"{rule.title[0]}：{zh}", f"{rule.title[1]}: {en}"),
                (f"分界点 {words}", f"cuts {words}"),
                None,
            )
        )
    return steps
