"""The words of faults in weights: AHP, budgets, fitted weights. See `yitihua.messages`."""

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
    # Ranks, budgets, Delphi
    "rank-bad": (
        ("排序“{found}”无效", "大于0的数，1为最重要", "请补齐或改正该排序"),
        ("the rank '{found}' will not do", "numbers above 0; 1 is the most important", "State or correct it"),
    ),
    "ranks-missing": (
        ("没有给出{found}的排序", "{options}", "请在ranks中逐一给出，1为最重要，可以并列"),
        (
            "no rank is given for {found}",
            "{options}",
            "Give one each under ranks; 1 is the most important, ties are allowed",
        ),
    ),
    "budget-empty": (
        ("没有专家分配点数", "每位专家一行，每个指标一列", "请填写分配表"),
        ("no expert has given any points", "one row an expert, one column an indicator", "Fill the table in"),
    ),
    "budget-points": (
        ("点数{found}无效", "不小于0的数", "请改正"),
        ("{found} points will not do", "numbers of 0 or more", "Correct them"),
    ),
    "budget-missing": (
        ("点数合计{found}，应为{total}，且{name}未填", "合计等于总点数；此时空格按0计", "请补填；不给点数的填0"),
        (
            "the points add up to {found} where {total} are to be given, and {name} are empty",
            "points that make up the budget; then an empty cell counts as 0",
            "Fill them in, with 0 where nothing is given",
        ),
    ),
    "budget-sum": (
        ("点数合计{found}，应为{total}", "合计等于总点数", '请让该专家改正，或设sums = "rescale"按比例折算'),
        (
            "the points add up to {found} where {total} are to be given",
            "points that make up the budget",
            'Ask the expert to correct them, or set sums = "rescale"',
        ),
    ),
    "budget-median": (
        ("各指标点数的中位数均为0", "至少一个指标有半数以上专家给出点数", '请设centre = "mean"'),
        (
            "the median of every indicator is 0",
            "an indicator that half of the experts give points to",
            'Set centre = "mean"',
        ),
    ),
    "expert-columns": (
        ("专家评分表中没有{found}的列", "{options}", "请补上该列，列名用编码或名称"),
        ("the table of experts has no column for {found}", "{options}", "Add it, headed by code or name"),
    ),
    "delphi-empty": (
        ("没有任何专家评分", "每位专家一行，每个条目一列", "请填写评分表"),
        ("nobody has scored anything", "one row an expert, one column an item", "Fill the table in"),
    ),
    "delphi-score": (
        ("评分{found}无效", "大于0的分数，且不超过满分{top}", "请改正"),
        ("the score {found} will not do", "scores above 0 and up to the full score {top}", "Correct it"),
    ),
    "delphi-authority": (
        ("权威程度{found}无效", "每位专家一个大于0的数；判断依据和熟悉程度在0与1之间", "请改正"),
        (
            "authority coefficients {found} will not do",
            "one number above 0 an expert; basis and familiarity between 0 and 1",
            "Correct them",
        ),
    ),
    "delphi-shape": (
        ("两轮的大小不同：{found}与{wanted}", "同样的专家和条目，顺序相同", "请对齐两轮的专家和条目，退出的专家留空"),
        (
            "the rounds differ in size: {found} and {wanted}",
            "the same experts and items in the same order",
            "Line them up; leave rows of experts who left empty",
        ),
    ),
    # AHP
    "ahp-shape": (
        ("判断矩阵的大小为{found}，应为{count} x {count}", "行列数等于被比较的指标数", "请补齐矩阵"),
        (
            "the matrix of judgments is {found} where {count} x {count} is needed",
            "one row and column for each that is compared",
            "Complete the matrix",
        ),
    ),
    "ahp-missing": (
        ("“{row}”与“{column}”的比较未填", "1/9至9之间的判断，或在对称位置填其倒数", "请补填"),
        (
            "'{row}' was not compared with '{column}'",
            "a judgment from 1/9 to 9, or its reciprocal in the mirror cell",
            "Fill it in",
        ),
    ),
    "ahp-positive": (
        ("“{row}”与“{column}”的判断为{found}", "大于0的数", "请改正"),
        ("the judgment of '{row}' against '{column}' is {found}", "numbers above 0", "Correct it"),
    ),
    "ahp-scale": (
        ("“{row}”与“{column}”的判断为{found}，超出标度", "1/{most}至{most}", "请按1—{most}标度改正"),
        (
            "the judgment of '{row}' against '{column}' is {found}, which is off the scale",
            "1/{most} to {most}",
            "Judge on the scale of 1 to {most}",
        ),
    ),
    "ahp-diagonal": (
        ("“{row}”与自身的比较为{found}", "对角线为1", "请改为1"),
        ("'{row}' against itself is {found}", "1 on the diagonal", "Make it 1"),
    ),
    "ahp-reciprocal": (
        (
            "“{row}”与“{column}”的判断为{found}，而反过来是{other}，两者不互为倒数",
            "{wanted}（保留两位小数亦可）",
            "请改正其中一个",
        ),
        (
            "'{row}' against '{column}' is {found}, but the other way round {other}: these are no reciprocals",
            "{wanted}, or that to two decimals",
            "Correct one of the two",
        ),
    ),
    "ahp-not-number": (
        ("“{row}”与“{column}”的判断“{found}”不是数字", "1至9，或1/9至1/2，如3或1/3", "请改正"),
        (
            "the judgment of '{row}' against '{column}' is no number: '{found}'",
            "1 to 9 or 1/9 to 1/2, such as 3 or 1/3",
            "Correct it",
        ),
    ),
    "ahp-date": (
        (
            "“{row}”与“{column}”的判断被表格软件转成了日期或时间（{found}）",
            "1至9，或1/9至1/2",
            "请将单元格格式设为“分数”或“文本”后重新填写",
        ),
        (
            "the judgment of '{row}' against '{column}' was turned into a date or time ({found})",
            "1 to 9 or 1/9 to 1/2",
            "Format the cell as a fraction or as text and enter it again",
        ),
    ),
    "ahp-too-many": (
        (
            "一次比较{found}个指标，超出所用随机一致性指标（RI）表",
            "至多{most}个",
            '请拆成多级，或换用更长的RI表（random_index = "chinese"，至多15个）',
        ),
        (
            "{found} are compared at once, beyond the table of random indices",
            "{most} at most",
            'Split them over levels, or take the longer table (random_index = "chinese", up to 15)',
        ),
    ),
    "ahp-judges": (
        ("专家权重为{found}，专家共{count}位", "每位专家一个大于0的数", "请改正judges"),
        (
            "the weights of experts are {found}, and there are {count} experts",
            "one number above 0 an expert",
            "Correct judges",
        ),
    ),
    "ahp-judge-unknown": (
        ("judges中的“{name}”不在判断文件的专家之列", "{options}", "请按判断文件中的专家姓名填写，每位一个权重"),
        (
            "'{name}' of judges is none of the experts of the files",
            "{options}",
            "Name the experts as the files do, each with a weight",
        ),
    ),
    "ahp-judge-missing": (
        ("没有给出专家“{name}”的权重", "judges中每位专家一个权重", "请补上，或去掉judges（各专家同等对待）"),
        (
            "no weight is given for the expert '{name}'",
            "one for every expert under judges",
            "Add it, or leave judges out to treat all alike",
        ),
    ),
    "ahp-nobody": (
        ("没有找到任何专家的判断", "填好的判断表（.xlsx或.csv），行列标题为：{options}", "请检查files所列的文件"),
        (
            "no expert's judgments were found",
            "filled-in forms (.xlsx or .csv) with rows and columns headed {options}",
            "Check the files listed under files",
        ),
    ),
    "ahp-inconsistent": (
        (
            "一致性比例CR为{found}，“{row}”与“{column}”的判断{given}偏离最大",
            "CR小于{limit}",
            '请复核该判断，改为{better}时CR为{cr}；或设inconsistent = "note"只作提示',
        ),
        (
            "the consistency ratio is {found}; the judgment {given} of '{row}' against '{column}' fits least",
            "a CR below {limit}",
            'Have it judged again: with {better} the CR is {cr}. Or set inconsistent = "note" to go on',
        ),
    ),
    "ahp-expert-twice": (
        ("该专家对“{parent}”已有一份判断（{other}）", "每位专家一份", "请删去一份，或在封面写明不同的姓名"),
        (
            "this expert has judged '{parent}' already ({other})",
            "one matrix an expert",
            "Remove one of them, or put different names on the covers",
        ),
    ),
    "ahp-not-judged": (
        ("该专家没有比较“{parent}”下的指标", "行列标题为{options}的判断表", "请补填该表"),
        (
            "this expert did not compare what is under '{parent}'",
            "a sheet with rows and columns headed {options}",
            "Have it filled in",
        ),
    ),
    "ahp-blank": (
        ("整张判断表未填", "上三角各格填1/9至9", "请填写；未参加判断的专家请移走其文件"),
        (
            "nothing is filled in",
            "judgments from 1/9 to 9 above the diagonal",
            "Have it filled in, or take the file of an expert who did not judge away",
        ),
    ),
    "ahp-label-twice": (
        ("{kind}标题重复，另一处在{other}", "每个指标一行一列", "请删去重复的一个"),
        (
            "the label of a {kind} stands there twice, also in {other}",
            "one row and one column for each",
            "Remove one of them",
        ),
    ),
    "ahp-label-missing": (
        ("缺少该指标的{kind}（找到最接近的标题：{name}）", "{options}", "请补上，标题用编码或名称"),
        ("there is no {kind} for it (the nearest label: {name})", "{options}", "Add it, headed by code or name"),
    ),
    "ahp-label-unknown": (
        ("不认识的标题，其下填有判断", "{options}", "请改名或删除"),
        ("an unknown label that has judgments", "{options}", "Rename or remove it"),
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
