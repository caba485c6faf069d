"""The words of faults in sensitivity analyses. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
SENSITIVITY: Final[dict[str, tuple[Words, Words]]] = {
    "points-not-power": (
        (
            "取点数“{found}”不是不小于64的2的整数次幂，Sobol点列因此不能均匀分布",
            "64、128、256、512、1024等；最接近的是{options}",
            "请改用其中一个",
        ),
        (
            "{found} points are not a power of 2 from 64, for which alone Sobol' points are balanced",
            "64, 128, 256, 512, 1024, ...; the nearest are {options}",
            "Take one of them",
        ),
    ),
    "unknown-target": (
        ("不能对“{found}”作敏感性分析", "{options}", "请从中选一个目标"),
        ("sensitivity of '{found}' cannot be asked for", "{options}", "Take one of these targets"),
    ),
    "target-off-scale": (
        (
            "目标是得分或等级，但这些组合的得分与公布的得分量程不同，不能比较：{found}",
            "{options}",
            "请改问位次，或去掉这些备选方法",
        ),
        (
            "the target is one of scores or grades, but scores of these combinations do not compare with the published: {found}",
            "{options}",
            "Ask for ranks, or leave these rivals out",
        ),
    ),
    "target-no-score": (
        ("“{name}”没有得分或等级，无从分析", "有得分的单位和有等级的层级", "请另选单位"),
        ("'{name}' has no score or no grade to look at", "units with a score, levels with grades", "Choose another"),
    ),
    "no-grades": (
        ("版本“{name}”不分等级", '得分、位次或先后次序，如"mean_rank_shift"', "请另选目标"),
        (
            "edition '{name}' has no grades",
            'scores, ranks or the order of two, such as "mean_rank_shift"',
            "Choose another target",
        ),
    ),
    "same-unit-twice": (
        ("“{name}”与自己比较", "两个不同的单位", "请改正其中一个"),
        ("'{name}' is compared with itself", "two different units", "Correct one of them"),
    ),
    "movers-by-sobol": (
        (
            'method="{found}"的结果没有逐单位的指数',
            'method="sobol"的结果',
            '请用sensitivity(method="sobol")',
        ),
        (
            'a result of method="{found}" has no indices by unit',
            'a result of method="sobol"',
            'Ask with sensitivity(method="sobol")',
        ),
    ),
    "too-few-runs": (
        (
            "{found}个取点中只有{left}个的目标值齐全，不足{low}个",
            "{low}个以上",
            "请增大n，或去掉使单位失去得分的来源",
        ),
        (
            "only {left} of {found} points have all values of the target that an index needs, fewer than {low}",
            "{low} or more",
            "Raise n, or leave out what takes the score away",
        ),
    ),
}
