"""The words of faults in weights that are fitted to data, and in their combinations. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
WEIGHTS: Final[dict[str, tuple[Words, Words]]] = {
    # Weights fitted to the data
    "common-bounds": (
        (
            "权重的界限{found}不可行：共{count}个下级",
            "下限不大于1/个数，上限不小于1/个数，且都在0到1之间",
            "请改正界限",
        ),
        (
            "the bounds {found} on weights cannot hold: there are {count} children",
            "a lower bound of 1/number at most and an upper one of 1/number at least, in 0..1",
            "Correct the bounds",
        ),
    ),
    "importance-targets": (
        ("重要性目标无效：{found}", "每个下级一个不小于0的数，不全为0", "请改正目标"),
        (
            "these targets of importance are not valid: {found}",
            "a number of 0 or more for each child, not all 0",
            "Correct the targets",
        ),
    ),
    "importance-absent": (
        ("“{name}”之下只给出了部分下级的重要性目标，缺{found}", "给出全部下级，或都不给出", "请补全目标"),
        (
            "only some children of '{name}' have a target of importance; none for {found}",
            "all children of a parent, or none",
            "Add the others",
        ),
    ),
    "entropy-negative": (
        (
            "“{name}”有负值（{found}），不能计算熵",
            "不小于0的值",
            '请先同向化和无量纲化，或将零值处理设为zero = "shift"（非负平移）',
        ),
        (
            "'{name}' has negative values ({found}), of which there is no entropy",
            "values of 0 or more",
            'Normalise it first, or shift it with zero = "shift"',
        ),
    ),
    "entropy-amount": (
        ("零值处理“{rule}”的amount为{found}", "大于0的数；shrink须小于0.5；limit不用填", "请改正amount"),
        (
            "the amount of the zero rule '{rule}' is {found}",
            "a number above 0; below 0.5 for shrink; none for limit",
            "Correct the amount",
        ),
    ),
    "variation-mean": (
        (
            "“{name}”的均值为{found}，变异系数没有意义",
            "均值大于0的指标",
            '请用原始的正值或0—100的得分，或改用标准差权重（method = "sd"）',
        ),
        (
            "the mean of '{name}' is {found}, relative to which a spread means nothing",
            "indicators with a mean above 0",
            'Use raw positive values or points, or weights by standard deviation (method = "sd")',
        ),
    ),
    # Benefit of the doubt
    "bod-shape": (
        ("数据形状不符：{found}", "x为（…，单元，指标），reference为（行，指标），指标数相同且不为空", "请检查输入"),
        (
            "shapes do not fit: {found}",
            "x (..., units, children) and reference (rows, children), not empty and with the same children",
            "Check the input",
        ),
    ),
    "bod-negative": (
        (
            "有负值或无穷值（如{found}），所在列：{columns}",
            "不小于0的有限值",
            "数据包络分析（DEA）不能使用负值：请改用0—100的得分，而非标准分（z-score）",
        ),
        (
            "negative or infinite values (such as {found}) in the columns {columns}",
            "finite values of 0 or more",
            "Benefit of the doubt has no use for negative values: take points, not z-scores",
        ),
    ),
    "bod-bounds": (
        (
            "份额上下限不可行：{reason}",
            "每个下限不大于上限，均在0与1之间；下限之和不大于1，上限之和不小于1",
            "请调整份额的上下限",
        ),
        (
            "share bounds: {reason}",
            "lower bounds not above upper ones, all between 0 and 1; lower ones sum to 1 at most, upper ones to 1 at least",
            "Change the bounds",
        ),
    ),
    "bod-ratios": (
        ("权重比例约束有{found}列", "每行{want}个有限系数，对应{want}个指标", "请改正约束矩阵"),
        ("ratios of weights have {found} columns", "{want} finite coefficients a row, one a child", "Correct the rows"),
    ),
    "bod-unsolved": (
        ("线性规划未能求解，误差{found}", "", "请检查数据中是否有量级相差过大的数值"),
        ("a linear programme was not solved: it is off by {found}", "", "Look for values of very different size"),
    ),
    # Principal components, independence
    "components-units": (
        (
            "只有{found}个单位（共{units}个）没有缺失值，不足以提取主成分",
            "至少3个数据完整的单位",
            '请先插补缺失值，或设missing = "pairwise"，按两两完整的数据计算相关系数',
        ),
        (
            "only {found} of {units} units have no missing cell, too few for principal components",
            "three complete units or more",
            'Impute missing cells, or set missing = "pairwise" to take each correlation on the units that have both',
        ),
    ),
    "components-pairs": (
        (
            "有{found}对指标没有足够的共同单位，无法计算相关系数",
            "每对指标至少有2个共同的单位，且数值不全相同",
            "请先插补缺失值，或去掉数据过少的指标",
        ),
        (
            "{found} pairs of indicators share too few units for a correlation",
            "two shared units a pair, with values that differ",
            "Impute missing cells, or leave out indicators with little data",
        ),
    ),
    "components-negative": (
        (
            "“{name}”在第一主成分上的系数为负（{found}），与其余指标方向相反",
            "不小于0的系数",
            '请核对该指标的方向；或设negative = "clip"（权重记为0）；或改用其他赋权方法',
        ),
        (
            "'{name}' has a negative coefficient in the first component ({found}): it runs against the others",
            "coefficients of 0 or more",
            'Check its direction, set negative = "clip" (weight 0), or weigh by another method',
        ),
    ),
    "independence-none": (
        (
            "“{name}”与其余指标完全不相关（复相关系数{found}），其倒数没有上界",
            "复相关系数大于0",
            "请改用其他赋权方法，或单独给出该指标的权重",
        ),
        (
            "'{name}' is uncorrelated with all others (multiple correlation {found}), whose reciprocal has no bound",
            "multiple correlations above 0",
            "Weigh by another method, or state its weight",
        ),
    ),
    # Combinations
    "combine-few": (
        ("只有{found}组权重，无法组合", "两组或两组以上", "请在sets中列出要组合的权重方案"),
        ("{found} set of weights: nothing to combine", "two or more", "Name the weight sets to combine under sets"),
    ),
    "combine-vector": (
        ("第{found}组权重无效", "不小于0的有限数，且不全为0", "请核对该组权重"),
        ("set {found} of the weights will not do", "finite numbers of 0 or more, not all 0", "Check these weights"),
    ),
    "combine-alphas": (
        ("组合系数为{found}，共需{count}个", "每组权重一个不小于0的系数，不全为0", "请改正alphas"),
        (
            "the shares are {found}, where {count} are needed",
            "one number of 0 or more a set, not all 0",
            "Correct alphas",
        ),
    ),
    "combine-negative": (
        (
            "博弈论组合的系数有负值：{found}",
            "不小于0的系数",
            '请设negative_coefficient = "zero"（去掉该组重新求解），或改用线性组合',
        ),
        (
            "coefficients of the game-theoretic combination are negative: {found}",
            "coefficients of 0 or more",
            'Set negative_coefficient = "zero" (leave that set out and solve again), or combine linearly',
        ),
    ),
    "combine-nothing": (
        ("没有一个指标在各组权重中都大于0，乘积全为0", "至少一个指标在各组中权重都大于0", "请改用线性组合"),
        (
            "no indicator has a weight above 0 in all sets: every product is 0",
            "one indicator with weights above 0 throughout",
            "Combine linearly",
        ),
    ),
}

#: Phrases that fill a template: English -> Chinese; {} stands for any text.
WEIGHTS_PHRASES: Final[dict[str, str]] = {
    "it goes with rule = fixed": "与rule = fixed同用",
    # Benefit of the doubt
    "the lower bounds sum to {}": "下限之和为{}",
    "the upper bounds sum to {}": "上限之和为{}",
    "child {}: {} > {}": "第{}个指标：{} > {}",
    "{} bounds for {} children": "{}个界限，而指标有{}个",
    "a bound is not a share between 0 and 1": "界限须为0至1之间的份额",
    "shares are bounded around the weights or by fixed numbers, not both": "份额或围绕权重浮动，或用固定上下限，不能两者并用",
    "the lower bound of shares is above the upper one": "份额下限大于上限",
    # Settings of weighting methods
    'with zero = "limit" nothing is added': 'zero = "limit"时不加任何数',
    "it must be below 0.5": "须小于0.5",
    "two or more different sets are needed": "须有两个或两个以上不同的方案",
    'only with combine = "linear"': '只用于combine = "linear"',
    "one number of 0 or more a set, not all 0": "每个方案一个不小于0的数，不全为0",
    'only with places = "exponent"': '只用于places = "exponent"',
    'only with factors = "fixed"': '只用于factors = "fixed"',
    'only with factors = "share"': '只用于factors = "share"',
    'needed with factors = "fixed"': 'factors = "fixed"时必须填写',
}
