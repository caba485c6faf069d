"""What is said of an indicator: definition, formula and measures, goalposts, stages, evidence, questions, checklist."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from yitihua.index.explain import normalise_words
from yitihua.index.fitted import treatment_settings
from yitihua.index.recipe import IndicatorRule, Recipe
from yitihua.indicators.derive import describe
from yitihua.indicators.facts import published_facts
from yitihua.publish.panel.payload import MEANS
from yitihua.publish.site.context import Site
from yitihua.publish.site.render import Pair, number
from yitihua.publish.words import method_word, settings_words

if TYPE_CHECKING:
    from yitihua.definitions.edition import Edition
    from yitihua.definitions.survey_models import Item
    from yitihua.definitions.text import Text

SOURCES: Final[Mapping[str, Pair]] = {
    "operational": ("业务记录填报", "operational records"),
    "survey": ("问卷调查", "survey"),
    "hybrid": ("记录与调查结合", "records and survey"),
    "document": ("文件材料评定", "documents"),
    "statistical": ("统计资料", "official statistics"),
}
MODES: Final[Mapping[str, Pair]] = {
    "self-administered": ("自填", "self-administered"),
    "telephone": ("电话", "by telephone"),
    "face-to-face": ("面访", "face to face"),
}
SCORING: Final[Mapping[str, Pair]] = {
    "none": ("不计分", "not scored"),
    "linear100": ("最低选项0分，最高选项100分，其余等距", "lowest answer 0, highest 100, even steps between"),
    "top2": ("选最好两项计100分，其余0分", "the two best answers count 100, others 0"),
    "top": ("选最好几项计100分，其余0分", "the best answers count 100, others 0"),
    "share_yes": ("答“是”计100分，其余0分", "yes counts 100, others 0"),
    "net": ("最好两项计100分，最差两项计−100分", "the two best count 100, the two worst −100"),
    "numeric": ("按所填数值", "the number as given"),
}


def pair_of(text: Text | None) -> Pair | None:
    """Return a text of a definition as a pair, None where there is none.

    Examples
    --------
    >>> from yitihua.definitions.text import Text
    >>> pair_of(Text(zh="权重", en="weight")), pair_of(None)
    (('权重', 'weight'), None)
    """
    return None if text is None or not (text.zh or text.en) else (text.zh, text.en)


def indicator_words(site: Site, rule: IndicatorRule) -> dict[str, Any]:
    """Return all that is said of an indicator, each part None or empty where there is nothing to say.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.site.build import site_of
    >>> site = site_of(yt.evaluate("hdi"), n=100)
    >>> indicator_words(site, site.board.recipe.indicators[0])["goalposts"]
    (20.0, 85.0)
    """
    behind = site.board.table.background
    words = behind.indicators.get(rule.code)
    stated = None if site.edition is None else site.edition.indicators.get(rule.code)
    evidence = words.evidence if words is not None else ()
    facts = published_facts(evidence)
    return {
        "unit": rule.unit if any(rule.unit) else None,
        "direction": ("正向，越大越好", "more is better") if rule.positive else ("逆向，越小越好", "less is better"),
        "kind": SOURCES.get(stated.source) if stated is not None else None,
        "definition": words.definition if words is not None and any(words.definition) else None,
        "formula": formula_in_codes(site, rule.code),
        "in_words": formula_in_words(site, rule.code),
        "remarks": _remarks(site, rule.code),
        "measures": _measures(site, rule.code),
        "goalposts": rule.goalposts if rule.normalise.method == "goalposts" else None,
        "reason": words.reason if words is not None and any(words.reason) else None,
        "stages": stages(site.board.recipe, rule),
        "evidence": [{"id": fact, "words": facts.get(fact)} for fact in evidence],
        "gaming": pair_of(stated.gaming_risk) if stated is not None else None,
        "note": pair_of(stated.note) if stated is not None else None,
        "survey": None if stated is None or stated.survey is None else _survey(site.edition, rule.code),
        "checklist": None if stated is None or not stated.checklist else _checklist(site.edition, stated.checklist),
        "views": [
            {"view": view.name, "group": name}
            for view in site.board.recipe.views
            for _, name, codes in view.groups
            if rule.code in codes
        ],
    }


def formula_in_codes(site: Site, code: str) -> Pair | None:
    """Return the formula with codes of measures; None where the values were given as they are.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.site.build import site_of
    >>> site = site_of(yt.evaluate("zhejiang-2022"), n=100)
    >>> formula_in_codes(site, "A01")[0]
    'fields_comprehensive / fields_catalogue × 100'
    """
    table = site.board.table
    if code not in table.formulas:
        return None
    formula = table.background.formulas.get(code)
    if formula is None:  # a run of before 0.1 keeps only the English
        return table.formulas[code], table.formulas[code]
    return describe(formula, "zh").replace(" x ", " × "), describe(formula, "en").replace(" x ", " × ")


def formula_in_words(site: Site, code: str) -> Pair | None:
    """Return the formula with the names of its measures in place of their codes; None where one has no name.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.site.build import site_of
    >>> site = site_of(yt.evaluate("zhejiang-2022"), n=100)
    >>> formula_in_words(site, "A01")[0]
    '综合执法领域数 ÷ 县级执法领域总数 × 100'
    """
    formula, measures = formula_in_codes(site, code), site.board.table.background.measures
    names = site.board.table.formula_measures.get(code, ())
    if formula is None or not names or any(name not in measures for name in names):
        return None
    pattern = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in names))

    def named(which: int) -> str:
        return pattern.sub(lambda found: measures[found[0]].name[which], formula[which]).replace(" / ", " ÷ ")

    return named(0), named(1)


def _remarks(site: Site, code: str) -> list[Pair]:
    """Return what else the formula says: small bases, when there is no value, which period it compares with."""
    behind = site.board.table.background
    formula = behind.formulas.get(code)
    if formula is None:
        return []
    found: list[Pair] = []
    if formula.min_denominator is not None:
        least = number(formula.min_denominator)
        found.append((f"分母小于{least}时注明，值照用。", f"With a denominator below {least} the value has a remark."))
    if undefined := pair_of(formula.undefined_when):
        found.append((f"以下情形作缺失处理，不作0：{undefined[0]}", f"Missing, never 0: {undefined[1]}"))
    if formula.kind == "yoy_change" and behind.before_period:
        found.append((f"上期为{behind.before_period}。", f"The period before is {behind.before_period}."))
    return found


def _measures(site: Site, code: str) -> list[dict[str, Any]]:
    table = site.board.table
    found = []
    for name in table.formula_measures.get(code, ()):
        words = table.background.measures.get(name)
        nothing = ("", "")
        found.append({
            "code": name,
            "name": words.name if words is not None else nothing,
            "unit": words.unit if words is not None else nothing,
            "rule": words.rule if words is not None else nothing,
        })  # fmt: skip
    return found


def stages(recipe: Recipe, rule: IndicatorRule) -> list[Pair]:
    """Return what happens to an indicator on its way to points, one line a stage.

    Examples
    --------
    >>> import yitihua as yt
    >>> recipe = yt.evaluate("hdi").recipe
    >>> [line[1] for line in stages(recipe, recipe.indicators[3])][1]
    'Logarithms are taken.'
    """
    found: list[Pair] = []
    parent = next(node for node in recipe.nodes if rule.code in node.children)
    if rule.denominate_by:
        found.append((f"除以{rule.denominate_by}。", f"Divided by {rule.denominate_by}."))
    if rule.impute != "none":
        zh, en = method_word(rule.impute, "zh"), method_word(rule.impute, "en")
        within = (f"（按{rule.impute_group}分组）", f" (by {rule.impute_group})") if rule.impute_group else ("", "")
        found.append((f"缺失值填补：{zh}{within[0]}。", f"Gaps are filled: {en}{within[1]}."))
    elif parent.coverage >= 1 and len(parent.children) > 1:
        found.append(("缺失值不填补，缺失时上级不评分。", "Gaps are not filled; with one, the parent has no score."))
    elif parent.method in MEANS and len(parent.children) > 1:
        found.append(
            ("缺失值不填补，其权重由同级其他指标分担。", "Gaps are not filled; their weight goes to its siblings.")
        )
    else:
        found.append(("缺失值不填补。", "Gaps are not filled."))
    if rule.transform == "ln":
        found.append(("取对数。", "Logarithms are taken."))
    if rule.treat.method != "none":
        method, told = rule.treat.method, treatment_settings(rule.treat)
        lines = [
            _with(method_word(method, lang), settings_words("treat", method, told, lang), lang) for lang in ("zh", "en")
        ]
        limits = rule.treat.lower, rule.treat.upper
        if any(limit is not None for limit in limits):
            ends = ["–" if limit is None else f"{limit:.6g}" for limit in limits]
            lines = [
                f"{lines[0]}，本次收缩至 [{ends[0]}, {ends[1]}]",
                f"{lines[1]}; here within [{ends[0]}, {ends[1]}]",
            ]
        found.append((f"异常值处理：{lines[0]}。", f"Outliers: {lines[1]}."))
    zh, en = normalise_words(rule)
    clip = ("，超出的截断", ", cut to the scale") if rule.normalise.clip else ("", "")
    found.append((f"标准化：{zh}{clip[0]}。", f"Normalised: {en}{clip[1]}."))
    return found


def _with(word: str, said: str, lang: str) -> str:
    if not said:
        return word
    return f"{word}（{said}）" if lang == "zh" else f"{word} ({said})"


def _survey(edition: Edition | None, code: str) -> dict[str, Any] | None:
    if edition is None:
        return None
    source = edition.indicators[code].survey
    assert source is not None
    items = []
    for name in source.items:
        form, _, item = name.partition(".")
        questionnaire = edition.questionnaires.get(form)
        if questionnaire is None or item not in questionnaire.items:
            continue
        found, info = questionnaire.items[item], questionnaire.questionnaire
        mode = MODES[info.mode]
        items.append({
            "form": (f"{info.title.zh}（{mode[0]}）", f"{info.title.en} ({mode[1]})"),
            "people": pair_of(info.population),
            "code": item,
            "text": pair_of(found.text),
            "options": _options(edition, form, found),
            "scoring": _scoring(found),
        })  # fmt: skip
    return {"rule": pair_of(source.rule), "items": items}


def _options(edition: Edition, form: str, item: Item) -> Pair:
    scale = edition.questionnaires[form].scales[item.scale]
    words = [option.text for option in scale.options]
    return " / ".join(text.zh for text in words), " / ".join(text.en for text in words)


def _scoring(item: Item) -> Pair:
    zh, en = SCORING[item.scoring]
    return (f"{zh}；反向题", f"{en}; reversed") if item.reverse else (zh, en)


def _checklist(edition: Edition | None, name: str) -> dict[str, Any] | None:
    found = None if edition is None else edition.checklists.get(name)
    if found is None:
        return None
    return {
        "name": pair_of(found.name),
        "scored": pair_of(found.scored_unit),
        "points": [
            {"code": code, "text": pair_of(one.text), "evidence": pair_of(one.evidence), "points": one.points,
             "must": one.must}
            for code, one in found.points.items()
        ],
    }  # fmt: skip
