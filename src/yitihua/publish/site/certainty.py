"""What intervals, grade probabilities and tied groups on the pages are of, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yitihua.index.sampling import Sampling
from yitihua.publish.site.render import Pair
from yitihua.publish.words import sampling_line

if TYPE_CHECKING:
    from yitihua.analysis.uncertainty.result import Uncertainty

#: Where pages show tied groups.
GROUPS: Pair = ("排名页的“并列组”列", "the column of tied groups on the page of the ranking")
#: What a source of uncertainty is called.
SOURCES: dict[str, Pair] = {
    "sampling": ("抽样误差", "sampling error"),
    "measurement": ("填报误差", "measurement error"),
    "imputation": ("缺失值填补", "imputation"),
    "treat": ("异常值处理", "treatment"),
    "normalise": ("标准化方法", "normalisation"),
    "weights": ("权重", "weights"),
    "aggregate": ("合成方法", "aggregation"),
    "drop": ("指标取舍", "indicators left out"),
}


def certainty_lines(found: Sampling | Uncertainty) -> list[Pair]:
    """Return what the intervals beside scores and ranks are of."""
    if isinstance(found, Sampling):
        zh, en = (sampling_line(found, lang, GROUPS)[1] for lang in ("zh", "en"))
        return [(f"区间：{zh}。", f"Intervals: {en}.")]
    zh, en = mix_words(found)
    return [
        (
            f"区间：本指数没有抽样估计的指标，得分区间、排名区间为{found.level:.0%}区间，反映下列选择变动时的结果：{zh}"
            f"（{found.n}次试算，种子{found.seed}）；等级后为得到该等级的比例。",
            f"Intervals: no indicator is estimated from a sample; intervals are {found.level:.0%}, over these choices: "
            f"{en} ({found.n} replicates, seed {found.seed}); a grade is followed by the share that gives it.",
        )
    ]


def chance_word(found: Sampling | Uncertainty) -> Pair:
    """Return what the share behind a grade is called: a probability, or how often other choices give it."""
    return ("把握", "probability") if isinstance(found, Sampling) else ("试算中占", "share of replicates")


def robust_line(found: Uncertainty) -> Pair:
    """Return what the ranks under other choices are of."""
    zh, en = mix_words(found)
    return (
        f"“换权重和方法时的排名”：同时变动{zh}，{found.n}次试算中{found.level:.0%}的排名落在此区间（种子{found.seed}）。",
        f"Ranks, other choices: {en} vary together; {found.level:.0%} of {found.n} replicates fall within (seed "
        f"{found.seed}).",
    )


def mix_words(found: Uncertainty) -> Pair:
    """Return the sources that vary."""
    words = [SOURCES[name] for name in found.mix.sources]
    return "、".join(zh for zh, _ in words), ", ".join(en for _, en in words)
