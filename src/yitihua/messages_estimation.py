"""The words of faults in fielding, designs and estimates. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

from yitihua.messages_weighting import WEIGHTING

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
ESTIMATION: Final[dict[str, tuple[Words, Words]]] = {
    # Numbers given to a function
    "number-range": (
        ("数值{found}超出范围", "{low}至{high}", "请改用范围内的数值"),
        ("the number {found} is out of range", "from {low} to {high}", "Give a number in the range"),
    ),
    # Fielding and the pipeline
    "survey-no-answers": (
        (
            "没有指明任何答卷",
            "问卷：{options}",
            "请在project.toml的[answers]中写明每份问卷的答卷文件，或用 --answers 问卷=文件",
        ),
        (
            "no answers are named",
            "questionnaires: {options}",
            "Name the file of each questionnaire in [answers] of project.toml, or with --answers NAME=FILE",
        ),
    ),
    "unknown-questionnaire": (
        ("没有名为“{name}”的问卷", "{options}", "请更正问卷名"),
        ("there is no questionnaire '{name}'", "{options}", "Correct the name"),
    ),
    "survey-nothing": (
        ("这些问卷（{found}）不是任何指标的来源", "{options}", "请给出至少一份指标所用的问卷的答卷"),
        (
            "no indicator is estimated from these questionnaires: {found}",
            "{options}",
            "Give the answers to at least one that indicators are estimated from",
        ),
    ),
    "survey-no-frame": (
        (
            "“{name}”要求有限总体校正，但没有抽样框",
            "抽样框：survey, county, stage, stratum, units",
            "请在[survey]或project.toml中写明frame，或把fpc改为false",
        ),
        (
            "'{name}' asks for a finite-population correction, but there is no sampling frame",
            "a frame: survey, county, stage, stratum, units",
            "Name it as frame in [survey] or project.toml, or set fpc to false",
        ),
    ),
    "survey-frame-columns": (
        ("抽样框缺少的列：{options}；现有：{found}", "survey, county, stage, stratum, units", "请补上这些列"),
        ("the frame lacks {options}; it has {found}", "survey, county, stage, stratum, units", "Add these columns"),
    ),
    "survey-stratum-not-in-frame": (
        (
            "抽样框中没有这些层（县|层，共{n}个）：{found}",
            "答卷中的每一层都在抽样框第一阶段中",
            "请补全抽样框，或更正答卷中的县和层",
        ),
        (
            "strata that the frame does not have (county|stratum, {n}): {found}",
            "every stratum of the answers in the frame's first stage",
            "Complete the frame, or correct county and stratum of the answers",
        ),
    ),
    "survey-frame-small": (
        ("抽样框中有{found}个单位，而样本有{n}个", "不少于样本的单位数", "请核对抽样框的units"),
        ("the frame has {found} units, the sample {n}", "at least as many as were drawn", "Check units of the frame"),
    ),
    "survey-nobody": (
        (
            "{n}行中没有一份有效答卷（筛查剔除{left_out}份）",
            "至少一份答卷：disposition为complete或partial",
            "请核对disposition列；若为筛查所剔除，请核对合格条件和筛查阈值",
        ),
        (
            "of {n} rows none is an interview that counts ({left_out} were left out by screening)",
            "at least one interview: disposition complete or partial",
            "Check the column of dispositions; if screening left them out, the rules of eligibility and its limits",
        ),
    ),
    "survey-no-margins": (
        (
            "“{name}”的加权步骤需要总体边际，但没有给出",
            "总体边际表：survey, county, variable, level, total",
            "请在[survey]或project.toml中写明margins，或去掉该步骤",
        ),
        (
            "a weighting step of '{name}' needs population margins, and none are given",
            "a table: survey, county, variable, level, total",
            "Name it as margins in [survey] or project.toml, or leave the step out",
        ),
    ),
    "survey-column": (
        ("答卷中没有这些列：{found}", "{options}", "请更正列名，或在[respondents]的context中保留该列"),
        (
            "the answers have no such columns: {found}",
            "{options}",
            "Correct the names, or keep the column in context of [respondents]",
        ),
    ),
    # Covariances
    "not-a-covariance": (
        ("该文件不是协方差表：{found}", "{options}", "请用 yitihua survey estimate 重新生成"),
        ("the file does not hold a covariance: {found}", "{options}", "Make it again with yitihua survey estimate"),
    ),
    # The board
    "no-sampling-error": (
        (
            "没有任何指标带有标准误，无法给出抽样误差",
            "由调查估计、带有标准误的指标",
            "请以“指标代码_se”列提供标准误，或由问卷估计（yitihua survey estimate）",
        ),
        (
            "no indicator has a standard error, so there is no sampling error to show",
            "indicators estimated from a survey, with standard errors",
            "Give standard errors in columns CODE_se, or estimate from the answers (yitihua survey estimate)",
        ),
    ),
    # Estimation: designs, estimates, replicates
    "design-column": (
        ("没有“{found}”这一列", "{options}", "请更正列名"),
        ("there is no column '{found}'", "{options}", "Correct the name of the column"),
    ),
    "design-lengths": (
        ("各列长度不同或为空：{found}", "每位受访者一行，各列等长", "请核对各列是否来自同一份数据"),
        (
            "the columns are empty or of different lengths: {found}",
            "one row a respondent in every column",
            "Take the columns from one table",
        ),
    ),
    "design-stages": (
        ("给出了{found}个阶段", "不多于抽样单位的阶段数：{options}", "请补上各阶段的抽样单位，或删去多余的列"),
        (
            "it is given for {found} stages",
            "no more stages than those of clusters: {options}",
            "Add the clusters of these stages, or leave the columns out",
        ),
    ),
    "design-two-corrections": (
        ("同时给出了总体单位数和抽样比", "二者之一", "请只保留一种"),
        ("both populations and fractions are given", "one of the two", "Keep one of them"),
    ),
    "design-missing": (
        ("第{rows}行缺失", "每行都有值", "请补齐，或在建立抽样设计前剔除这些行并说明原因"),
        (
            "values are missing in rows {rows}",
            "a value in every row",
            "Fill them in, or leave these rows out before the design is made and say why",
        ),
    ),
    "design-nesting": (
        (
            "同一抽样单位（{found}）出现在不同的层中：第{rows}行",
            "一个抽样单位只属于一层",
            "单位编号在各层重新开始的，请设nest=True；否则请更正层或单位",
        ),
        (
            "clusters are in more than one stratum: {found}, rows {rows}",
            "every cluster in one stratum",
            "Set nest=True if clusters are numbered anew in every stratum, or else correct stratum or cluster",
        ),
    ),
    "design-fraction": (
        ("抽样比超出范围：{found}（第{rows}行）", "0到1", "给出的若是总体单位数，请改用populations"),
        (
            "shares drawn are out of range: {found} (rows {rows})",
            "0 to 1",
            "If these are numbers of clusters, give them as populations",
        ),
    ),
    "design-population": (
        (
            "总体单位数小于样本单位数：{found}（第{rows}行）",
            "不小于所在层的样本单位数",
            "请核对抽样框；若数值为抽样比，请改用fractions",
        ),
        (
            "the population is smaller than the sample: {found} (rows {rows})",
            "at least the clusters drawn in the stratum",
            "Check the frame; if these are shares drawn, give them as fractions",
        ),
    ),
    "design-population-varies": (
        (
            "同一层内总体单位数不同：第{rows}行与该层首行不一致",
            "同层相同",
            "请更正；若为不等概率抽样，请给出fractions并设pps=True",
        ),
        (
            "the population differs within a stratum: rows {rows} against the first of theirs",
            "the same within a stratum",
            "Correct it; if chances differ by design, give fractions and set pps=True",
        ),
    ),
    "design-no-weights": (
        ("没有权数，也无法由总体单位数推算", "权数列，或每个阶段的总体单位数", "请给出权数"),
        (
            "there are no weights, and they cannot be computed from populations",
            "a column of weights, or the population of every stage",
            "Give the weights",
        ),
    ),
    "design-weight-text": (
        ("权数中有非数字内容", "数字", "请更正权数列"),
        ("some weights are not numbers", "numbers", "Correct the column of weights"),
    ),
    "design-weight-negative": (
        ("第{rows}行权数为负", "不小于0；0表示保留在设计中但不参加估计", "请核对加权步骤"),
        (
            "weights are negative in rows {rows}",
            "0 or more; 0 keeps a respondent in the design and out of the estimates",
            "Check how they were weighted",
        ),
    ),
    "design-weight-zero": (
        ("没有大于0的权数", "至少一个权数大于0", "请核对加权步骤"),
        ("no weight is above 0", "at least one weight above 0", "Check how they were weighted"),
    ),
    "design-one-psu": (
        (
            "第{stage}阶段有只含一个抽样单位的层（见第{rows}行），规则为fail",
            "每层至少两个抽样单位",
            "请合并层，或另选one_psu：adjust、average、remove、certainty",
        ),
        (
            "strata of one cluster at stage {stage} (see rows {rows}), and the rule is 'fail'",
            "two clusters in every stratum",
            "Join strata, or choose another one_psu: adjust, average, remove, certainty",
        ),
    ),
    "estimate-lengths": (
        ("“{found}”有{rows}行，设计有{options}行", "与抽样设计等长", "请使用同一份数据"),
        (
            "'{found}' has {rows} rows and the design {options}",
            "one row a respondent of the design",
            "Take both from one table",
        ),
    ),
    "estimate-share": (
        ("比例项的取值不是0和1：{found}", "0、1或缺失", "请先编码，如top_k、bottom_k，或改用mean"),
        (
            "a share is asked of values other than 0 and 1: {found}",
            "0, 1 or missing",
            "Code the answers first, as with top_k or bottom_k, or ask for the mean",
        ),
    ),
    "estimate-option": (
        ("不支持的取值“{found}”", "{options}", "请改用列出的取值之一"),
        ("'{found}' is not a choice", "{options}", "Take one of these"),
    ),
    "estimate-denominator": (
        ("比率“{found}”没有分母", "每个分子一个分母", "请在denominators中给出"),
        ("the ratio '{found}' has no denominator", "a denominator for every numerator", "Give it in denominators"),
    ),
    "estimate-unit": (
        ("数据中有未列出的域：{found}", "{options}", "请补入units，或将这些受访者的域设为缺失"),
        (
            "respondents belong to domains that are not listed: {found}",
            "{options}",
            "Add them to units, or leave their domain missing",
        ),
    ),
    "estimate-covariance-large": (
        (
            "各域误差相关（层或单位跨域，或有共同的校准），完整协方差为{found}阶，无法展开",
            "不超过{options}阶",
            '请按较大的区域分别估计，或用cross="ignore"只取各域内的协方差',
        ),
        (
            "errors are shared between domains (strata or clusters cross them, or a calibration is common), and the covariance of order {found} cannot be spread out",
            "an order up to {options}",
            "Estimate larger areas apart, or take the covariances within domains only with cross='ignore'",
        ),
    ),
    "replicates-shape": (
        ("重复权数的形状为{found}", "{options}", "请每位受访者一行、每个重复样本一列"),
        ("replicate weights have shape {found}", "{options}", "Give a row a respondent and a column a replicate"),
    ),
    "reliability-items": (
        ("信度至少需要{options}个题目，现有{found}个", "{options}个以上", "请增加题目"),
        ("reliability needs {options} items or more, {found} are given", "{options} or more", "Add items"),
    ),
    # Weighting: margins, non-response, raking, calibration, trimming
    **WEIGHTING,
}
