"""The words of faults in questions of what can be reached. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
REACH: Final[dict[str, tuple[Words, Words]]] = {
    "one-target": (
        ("须且只须给出一个目标，现给出：{found}", "grade、rank、above三者之一", "请只留一个"),
        ("exactly one target is needed, given: {found}", "one of grade, rank, above", "Name one"),
    ),
    "no-score-to-lift": (
        ("“{name}”没有得分（覆盖率不足），无从提升或比较", "有得分的单位", "请先补上所缺的数据"),
        (
            "'{name}' has no score for want of coverage, so it can be neither lifted nor compared",
            "units with a score",
            "Supply the missing data first",
        ),
    ),
    "zero-whatever-weights": (
        (
            "“{name}”有指标或分项得分为0，在没有下限的几何（或类似）平均之下，只要该项权重不为0，总分就是0，改变权重无济于事",
            "各项得分均大于0的单位；或设有下限（floor）的平均",
            "请先改进该项指标（improve），或用whatif换一种合成方法",
        ),
        (
            "'{name}' has a point of 0 under a geometric (or like) mean without a floor: its score is 0 as soon as "
            "that has any weight, so weights do not lift it",
            "units whose points are all above 0, or a mean with a floor",
            "Improve that indicator first (improve), or try another aggregation with whatif",
        ),
    ),
    "not-linear": (
        (
            "“{name}”这一级到总指数的合成方法为{found}，得分不是权重的线性函数，没有精确解",
            "从该级到总指数采用同一种平均（算术、几何或同一指数的幂平均）",
            "请改变另一级的权重，或用whatif试算",
        ),
        (
            "from '{name}' to the index nodes are made by {found}, so scores are not linear in the weights",
            "the same kind of mean from the node up to the index",
            "Vary the weights of another node, or try weights by whatif",
        ),
    ),
    "one-of-two": (
        ("既指定了一级“{found}”，又要求全部各级", "指定一级，或要求全部", "请只留其一"),
        ("both one node ('{found}') and every node are asked for", "one node, or every", "Leave one of them out"),
    ),
    "no-score-kept": (
        (
            "“{name}”之下有单位缺数，在所给界限之内任何权重都会使某个单位的“{name}”得分由有变无或由无变有",
            "使各单位得分有无不变的权重",
            "请放宽界限，或先填补缺数",
        ),
        (
            "below '{name}' units have gaps, and under all weights within the bounds one gains or loses its score of it",
            "weights at which no unit gains or loses its score by its coverage",
            "Widen the bounds, or impute first",
        ),
    ),
    "no-grades-at-level": (
        ("“{found}”一级没有“{name}”的分界点", "有分界点的一级", "请改用另一套等级"),
        ("the level '{found}' has no cuts for '{name}'", "a level with cuts", "Ask for another scheme"),
    ),
    "out-of-reach": (
        ("在界限之内，无论怎样改变权重，“{name}”都不能{found}", "最好的结果：{best}", "请放宽界限，或降低目标"),
        (
            "no weights within the bounds lift '{name}' to: {found}",
            "the best that can be reached: {best}",
            "Widen the bounds, or ask for less",
        ),
    ),
    "out-of-time": (
        (
            "{seconds}秒之内没有找到使“{name}”{found}的权重，也没有证明不可能",
            "已证明至少要移动{bound}的权重",
            "请给更多时间（time_limit），或收紧权重的界限",
        ),
        (
            "in {seconds} seconds no weights were found that lift '{name}' to: {found}; nor was it proven impossible",
            "it was proven that at least {bound} has to change",
            "Give more time (time_limit), or narrow the bounds of the weights",
        ),
    ),
    # The cheapest improvement
    "out-of-improvement": (
        (
            "在可达到的范围内，“{name}”不能{found}：需要{least}分",
            "最好的结果：{best}分",
            "请放宽limits，增加指标，或降低目标",
        ),
        (
            "nothing within the limits lifts '{name}' to: {found}; it takes a score of {least}",
            "the best that can be reached: {best}",
            "Widen the limits, add indicators, or ask for less",
        ),
    ),
    "improvement-unproven": (
        (
            "“{name}”能够{found}（需要{least}分），但没有找到并证明最省的组合",
            "所列指标都改进到头，可得{best}分",
            "请用among减少指标，少给几个可达到的数值，或收窄limits",
        ),
        (
            "'{name}' can be lifted to: {found} (it takes a score of {least}), but no cheapest way was found and proven",
            "with everything moved as far as it goes: {best}",
            "Look at fewer indicators (among), offer fewer steps, or narrow the limits",
        ),
    ),
    "not-concave": (
        (
            "“{name}”的合成方法为{found}，不是指数不大于1的加权平均，改进多少才够没有精确解",
            "算术、几何、调和平均，或指数不大于1的幂平均",
            "请用whatif(values=...)试算",
        ),
        (
            "'{name}' is made by {found}, no weighted mean with an exponent of 1 or less: there is no exact answer",
            "arithmetic, geometric and harmonic means, power means with an exponent of 1 or less",
            "Try values by whatif(values=...)",
        ),
    ),
    "filled-from-others": (
        (
            "“{name}”有由其他数据推算填补的单元格（{options}），改动一个指标会牵动它们",
            "没有联合插补的单位",
            "请先补上所缺的数据，或用whatif(values=...)试算",
        ),
        (
            "cells of '{name}' were filled from its other values ({options}) and would follow what is moved",
            "a unit without joint imputations",
            "Supply the missing data first, or try values by whatif(values=...)",
        ),
    ),
    "nothing-to-move": (
        ("没有可以改进的指标：costs、steps与among之间没有共同的指标", "{options}", "请至少给出一个指标"),
        (
            "no indicator is left to be moved: costs, steps and among have none in common",
            "{options}",
            "Name one at least",
        ),
    ),
    "no-better": (
        ("“{name}”的值{found}不比现值好", "{best}", "请改正数值或去掉这一项"),
        ("the value {found} of '{name}' is no improvement", "{best}", "Correct the value or leave it out"),
    ),
    "bad-step": (
        ("步骤“{found}”不是（数值，大于0的费用）", "[(95, 10.0), ...]", "请改正这一步"),
        ("the step '{found}' is no pair of a value and a cost above 0", "[(95, 10.0), ...]", "Correct the step"),
    ),
    # Scenarios
    "bad-assumption": (
        ("看不懂的假设“{found}”", "{options}（也可写：每年+5%、差距50%、标杆50%、趋势）", "请改成其中一种写法"),
        ("the assumption '{found}' cannot be read", "{options}", "Put it in one of these forms"),
    ),
    "no-earlier-board": (
        ("按趋势推演“{name}”需要上一期的结果", "before=上一期的结果（board）", "请给出before，或改用其他假设"),
        (
            "to go on with the trend of '{name}' takes the board of an earlier period",
            "before=BOARD",
            "Give before, or assume otherwise",
        ),
    ),
    "nothing-assumed": (
        ("所选单位在这些指标上没有数据，推演不起作用", "{options}", "请改选单位或指标"),
        (
            "the units have no values of these indicators, so nothing changes",
            "{options}",
            "Choose other units or indicators",
        ),
    ),
}
