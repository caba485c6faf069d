"""The words of faults in analyses of a board. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
ANALYSIS: Final[dict[str, tuple[Words, Words]]] = {
    "clusters-k": (
        ("不能分成{found}类", "2至{most}类：少于互不相同的单位数", "请改类数，或补充数据"),
        ("units cannot be put into {found} clusters", "2 to {most}: fewer than the different profiles", "Change k, or add data"),
    ),
    # Answers of a fuzzy evaluation
    "shares-text": (
        ("“{found}”不是数字", "不小于0的人数或占比；该单位无此项回答的，各等级均留空", "请改为数字，或整行留空"),
        ("'{found}' is not a number", "counts or shares of 0 or more; every grade blank where nobody was asked", "Give a number, or leave the whole row blank"),
    ),
    "shares-range": (
        ("人数或占比为{found}", "不小于0的有限数字", "请改正"),
        ("the count or share is {found}", "finite numbers of 0 or more", "Correct it"),
    ),
    "shares-blank": (
        ("回答只填了一部分，空缺等级：{found}", "各等级全部填写，或全部留空（改由得分推算隶属度）", "无人选择的等级请填0；没有调查的请整行留空"),
        ("the answers are given in part; blank: {found}", "every grade filled, or none (memberships then follow from points)", "Write 0 where nobody chose the grade; leave the whole row blank where nobody was asked"),
    ),
    "shares-double": (
        ("同一单位、同一指标有两行：第{first}行和第{second}行", "每个单位、每个指标一行", "请删去一行；分批调查的请先合并人数"),
        ("the unit has two rows for the indicator: {first} and {second}", "one row a unit and indicator", "Remove one; add up counts of several rounds first"),
    ),
    "shares-twice": (
        ("指标“{name}”给了两次（代码和名称）", "每个指标一次", "请删去一个"),
        ("the indicator '{name}' is given twice, by code and by name", "each indicator once", "Remove one"),
    ),
    "shares-ragged": (
        ("该行有{found}个等级，其他行有{expected}个", "各行等级个数相同", "请补齐；无人选择的等级填0"),
        ("the row has {found} grades, the others {expected}", "the same grades in every row", "Complete it, with 0 where nobody chose the grade"),
    ),
    "shares-shape": (
        ("回答数组的形状为{found}", "{expected}：每个单位一行，由低到高每个等级一列，至少两个等级，各指标等级相同", "请按得分表的单位顺序补齐各行"),
        ("the answers have shape {found}", "{expected}: a row a unit, a column a grade from the lowest to the highest, two grades or more, the same for every indicator", "Give a row for every unit of the board, in its order"),
    ),
    "shares-few": (
        ("等级列不足两个：{found}", "unit、indicator之外，由低到高至少两个等级列", "请补充等级列"),
        ("there are fewer than two columns of grades: {found}", "beside unit and indicator two or more, from the lowest grade to the highest", "Add the columns"),
    ),
    "shares-grades": (
        ("给了{found}个等级名称，回答有{expected}列：{options}", "由低到高每列一个名称", "请使名称与各列一一对应"),
        ("{found} grades are named, the answers have {expected} columns: {options}", "a name for every column, from the lowest to the highest", "Name each column"),
    ),
    # Distribution over units: inequality, density, convergence
    "distribution-shape": (
        ("“{name}”的形状为{found}", "{expected}", "请使各数组的单位一一对应"),
        ("'{name}' has shape {found}", "{expected}", "Give arrays over the same units in the same order"),
    ),
    "distribution-text": (
        ("“{name}”中有不是数字的值：{found}", "数字；缺失为NaN", "请改正，或留空"),
        ("'{name}' holds something that is not a number: {found}", "numbers; NaN where missing", "Correct it, or leave it empty"),
    ),
    "distribution-negative": (
        ("有{n}个负值：{found}", "不小于0的值；基尼系数和泰尔指数只适用于有自然零点的非负值", "请改用0—100的得分或原始量；对可为负的值可看标准差或核密度"),
        ("{n} values are negative: {found}", "values of 0 or more; Gini and Theil are for quantities with a true zero", "Take points or raw quantities; for values of either sign look at the standard deviation or the density"),
    ),
    "distribution-not-positive": (
        ("有{n}个值不大于0，不能取对数：{found}", "大于0的值", "请先剔除这些单位，或改用不取对数的指标（变异系数、泰尔T）"),
        ("{n} values are not above 0, and there is no logarithm of them: {found}", "values above 0", "Leave these units out first, or take a measure without logarithms (coefficient of variation, Theil's T)"),
    ),
    "distribution-population": (
        ("人口权数{reason}：{found}", "每个有值的单位都有一个不小于0的人口数，合计大于0", "请补齐或改正人口数"),
        ("the population {reason}: {found}", "a number of 0 or more for every unit with a value, their sum above 0", "Complete or correct the population"),
    ),
    "distribution-group": (
        ("有{n}个有值的单位未写明所属的组：{found}", "每个有值的单位恰好属于一个组", "请补上所属的组，或先剔除这些单位"),
        ("{n} units with a value are in no group: {found}", "one group for every unit with a value", "State their groups, or leave them out first"),
    ),
    "distribution-nesting": (
        ("“{inner}”跨了上一级的几个组：{found}", "下级的每个组只属于上级的一个组", "请用代码而不是名称作为组（不同省可有同名的组），并由大到小排列各级"),
        ("'{inner}' lies in several groups of the level above: {found}", "every inner group within one outer group", "Group by codes, not by names that several provinces share, and order the levels from the outermost in"),
    ),
    "distribution-few": (
        ("{what}只有{found}个，至少要{least}个", "不少于{least}个", "请补充数据，或减少分组"),
        ("too few {what}: {found}, at least {least} are needed", "{least} or more", "Add data, or make fewer groups"),
    ),
    "distribution-constant": (
        ("各单位的值都等于{found}，{what}没有意义", "至少两个不同的值", "请换一个有差异的指标"),
        ("all values are {found}: {what} means nothing here", "at least two different values", "Take a quantity in which units differ"),
    ),
    "distribution-outside": (
        ("有{n}个值在界限[{low}, {high}]之外：{found}", "界限以内的值；没有界限写bounds = None", "请改正界限"),
        ("{n} values lie outside the bounds [{low}, {high}]: {found}", "values within the bounds; bounds=None where there are none", "Correct the bounds"),
    ),
    "distribution-bounds": (
        ("界限[{low}, {high}]无效", "(下限, 上限)，下限小于上限；一侧没有界限写None", "请改正界限"),
        ("the bounds [{low}, {high}] are not valid", "(lower, upper) with lower < upper; None for a side without a bound", "Correct the bounds"),
    ),
    "distribution-by": (
        ("不能按“{name}”分组：{reason}", "数据中的分组列（{options}），或province（代码前2位）、city（代码前4位），或单位到组的对照表", "请改用其中之一"),
        ("units cannot be grouped by '{name}': {reason}", "a column of groups ({options}), province (first 2 digits of codes), city (first 4), or a mapping from unit to group", "Take one of these"),
    ),
    "distribution-weights-name": (
        ("数据中没有名为“{name}”的人口数", "原始量或除数列：{options}；或单位到人口的对照表", "请改正名称"),
        ("the data hold no population '{name}'", "a measure or denominator: {options}; or a mapping from unit to population", "Correct the name"),
    ),
    "convergence-periods": (
        ("时期{reason}：{found}", "由早到晚、间隔已知的数字（如年份），每期一个", "请改正时期"),
        ("the periods {reason}: {found}", "rising numbers, such as years, one for each column", "Correct the periods"),
    ),
    "convergence-controls": (
        ("控制变量“{name}”{reason}", "在所用单位中有差异、且不能由其他变量线性表出的变量", "请删去或改正该变量"),
        ("the control '{name}' {reason}", "a variable that differs among the units used and is no linear combination of the others", "Remove or correct it"),
    ),
    "convergence-recipes": (
        ("各期得分所用的计分方案不同：{found}", "同一方案（同样的界限和权重）计算的各期得分", "请用同一个recipe对各期数据计分：apply(表, recipe)；确要混用，写mixed=True"),
        ("the boards were scored with different recipes: {found}", "boards of one recipe: the same bounds and weights", "Score every period with one recipe: apply(table, recipe); or say mixed=True"),
    ),
    "convergence-boards": (
        ("各期得分表{reason}：{found}", "两期以上、时期各不相同的得分表，有共同的单位", "请核对所给的各期"),
        ("{reason}: {found}", "boards of two or more different periods that share units", "Check the boards"),
    ),
    # Neighbours
    "neighbours-coordinates": (
        ("坐标{reason}：{found}", "每个单位一对经度（−180至180）、纬度（−90至90），以度计，先经后纬", "请补齐或改正坐标，或先剔除这些单位"),
        ("the coordinates {reason}: {found}", "longitude (-180 to 180) and latitude (-90 to 90) of every unit in degrees, longitude first", "Complete or correct them, or leave these units out first"),
    ),
    "neighbours-source": (
        ("不知道各单位的位置或邻接关系", "coordinates：数据集名、含经纬度的表，或单位到(经度, 纬度)的对照表；或neighbours", "请给出coordinates或neighbours"),
        ("where the units lie, or which adjoin, is not known", "coordinates: a dataset, a table with lon and lat, or a mapping from unit to (lon, lat); or neighbours", "Give coordinates or neighbours"),
    ),
    "neighbours-k": (
        ("k = {found}不可行：共有{n}个单位", "1至单位数减1的整数", "请改小k"),
        ("k = {found} is not possible among {n} units", "a whole number from 1 to the number of units less 1", "Choose another k"),
    ),
    "neighbours-matrix": (
        ("权重矩阵{reason}：{found}", "行列均为各单位的方阵，元素不小于0，对角线为0", "请改正矩阵"),
        ("the matrix of weights {reason}: {found}", "a square matrix over the units, entries of 0 or more, a diagonal of 0", "Correct the matrix"),
    ),
    "neighbours-pair": (
        ("邻接对“{found}”{reason}", "两个不同的、已知的单位，可带一个大于0的权重", "请改正该对"),
        ("the pair '{found}' {reason}", "two different units that are known, with a weight above 0 if any", "Correct the pair"),
    ),
    "neighbours-distance": (
        ("有{n}对单位的距离为0：{found}", "各单位两两之间距离大于0", "请用least给出距离的下限"),
        ("{n} pairs of units are at distance 0: {found}", "a distance above 0 between any two units", "Give least, the smallest distance that counts"),
    ),
    "neighbours-none": (
        ("没有任何两个单位相邻", "至少一对相邻的单位", "请放宽相邻的条件（如增大within）"),
        ("no two units are neighbours", "at least one pair of neighbours", "Widen the rule, such as within"),
    ),
    # Leaving out, comparisons
    "nothing-left-out": (
        ("去掉“{name}”后，指数不再含任何指标", "总指数以外的指标或节点，且去掉后仍有权重大于0的指标", "请少去掉一些"),
        ("without '{name}' nothing is left of the index", "indicators and nodes other than the index, as long as some weight is left", "Leave out fewer"),
    ),
    "too-few-scores": (
        ("可能的得分只有{found}个", "不少于{least}的整数：量表上可能的得分个数，不是实际出现的个数", "请改正possible"),
        ("only {found} scores are said to be possible", "a whole number of {least} or more: the scores that the scale has, not those that occur", "Correct possible"),
    ),
    "bad-count": (
        ("{name}为{found}", "不小于{least}的整数", "请改正{name}"),
        ("{name} is {found}", "a whole number of {least} or more", "Correct {name}"),
    ),
    "bad-share": (
        ("{name}为{found}", "0至1之间的数", "请改正{name}"),
        ("{name} is {found}", "a number from 0 to 1", "Correct {name}"),
    ),
    # Obstacle degree, coupling coordination
    "unit-interval": (
        ("“{name}”有{n}个值不在0至1之间，如{found}", "0至1之间的值（1为最好）；缺失为NaN", "请先同向化并归一化到[0, 1]；Z分数和秩次不适用"),
        ("{n} values of '{name}' do not lie in [0, 1], such as {found}", "values from 0 to 1, 1 the best; NaN where missing", "Normalise them to [0, 1] first; z-scores and ranks will not do"),
    ),
    "obstacle-weights": (
        ("权重{reason}：{found}", "每个指标一个不小于0的权重，合计大于0", "请改正权重"),
        ("the weights {reason}: {found}", "a weight of 0 or more for each indicator, their sum above 0", "Correct the weights"),
    ),
    "coupling-form": (
        ("“{name}”是常见的错误形式：{reason}", "{options}", "请改用规范形式form = \"normative\"，或王淑佳等（2021）的修正形式form = \"wang\""),
        ("'{name}' is a known wrong form: {reason}", "{options}", "Take form = \"normative\", or the form of Wang et al. (2021), form = \"wang\""),
    ),
    "coupling-range": (
        ("有{n}个子系统水平不在0至1之间，如{found}：{reason}", "0至1之间的值；缺失为NaN", "请先归一化到[0, 1]，或写rescale = (0.01, 0.99)"),
        ("{n} levels of subsystems do not lie in [0, 1], such as {found}: {reason}", "values from 0 to 1; NaN where missing", "Normalise them to [0, 1] first, or give rescale = (0.01, 0.99)"),
    ),
    "coupling-count": (
        ("只有{found}个子系统", "两个以上的子系统，每列一个", "请再加入子系统"),
        ("there are {found} subsystems", "two subsystems or more, a column each", "Add subsystems"),
    ),
    "coupling-interval": (
        ("区间[{found}]无效", "0 ≤ 下限 < 上限 ≤ 1，如0.01和0.99", "请改正rescale"),
        ("the interval [{found}] is not valid", "0 <= low < high <= 1, such as 0.01 and 0.99", "Correct rescale"),
    ),
    "coupling-constant": (
        ("该子系统在{n}个单位中的水平全部相同（或没有值），无法区间化", "至少两个不同的值", "请不做区间化（rescale = None），或去掉该子系统"),
        ("the subsystem has one and the same level in all {n} units (or none), so there is nothing to rescale by", "at least two different values", "Do without rescaling (rescale = None), or leave the subsystem out"),
    ),
}  # fmt: skip

#: Phrases that fill a template: English -> Chinese; {} stands for any text.
ANALYSIS_PHRASES: Final[dict[str, str]] = {
    # Distribution over units
    "is missing": "缺失",
    "are missing": "缺失",
    "is negative": "为负",
    "sums to 0": "合计为0",
    "are out of range": "超出范围",
    "do not rise": "不是由早到晚",
    "are not numbers": "不是数字",
    "are not evenly spaced": "间隔不等",
    "is the same in all units": "在所用单位中没有差异",
    "is a linear combination of the others": "可由其他变量线性表出",
    "is not square over the units": "不是以各单位为行列的方阵",
    "has entries that are negative or not finite": "有负的或非有限的元素",
    "has weights on its diagonal": "对角线不为0",
    "joins a unit to itself": "两端是同一个单位",
    "names an unknown unit": "有未知的单位",
    "has a weight that is not above 0": "的权重不大于0",
    "has two different weights": "给了两个不同的权重",
    "is not a pair": "不是一对单位",
    "there is no such column": "没有这一列",
    "codes do not begin with digits enough": "代码开头的数字位数不足",
    "units with a value": "有值的单位",
    "grid points": "网格点",
    "levels": "层级",
    "units in all periods": "各期均有值的单位",
    "periods": "时期",
    "neighbours": "邻居",
    "degrees of freedom": "自由度",
    "groups to cluster by": "聚类组",
    "a density": "核密度",
    "spatial autocorrelation": "空间自相关",
    "convergence": "收敛检验",
    "too few boards": "得分表的期数不足",
    "two boards are of one period": "有两份得分表属于同一时期",
    "a board has no period": "有得分表没有时期",
    "the boards share no unit with a score": "各期没有共同的有分单位",
    "threshold": "阈值",
    "rule": "规则",
    "middle": "中线",
    "form": "形式",
    "table": "表",
    "have another shape": "的个数与指标不符",
    "are negative or infinite": "有负值或无穷大",
    "sum to 0": "合计为0",
    # Correlations and structure
    "stage": "阶段",
    "kind of correlation": "相关系数",
    "correction": "多重检验校正方法",
    "numeric column": "数值列",
    "rule for missing cells": "缺失值处理规则",
    "without the factor k it cannot exceed 1/k, and every grade table is read wrongly": "丢失系数k，其上限只有1/k，对照等级表必然误判",
    "without the k-th root it is the k-th power of the degree, and falls with the number of systems": "丢失k次方根，所得为耦合度的k次方，系统越多数值越小",
    "weights belong to T; inside C, two systems at the same level come out as badly coupled": "权重只应用于T；放入C后，水平相同的系统也会显得不耦合",
    "levels outside [0, 1] must be normalised first; units of measurement would decide the degree": "水平不在[0, 1]内时模型不成立，耦合度将由计量单位决定",
    "weights": "权重",
    "side": "闭合端",
}
