"""Words that renderers share: levels, methods and column titles in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from yitihua.definitions.methods import STAGES
from yitihua.definitions.own_code import is_own_code
from yitihua.index.fitted import normalisation_settings, treatment_settings
from yitihua.index.own import own_words
from yitihua.index.recipe import IndicatorRule, NodeRule, Recipe

if TYPE_CHECKING:
    from yitihua.index.sampling import Sampling

TITLES = {
    "rank": ("排名", "rank"),
    "unit": ("代码", "unit"),
    "name": ("单位", "name"),
    "score": ("得分", "score"),
    "score_interval": ("得分区间", "interval"),
    "rank_interval": ("排名区间", "ranks"),
    "coverage": ("覆盖率", "cover"),
    "note": ("备注", "note"),
}

_OTHERS = {
    "fixed": ("固定分界点", "fixed"),
    "quantile": ("分位数", "quantiles"),
    "natural_breaks": ("自然断点", "natural breaks"),
    "kmeans": ("K均值聚类", "k-means"),
}


def markdown_table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a Markdown table; the first row is its header.

    Examples
    --------
    >>> markdown_table([["rank", "unit"], ["1", "Norway"]])
    ['| rank | unit |', '| --- | --- |', '| 1 | Norway |']
    """
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return [lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]]


def method_word(method: str, lang: str, stage: str | None = None) -> str:
    """Return a method's name as shown to readers; what no stage knows is shown as it is.

    Methods of several stages may share a name, so whoever knows the stage says it.

    Examples
    --------
    >>> method_word("minmax", "en"), method_word("equal", "zh")
    ('min-max', '同级相等')
    >>> method_word("none", "zh", "impute"), method_word("none", "zh", "normalise")
    ('不插补', '不变')
    """
    which = 0 if lang == "zh" else 1
    for registry in STAGES.values() if stage is None else (STAGES[stage],):
        if method in registry:
            words: tuple[str, str] = registry[method].words
            return words[which]
    if is_own_code(method):
        return own_words(method)[which]
    return _OTHERS.get(method, (method, method))[which]


def settings_words(stage: str, method: str, settings: Mapping[str, Any], lang: str) -> str:
    """Return a method's settings as printed behind its name; "" where there are none to state.

    Examples
    --------
    >>> settings_words("normalise", "zscore", {"mean": 50.0, "sd": 10.0}, "en")
    'mean 50, sd 10'
    """
    registry = STAGES[stage]
    if method not in registry:
        return ", ".join(f"{name} {_shown(value, lang)}" for name, value in settings.items())
    keys = {key.name: key for key in registry[method].keys}
    said = [
        f"{keys[name].word(lang)}{'' if lang == 'zh' else ' '}{_shown(value, lang)}"
        for name, value in settings.items()
        if name in keys and value is not None
    ]
    return ("，" if lang == "zh" else ", ").join(said)


def _shown(value: Any, lang: str) -> str:
    if isinstance(value, bool):
        return ("是" if value else "否") if lang == "zh" else ("yes" if value else "no")
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (tuple, list)):
        items = [f"{item[0]} {_shown(item[1], lang)}" if _is_pair(item) else _shown(item, lang) for item in value]
        return "[" + ", ".join(items) + "]"
    return str(value)


def _is_pair(item: Any) -> bool:
    return isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str)


def _with_settings(stage: str, method: str, settings: Mapping[str, Any], lang: str) -> str:
    word, said = method_word(method, lang, stage), settings_words(stage, method, settings, lang)
    if not said:
        return word
    return f"{word}（{said}）" if lang == "zh" else f"{word} ({said})"


def _counted(methods: list[str], lang: str) -> str:
    kinds = list(dict.fromkeys(methods))
    if len(kinds) == 1:
        return kinds[0]
    counts = [(kind, methods.count(kind)) for kind in kinds]
    if lang == "zh":
        return "，".join(f"{word}（{count}个指标）" for word, count in counts)
    return ", ".join(f"{word} ({count} indicators)" for word, count in counts)


def _normalised(rule: IndicatorRule, lang: str) -> str:
    n = rule.normalise
    # What differs by indicator (a target, an interval) stands with the indicator; here it would fill the page.
    settings = {name: value for name, value in normalisation_settings(n).items() if name != "clip" or not value}
    return _with_settings("normalise", n.method, settings, lang)


def _treated(rule: IndicatorRule, lang: str) -> str:
    return _with_settings("treat", rule.treat.method, treatment_settings(rule.treat), lang)


def _imputed(recipe: Recipe, rule: IndicatorRule, lang: str) -> str:
    joint = next((imputer for imputer in recipe.imputers if rule.code in imputer.codes), None)
    settings = dict(joint.settings) if joint is not None else {"group": rule.impute_group}
    return _with_settings("impute", rule.impute, settings, lang)


def stages_words(rule: IndicatorRule, lang: str) -> str:
    """Return what happens to an indicator on its way to points, stage by stage.

    Examples
    --------
    >>> import yitihua as yt
    >>> stages_words(yt.evaluate("hdi").recipe.indicators[3], "en")
    'logarithm; goalposts'
    """
    zh = lang == "zh"
    parts = []
    if rule.denominate_by:
        parts.append(f"除以{rule.denominate_by}" if zh else f"divided by {rule.denominate_by}")
    if rule.transform == "ln":
        parts.append("取对数" if zh else "logarithm")
    for stage, method, told in (
        ("impute", rule.impute, {"group": rule.impute_group} if rule.impute_group else {}),
        ("treat", rule.treat.method, treatment_settings(rule.treat)),
    ):
        if method != "none":
            parts.append(_with_settings(stage, method, told, lang))
    if rule.normalise.method != "none":
        parts.append(_normalised(rule, lang))
    return ("；" if zh else "; ").join(parts)


def weights_words(recipe: Recipe, lang: str) -> str:
    """Return where the weights are from: the name of the set, or the method with its settings and notes."""
    made = recipe.weighting
    if not made.method:
        return method_word(recipe.weight_set, lang)
    name = "" if recipe.weight_set == made.method else f"{recipe.weight_set}: "
    scope = {
        "siblings": ("在同级之内", "within each parent"),
        "indicators": ("全部指标一起", "all indicators at once"),
    }[made.scope][0 if lang == "zh" else 1]
    text = f"{name}{_with_settings('weights', made.method, dict(made.settings), lang)}"
    text += f"，{scope}" if lang == "zh" else f", {scope}"
    notes = [note[0 if lang == "zh" else 1] for note in made.notes]
    return "；".join([text, *notes]) if lang == "zh" else "; ".join([text, *notes])


def method_lines(recipe: Recipe, lang: str = "en") -> list[tuple[str, str]]:
    """Return every choice that decides a headline, as (what, how) pairs.

    Examples
    --------
    >>> import yitihua as yt
    >>> method_lines(yt.evaluate("hdi").recipe)[0]
    ('scale', '0 to 1; ranks and grades on scores rounded to 3 decimals, ties share the best rank')
    """
    zh = lang == "zh"
    low, high = recipe.scale
    decimals = recipe.score_decimals
    scale = (
        f"{low:g}至{high:g}；排名和等级按{decimals}位小数的得分，得分相同的名次并列"
        if zh
        else f"{low:g} to {high:g}; ranks and grades on scores rounded to {decimals} decimals, ties share the best rank"
    )
    lines = [
        ("分值范围" if zh else "scale", scale),
        ("标准化" if zh else "normalise", _counted([_normalised(rule, lang) for rule in recipe.indicators], lang)),
        ("权重" if zh else "weights", weights_words(recipe, lang)),
        ("合成" if zh else "aggregate", _aggregates(recipe, lang)),
        ("覆盖率" if zh else "coverage", _coverage(recipe, lang)),
    ]
    imputed = [_imputed(recipe, rule, lang) for rule in recipe.indicators if rule.impute != "none"]
    treated = [_treated(rule, lang) for rule in recipe.indicators if rule.treat.method != "none"]
    lines.append(("插补" if zh else "impute", _counted(imputed, lang) if imputed else ("无" if zh else "none")))
    lines.append(("异常值处理" if zh else "treat", _counted(treated, lang) if treated else ("无" if zh else "none")))
    which = 0 if zh else 1
    for rule in recipe.grades:
        lines.append((rule.title[which], f"{method_word(rule.method, lang)}：{_cuts(rule.cuts)}" if zh
                      else f"{method_word(rule.method, lang)}: {_cuts(rule.cuts)}"))  # fmt: skip
    return lines


def sampling_line(
    found: Sampling, lang: str = "en", where: tuple[str, str] = ("scores.csv", "scores.csv")
) -> tuple[str, str]:
    """Return what the intervals are of, and how they were drawn, as a (what, how) pair; `where` has the groups."""
    level, joint = f"{found.level:.0%}", found.board.table.covariance is not None
    groups = max((len(groups) for groups in found.groups.values()), default=0)
    if lang == "zh":
        kind = "按估计的协方差" if joint else "按各指标误差相互独立（未提供协方差）"
        return "抽样误差", (
            f"得分区间、排名区间均为{level}区间，等级后为得到该等级的概率；正态抽取{found.draws}次（种子{found.seed}），{kind}；"
            f"只反映问卷调查的抽样误差，不含填报数据的误差；差异不显著的相邻单位共{groups}组，见{where[0]}"
        )
    kind = (
        "with the estimates' covariance" if joint else "errors of indicators taken as independent (no covariance given)"
    )
    return "sampling error", (
        f"intervals are {level}, and a grade is followed by its probability; {found.draws} normal draws "
        f"(seed {found.seed}), {kind}; of the surveys only, not of reported data; "
        f"{groups} groups of neighbours cannot be told apart, see {where[1]}"
    )


def _aggregates(recipe: Recipe, lang: str) -> str:
    parts = []
    made = {node.code: _mean_words(node, lang) for node in recipe.nodes}
    for text in dict.fromkeys(made.values()):
        own = [code for code, words in made.items() if words == text]
        if len(own) == len(made):
            parts.append(text)
        elif lang == "zh":
            parts.append(f"{text}（{'、'.join(recipe.labels[code][0] or code for code in own)}）")
        else:
            parts.append(f"{text} [{', '.join(own)}]")
    return ("；" if lang == "zh" else "; ").join(parts)


def _mean_words(node: NodeRule, lang: str) -> str:
    """Return a mean with its floor and power, another method with all its settings."""
    text = _with_settings("aggregate", node.method, dict(node.settings), lang)
    if node.method == "generalised":
        text += f" p = {node.exponent:g}"
    if node.method in ("geometric", "harmonic", "generalised"):
        text += f"（下限{node.floor:g}）" if lang == "zh" else f" (floor {node.floor:g})"
    return text


def _coverage(recipe: Recipe, lang: str) -> str:
    by_share: dict[str, list[str]] = {}
    for node in recipe.nodes[:-1]:
        by_share.setdefault(f"{node.coverage:.0%}", []).append(node.code)
    root = f"{recipe.root.coverage:.0%}"
    if lang == "zh":
        others = "，".join(f"{_some(codes, by_share, '其余各级')}不低于{share}" for share, codes in by_share.items())
        filled = "填补值计入覆盖率" if recipe.count_imputed else "填补值不计入覆盖率"
        rest = f"，{others}" if others else ""
        return f"总指数要求直接下级指标权重{root}有得分{rest}；达不到的不评分、不评级；{filled}"
    others = ", ".join(f"{share} for {_some(codes, by_share, 'other nodes')}" for share, codes in by_share.items())
    filled = "filled cells count" if recipe.count_imputed else "filled cells do not count"
    needed = f"of the weight right below: {root} for the index" + (f", {others}" if others else "")
    return f"{needed}; below it no score, no grade; {filled}"


def _some(codes: list[str], by_share: dict[str, list[str]], everybody: str) -> str:
    return everybody if len(by_share) == 1 else ", ".join(codes)


def _cuts(cuts: tuple[tuple[str, tuple[float, ...]], ...]) -> str:
    parts = [
        (f"{level} " if level != "*" else "") + " / ".join(f"{cut:.4g}" for cut in values) for level, values in cuts
    ]
    return "; ".join(parts) or "-"
