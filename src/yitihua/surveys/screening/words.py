"""The words of screening: what each flag means, why a respondent has it, in Chinese and English."""

# ruff: noqa: E501 (one flag's words side by side read better than wrapped)
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from yitihua.definitions.survey_models import ScreeningRules
from yitihua.surveys.answer_table import Floats


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag.

    Attributes
    ----------
    family : str
        Flags of one family are one signal: a run of equal answers has little variation too.
    decisive : bool
        Whether it says that the respondent does not belong, not that the answers are careless.
    titles, meanings, reasons : tuple of str
        In Chinese and English. Meanings take thresholds, reasons take scores.
    """

    family: str
    titles: tuple[str, str]
    meanings: tuple[str, str]
    reasons: tuple[str, str]
    decisive: bool = False

    def title(self, lang: str) -> str:
        """Return its name."""
        return self.titles[lang != "zh"]

    def meaning(self, lang: str, rules: ScreeningRules) -> str:
        """Return what it means under some thresholds."""
        return self.meanings[lang != "zh"].format(**rules.model_dump())


FLAGS: Final[dict[str, Flag]] = {
    "speed": Flag(
        "time", ("答题过快", "speed"),
        ("每题用时低于同方式中位数的{speed:.0%}", "seconds an item below {speed:.0%} of the median of the mode"),
        ("每题用时为同方式中位数的{pace:.0%}", "took {pace:.0%} of the usual seconds an item"),
    ),
    "long_string": Flag(
        "pattern", ("连续同答", "long-string"),
        ("同一题组连续{long_string_items}题以上同一答案", "one answer {long_string_items} times or more throughout a block"),
        ("连续{long_string:.0f}题给同一答案", "gave one answer {long_string:.0f} times in a row"),
    ),
    "irv": Flag(
        "pattern", ("答案几无变化", "variability"),
        ("答案标准差不超过{irv}（0至1量度）", "standard deviation of answers at most {irv} (on 0 to 1)"),
        ("答案标准差为{irv:.3f}", "standard deviation of own answers {irv:.3f}"),
    ),
    "mahalanobis": Flag(
        "outlying", ("答案组合异常", "Mahalanobis"),
        ("马氏距离的卡方概率低于{mahalanobis_p}", "chi-square probability of the distance below {mahalanobis_p}"),
        ("答案组合少见：马氏距离{mahalanobis:.1f}，p = {mahalanobis_p:.1e}", "rare combination: distance {mahalanobis:.1f}, p = {mahalanobis_p:.1e}"),
    ),
    "attention": Flag(
        "attention", ("未通过注意力检测", "attention check"),
        ("注意力检测题答错", "an attention check answered wrongly"),
        ("注意力检测题答错{checks_failed:.0f}题", "failed {checks_failed:.0f} attention check(s)"),
    ),
    "fictitious": Flag(
        "attention", ("称知道虚构举措", "fictitious measure"),
        ("称听说过并不存在的举措", "claims to know what does not exist"),
        ("称听说过并不存在的举措", "claims to know what does not exist"),
    ),
    "repeated_device": Flag(
        "repeated", ("同一设备", "repeated device"),
        ("同一设备有{repeated_device}份以上答卷", "{repeated_device} or more interviews from one device"),
        ("同一设备共{same_device:.0f}份答卷", "{same_device:.0f} interviews from this device"),
    ),
    "repeated_ip": Flag(
        "repeated", ("同一网络地址", "repeated ip"),
        ("同一网络地址有{repeated_ip}份以上答卷", "{repeated_ip} or more interviews from one network address"),
        ("同一网络地址共{same_ip:.0f}份答卷", "{same_ip:.0f} interviews from this network address"),
    ),
    "repeated_phone": Flag(
        "repeated", ("同一电话", "repeated phone"),
        ("同一电话有{repeated_phone}份以上答卷", "{repeated_phone} or more interviews from one telephone"),
        ("同一电话共{same_phone:.0f}份答卷", "{same_phone:.0f} interviews from this telephone"),
    ),
    "duplicate": Flag(
        "", ("重复作答", "duplicate"),
        ("与同一设备、网络地址或电话的较早答卷有{twin_match:.0%}以上相同", "at least {twin_match:.0%} the same as an earlier interview of the device, address or telephone"),
        ("与同一设备、网络地址或电话的较早答卷相同", "the same as an earlier interview of the device, address or telephone"),
        decisive=True,
    ),
    "twin": Flag(
        "repeated", ("与他人几乎相同", "near-identical answers"),
        ("与本县另一人有{twin_match:.0%}以上的答案相同", "at least {twin_match:.0%} of answers equal to another of the county"),
        ("与本县另一人{best_match:.0%}的答案相同", "{best_match:.0%} of answers equal to another of the county"),
    ),
    "alike_interviewer": Flag(
        "cluster", ("同一访问员答卷过于相似", "interviewer's answers alike"),
        ("同一访问员各答卷的一致率比本县高{cluster_excess:.0%}以上，且为{cluster_z}个稳健标准差以上", "answers of one interviewer agree {cluster_excess:.0%} more than their county's, {cluster_z} robust standard deviations or more"),
        ("访问员各答卷一致率比本县高{interviewer_excess:.0%}（z = {interviewer_z:.1f}）", "answers of this interviewer agree {interviewer_excess:.0%} more than their county's (z = {interviewer_z:.1f})"),
    ),
    "alike_psu": Flag(
        "cluster", ("同一抽样单元答卷过于相似", "sampling unit's answers alike"),
        ("同一抽样单元各答卷的一致率比本县高{cluster_excess:.0%}以上，且为{cluster_z}个稳健标准差以上", "answers of one sampling unit agree {cluster_excess:.0%} more than their county's, {cluster_z} robust standard deviations or more"),
        ("抽样单元各答卷一致率比本县高{psu_excess:.0%}（z = {psu_z:.1f}）", "answers of this sampling unit agree {psu_excess:.0%} more than their county's (z = {psu_z:.1f})"),
    ),
    "ineligible": Flag(
        "", ("不属于调查对象", "ineligible"),
        ("不符合调查对象的条件", "a rule of eligibility does not hold"),
        ("不符合调查对象的条件", "a rule of eligibility does not hold"), decisive=True,
    ),
    "outside_frame": Flag(
        "", ("不在抽样框内", "outside the frame"),
        ("所在县、层或抽样单元不在抽样框内", "county, stratum or sampling unit is not in the frame"),
        ("所在县、层或抽样单元不在抽样框内", "county, stratum or sampling unit is not in the frame"), decisive=True,
    ),
    "outside_fieldwork": Flag(
        "dates", ("调查期外", "outside the fieldwork"),
        ("访问时间不在调查期内", "the interview began outside the days of fieldwork"),
        ("访问时间不在调查期内", "the interview began outside the days of fieldwork"),
    ),
}  # fmt: skip


def reason(flag: str, scores: Mapping[str, Floats], row: int, lang: str) -> str:
    """Return why one respondent has a flag."""
    values = {name: float(score[row]) for name, score in scores.items()}
    if flag == "speed" and "item_pace" in values and not values["pace"] <= values["item_pace"]:
        values["pace"] = values["item_pace"]
    return FLAGS[flag].reasons[lang != "zh"].format(**{k: v if np.isfinite(v) else 0.0 for k, v in values.items()})
