"""The words of faults in questions of certainty: what is varied, what is asked. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
CERTAINTY: Final[dict[str, tuple[Words, Words]]] = {
    # What is varied
    "nothing-varied": (
        ("没有任何可变动的来源，结果不会有不确定性", "{options}", "请至少选一项"),
        ("nothing is varied, so nothing can be uncertain", "{options}", "Ask for one of them at least"),
    ),
    "nothing-imputed": (
        (
            "没有插补过的单元格，无从重新抽取插补值",
            "有插补值的数据",
            "请去掉这一项，或在合成方法文件（index/）中选择插补方法",
        ),
        (
            "no cell was imputed, so none can be drawn anew",
            "data with imputed cells",
            "Leave it out, or choose an imputation in the index file",
        ),
    ),
    "not-operational": (
        ("“{name}”没有可设的测量误差：它不是指标，或已有调查抽样误差", "{options}", "请改用业务指标"),
        (
            "'{name}' takes no measurement error: it is no indicator, or has a sampling error already",
            "{options}",
            "Name operational indicators",
        ),
    ),
    "weight-bounds-pair": (
        ("权重界限“{found}”不是一对0到1之间、下限不大于上限的数", "[下限, 上限]", "请改正界限"),
        (
            "the bounds '{found}' are no pair of numbers in 0..1, the lower one first",
            "[lower, upper]",
            "Correct the bounds",
        ),
    ),
    "weight-bounds-empty": (
        (
            "“{name}”之下没有满足界限的权重：下限合计{low}，上限合计{high}",
            "下限合计不大于1，上限合计不小于1",
            "请放宽界限",
        ),
        (
            "no weights below '{name}' keep to the bounds: lower ones sum to {low}, upper ones to {high}",
            "lower bounds that sum to 1 at most, upper ones that sum to 1 at least",
            "Widen the bounds",
        ),
    ),
    "weights-sum": (
        (
            "“{name}”的下级权重合计为{found}，不等于1（已给出：{options}）",
            "同一上级的权重合计为1；只给出一部分时，其余按原比例分配余下的权重",
            "请改正权重",
        ),
        (
            "the weights below '{name}' sum to {found}, not to 1 (stated: {options})",
            "weights of a parent's children that sum to 1; where some are stated the others share what is left",
            "Correct the weights",
        ),
    ),
    "experts-children": (
        ("专家打分的列为{found}，与下级不符", "{options}", "请补齐或改正列名"),
        ("the experts' columns are {found}, which are not the children", "{options}", "Add or rename the columns"),
    ),
    "experts-numbers": (
        ("专家打分无效（{found}位专家）", "两位以上专家；每个分数不小于0，每人的合计大于0", "请改正打分"),
        (
            "these experts' points cannot be used ({found} experts)",
            "two experts or more, points of 0 or more, none with nothing but 0",
            "Correct the points",
        ),
    ),
    "experts-counts": (
        ("各上级下的专家人数不同：{found}", "同一组专家，次序相同", "请补齐各表"),
        (
            "the tables have different numbers of experts: {found}",
            "the same experts in the same order everywhere",
            "Complete the tables",
        ),
    ),
    "mean-off-scale": (
        ("标准化后的得分没有固定量程，不能用“{name}”平均", "算术平均，或有固定量程的标准化方法", "请改用算术平均"),
        (
            "points that know no scale cannot be averaged by '{name}'",
            "arithmetic means, or a normalisation with a scale",
            "Use arithmetic means",
        ),
    ),
    # What comes of it
    "no-replicate": (
        ("没有一种组合能够计分：{found}", "至少有一种可行的方法组合", "请去掉不可行的方法"),
        (
            "no combination of methods can be scored: {found}",
            "one combination that works at least",
            "Leave out what does not work",
        ),
    ),
    "failed-replicate": (
        ("第{name}次重复没有得分：{found}", "未失败的重复，见failures", "请另选一次"),
        ("replicate {name} has no scores: {found}", "one that did not fail, see failures", "Choose another"),
    ),
    "no-such-replicate": (
        ("没有第{found}次重复", "0至{high}", "请改正编号"),
        ("there is no replicate {found}", "0 to {high}", "Correct the number"),
    ),
    "different-levels": (
        ("“{name}”层级不同（{options}），不在一起排名", "同一层级的两个对象", "请另选对象"),
        (
            "{name} are of different levels ({options}) and not ranked together",
            "two units of one level",
            "Choose others",
        ),
    ),
    "pairs-too-many": (
        (
            "“{name}”层级有{found}个对象，超过{high}，不计算全部两两比较",
            "最多{high}个对象；更多时请用beats(甲, 乙)逐对询问",
            "请指定要比较的对象",
        ),
        (
            "level '{name}' has {found} units, more than {high}: not every pair is compared",
            "{high} units at most; above, ask pair by pair with beats(a, b)",
            "Name the pairs",
        ),
    ),
    # What if
    "nothing-asked": (
        ("没有提出任何假设", "{options}", "请至少给出一项假设"),
        ("nothing is asked: no choice and no number is changed", "{options}", "Change one of them at least"),
    ),
    "other-tree": (
        ("版本“{name}”的指标体系与这份结果不同，不能套用权重方案“{found}”", "指标体系相同的版本", "请直接给出权重"),
        (
            "edition '{name}' has another tree than this result, so its weight set '{found}' does not fit",
            "an edition with the same tree",
            "State the weights themselves",
        ),
    ),
    "no-edition-for-set": (
        (
            "找不到版本“{name}”，无从得知权重方案“{found}”",
            "equal、随软件提供的版本，或直接给出权重",
            "请直接给出权重，或指明版本",
        ),
        (
            "edition '{name}' is not at hand, so the weight set '{found}' is not known",
            "equal, a shipped edition, or the weights themselves",
            "State the weights themselves, or give the edition",
        ),
    ),
    "weight-no-number": (
        ("权重“{found}”不是数字", "0到1之间的数", "请改成数字"),
        ("the weight '{found}' is no number", "a number from 0 to 1", "Give a number"),
    ),
    "cell-empty": (
        ("单元格为空", "每行都要填写", "请补上，或删去该行"),
        ("the cell is empty", "something in every row", "Fill it in, or remove the row"),
    ),
    "stated-twice": (
        ("“{name}”给出了两次：{found}", "每个代码一次", "请只保留一个"),
        ("'{name}' is stated twice: {found}", "every code once", "Keep one of them"),
    ),
    "which-set": (
        ("文件中有几个权重方案，或“{found}”不在其中，不知用哪一个", "{options}", "请只留一个，或写明[weights] use"),
        (
            "the file holds several weight sets, or not '{found}', so which one to take is not known",
            "{options}",
            "Keep one, or state [weights] use",
        ),
    ),
    "no-weights-in-file": (
        ("文件中没有权重", "A = 0.3，或[weights.sets.名称.weights]", "请写上权重"),
        ("the file holds no weights", "A = 0.3, or [weights.sets.NAME.weights]", "State some"),
    ),
    "set-incomplete": (
        ("“{name}”的下级只给出了一部分权重，缺：{options}", "同级全部给出，或全不给出", "请补上所缺的权重"),
        (
            "of the children of '{name}' only some have a weight; missing: {options}",
            "all siblings, or none",
            "Add the missing ones",
        ),
    ),
}
