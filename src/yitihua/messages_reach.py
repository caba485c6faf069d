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
        ("“{name}”没有得分（覆盖率不足），改变权重也不会有", "有得分的单位", "请先补上所缺的数据"),
        (
            "'{name}' has no score for want of coverage, and no weights give it one",
            "units with a score",
            "Supply the missing data first",
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
    "gaps-below": (
        (
            "“{name}”之下有{count}个单位缺数（如{found}），权重会在所余指标间重新分配，得分不再是权重的线性函数",
            "该级之下没有缺数",
            "请改变另一级的权重，或先填补缺数",
        ),
        (
            "below '{name}' {count} units have gaps ({found}); weights are shared anew there, so scores are not linear",
            "a node below which no unit has gaps",
            "Vary the weights of another node, or impute first",
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
}
