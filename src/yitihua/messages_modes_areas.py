"""The words of faults in modes of interview, spot checks and small areas. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
MODES_AREAS: Final[dict[str, tuple[Words, Words]]] = {
    # Modes and spot checks
    "mode-no-shared-item": (
        (
            "两份问卷没有措辞相同的题目（mode_key：{first}个、{second}个，无一相同）",
            "至少一个两边都有的mode_key",
            "没有共同的题目就无法估计方式差异：请在两份问卷中为同题标注相同的mode_key，或只报告、不调整",
        ),
        (
            "the questionnaires have no question in common (mode_key: {first} and {second}, none the same)",
            "at least one mode_key that both have",
            "Without a common question no mode effect can be estimated: mark questions worded alike with the same mode_key, or report without adjusting",
        ),
    ),
    "mode-item-differs": (
        (
            "mode_key“{mode_key}”的两题选项或计分不同：{found}",
            "有效选项、方向、计分和指标都相同",
            "请统一两题，或去掉mode_key",
        ),
        (
            "the two questions of mode_key '{mode_key}' have different answers or scoring: {found}",
            "the same valid codes, direction, scoring and indicator",
            "Make them alike, or take the mode_key away",
        ),
    ),
    "mode-key-twice": (
        ("mode_key“{mode_key}”已用于{other}", "同一问卷中不重复", "请改用另一个键"),
        ("mode_key '{mode_key}' stands at {other} already", "once in a questionnaire", "Take another key"),
    ),
    "mode-no-reference": (
        (
            "没有以“基准方式”作答的受访者；现有：{found}",
            "样本中有基准方式的答卷",
            "请检查方式的名称；确无电话样本时只报告、不调整",
        ),
        (
            "nobody answered in the reference mode; found: {found}",
            "answers in the reference mode",
            "Look at the names of the modes; without a telephone sample report and do not adjust",
        ),
    ),
    "mode-only-one": (
        ("所有受访者都以同一方式作答：{found}", "至少两种方式", "只有一种方式时无可调整"),
        (
            "everybody answered in one mode: {found}",
            "at least two modes",
            "With a single mode there is nothing to adjust",
        ),
    ),
    "mode-too-few": (
        (
            "“{mode}”的有效回答只有{found}个，“{reference}”有{count}个",
            "每种方式至少{least}个",
            "请合并题目、分组或轮次，或只报告、不调整",
        ),
        (
            "only {found} answers by '{mode}' and {count} by '{reference}'",
            "at least {least} of each",
            "Put items, groups or waves together, or report without adjusting",
        ),
    ),
    "mode-no-common-area": (
        (
            "没有一个县同时有两种方式的答卷（{first}个县、{second}个县）",
            "至少部分县两种方式都有",
            "方式差异与县际差异无法分开：请在若干县随机安排电话样本，或只报告、不调整",
        ),
        (
            "no county has answers in both modes ({first} counties and {second})",
            "some counties with both",
            "The mode cannot be told from the county: draw a telephone sample at random in some counties, or report without adjusting",
        ),
    ),
    "mode-no-support": (
        (
            "两种方式中可比的受访者只占{found}",
            "不少于{least}",
            "协变量几乎不重叠：请减少或合并协变量的类别，或只报告、不调整",
        ),
        (
            "only {found} of the respondents have a counterpart in the other mode",
            "at least {least}",
            "The covariates hardly overlap: put their levels together, or report without adjusting",
        ),
    ),
    "mode-confounded": (
        ("作答方式可由协变量或县完全推出", "同类人中两种方式都有", "请去掉决定作答方式的协变量，或只报告、不调整"),
        (
            "the mode follows from the covariates or the county",
            "both modes among people alike",
            "Leave out the covariate that decides the mode, or report without adjusting",
        ),
    ),
    "mode-indicator-not-measured": (
        ("没有一道题在两种方式下都问过", "{options}", "请去掉该指标（不作调整），或说明由哪道题代表"),
        (
            "none of its questions was asked in both modes",
            "{options}",
            "Leave the indicator out (it stays unadjusted), or say which item stands for it",
        ),
    ),
    "mode-share": (
        ("各方式占比为{found}", "0到1之间，合计不超过1", "请检查权重与方式"),
        ("the shares of modes are {found}", "between 0 and 1, together at most 1", "Look at weights and modes"),
    ),
    "check-code": (
        ("回访结果有未说明的代码：{found}", "{options}", "请在yes、no、unknown或refused中列出"),
        (
            "the call-backs have codes of no stated meaning: {found}",
            "{options}",
            "Name them under yes, no, unknown or refused",
        ),
    ),
    # Small areas
    "area-method": (
        ("小区域估计方法“{found}”不存在", "{options}", "请改用其中一种"),
        ("there is no small-area method '{found}'", "{options}", "Take one of them"),
    ),
    "area-direct": (
        ("直接估计值为{found}", "有限的数值；无样本的地区留空", "请检查该地区的估计，或将其设为缺失"),
        (
            "the direct estimate is {found}",
            "a finite number, or missing for an area without a sample",
            "Look into the area's estimate, or set it to missing",
        ),
    ),
    "area-variance": (
        (
            "有直接估计值，但抽样方差为{found}",
            "大于0的有限数",
            "只有一名受访者或答案全同的地区算不出可用的方差：请用pooled_variance合并计算的方差；若无样本，请将直接估计设为缺失",
        ),
        (
            "it has a direct estimate and its sampling variance is {found}",
            "a finite number above 0",
            "An area with one respondent, or with the same answer from all, has no usable variance of its own: take the pooled one (pooled_variance); for an area without a sample set the direct estimate to missing",
        ),
    ),
    "area-x-missing": (
        ("辅助变量{columns}缺失", "每个地区（含无样本的地区）都有辅助变量", "请补齐，或从模型中去掉该变量"),
        (
            "{columns} of the auxiliary variables are missing",
            "auxiliary variables for every area, those without a sample as well",
            "Fill them in, or leave the variable out of the model",
        ),
    ),
    "area-too-few": (
        (
            "有直接估计的地区只有{found}个，模型有{columns}个系数",
            "至少{least}个地区",
            "请减少辅助变量，或只发布直接估计",
        ),
        (
            "only {found} areas have a direct estimate, for a model with {columns} coefficients",
            "at least {least} areas",
            "Take fewer auxiliary variables, or publish direct estimates only",
        ),
    ),
    "area-x-dependent": (
        ("辅助变量{found}可由其余各列算出", "线性无关的各列", "请去掉该列（如与截距相同，或各分组虚拟变量齐全）"),
        (
            "{found} can be computed from the other columns of X",
            "columns of which none follows from the others",
            "Leave it out (the same as the intercept, or an indicator for every group)",
        ),
    ),
    "area-rule": (
        ("进入排名的估计“{found}”不存在", "{options}", "请改用其中一种"),
        ("there is no rule '{found}' for what enters the ranking", "{options}", "Take one of them"),
    ),
    "area-pooled-none": (
        ("没有可用于合并的方差", "至少一个地区有大于0的方差且n不小于2", "请检查各地区的方差与样本量"),
        (
            "there is no variance to pool",
            "at least one area with a variance above 0 and n of 2 or more",
            "Look into the variances and sample sizes",
        ),
    ),
    "area-n": (
        ("有直接估计值，但样本量为{found}", "大于0的数", "请填写该地区的有效受访者人数"),
        ("it has a direct estimate and n is {found}", "a number above 0", "Give the number of respondents of the area"),
    ),
    "benchmark-method": (
        ("基准化方法“{found}”不存在", "{options}", "请改用其中一种"),
        ("there is no method of benchmarking '{found}'", "{options}", "Take one of them"),
    ),
    "benchmark-population": (
        ("属于“{group}”，人口为{found}", "大于0的人口", "请补上该地区的人口，或将其移出该组"),
        (
            "it belongs to '{group}' and its population is {found}",
            "a population above 0",
            "Give the area's population, or take it out of the group",
        ),
    ),
    "benchmark-total": (
        ("没有“{group}”的基准值", "每组一个有限的基准值", "请给出该组的直接估计"),
        (
            "there is no total of '{group}' to benchmark to",
            "one finite number for every group",
            "Give the group's direct estimate",
        ),
    ),
    "benchmark-ratio": (
        ("“{group}”的估计值合计为{found}，无法按比例调整", "大于0的合计", '请改用差额法（method="difference"）'),
        (
            "the estimates of '{group}' add up to {found}, which no ratio can be taken to",
            "a sum above 0",
            'Take the difference instead (method="difference")',
        ),
    ),
}
