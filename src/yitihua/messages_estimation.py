"""The words of faults in survey weights, designs, estimates, modes, small areas and engines. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

from yitihua.messages_weighting import WEIGHTING

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
ESTIMATION: Final[dict[str, tuple[Words, Words]]] = {
    # Estimation: designs, estimates, replicates
    "design-column": (
        ("没有“{found}”这一列", "{options}", "请更正列名"),
        ("there is no column '{found}'", "{options}", "Correct the name of the column"),
    ),
    "design-lengths": (
        ("各列长度不同或为空：{found}", "每位受访者一行，各列等长", "请核对各列是否来自同一份数据"),
        ("the columns are empty or of different lengths: {found}", "one row a respondent in every column", "Take the columns from one table"),
    ),
    "design-stages": (
        ("给出了{found}个阶段", "不多于抽样单位的阶段数：{options}", "请补上各阶段的抽样单位，或删去多余的列"),
        ("it is given for {found} stages", "no more stages than those of clusters: {options}", "Add the clusters of these stages, or leave the columns out"),
    ),
    "design-two-corrections": (
        ("同时给出了总体单位数和抽样比", "二者之一", "请只保留一种"),
        ("both populations and fractions are given", "one of the two", "Keep one of them"),
    ),
    "design-missing": (
        ("第{rows}行缺失", "每行都有值", "请补齐，或在建立抽样设计前剔除这些行并说明原因"),
        ("values are missing in rows {rows}", "a value in every row", "Fill them in, or leave these rows out before the design is made and say why"),
    ),
    "design-nesting": (
        ("同一抽样单位（{found}）出现在不同的层中：第{rows}行", "一个抽样单位只属于一层", "单位编号在各层重新开始的，请设nest=True；否则请更正层或单位"),
        ("clusters are in more than one stratum: {found}, rows {rows}", "every cluster in one stratum", "Set nest=True if clusters are numbered anew in every stratum, or else correct stratum or cluster"),
    ),
    "design-fraction": (
        ("抽样比超出范围：{found}（第{rows}行）", "0到1", "给出的若是总体单位数，请改用populations"),
        ("shares drawn are out of range: {found} (rows {rows})", "0 to 1", "If these are numbers of clusters, give them as populations"),
    ),
    "design-population": (
        ("总体单位数小于样本单位数：{found}（第{rows}行）", "不小于所在层的样本单位数", "请核对抽样框；若数值为抽样比，请改用fractions"),
        ("the population is smaller than the sample: {found} (rows {rows})", "at least the clusters drawn in the stratum", "Check the frame; if these are shares drawn, give them as fractions"),
    ),
    "design-population-varies": (
        ("同一层内总体单位数不同：第{rows}行与该层首行不一致", "同层相同", "请更正；若为不等概率抽样，请给出fractions并设pps=True"),
        ("the population differs within a stratum: rows {rows} against the first of theirs", "the same within a stratum", "Correct it; if chances differ by design, give fractions and set pps=True"),
    ),
    "design-no-weights": (
        ("没有权数，也无法由总体单位数推算", "权数列，或每个阶段的总体单位数", "请给出权数"),
        ("there are no weights, and they cannot be computed from populations", "a column of weights, or the population of every stage", "Give the weights"),
    ),
    "design-weight-text": (
        ("权数中有非数字内容", "数字", "请更正权数列"),
        ("some weights are not numbers", "numbers", "Correct the column of weights"),
    ),
    "design-weight-negative": (
        ("第{rows}行权数为负", "不小于0；0表示保留在设计中但不参加估计", "请核对加权步骤"),
        ("weights are negative in rows {rows}", "0 or more; 0 keeps a respondent in the design and out of the estimates", "Check how they were weighted"),
    ),
    "design-weight-zero": (
        ("没有大于0的权数", "至少一个权数大于0", "请核对加权步骤"),
        ("no weight is above 0", "at least one weight above 0", "Check how they were weighted"),
    ),
    "design-one-psu": (
        ("第{stage}阶段有只含一个抽样单位的层（见第{rows}行），规则为fail", "每层至少两个抽样单位", "请合并层，或另选one_psu：adjust、average、remove、certainty"),
        ("strata of one cluster at stage {stage} (see rows {rows}), and the rule is 'fail'", "two clusters in every stratum", "Join strata, or choose another one_psu: adjust, average, remove, certainty"),
    ),
    "estimate-lengths": (
        ("“{found}”有{rows}行，设计有{options}行", "与抽样设计等长", "请使用同一份数据"),
        ("'{found}' has {rows} rows and the design {options}", "one row a respondent of the design", "Take both from one table"),
    ),
    "estimate-share": (
        ("比例项的取值不是0和1：{found}", "0、1或缺失", "请先编码，如top_k、bottom_k，或改用mean"),
        ("a share is asked of values other than 0 and 1: {found}", "0, 1 or missing", "Code the answers first, as with top_k or bottom_k, or ask for the mean"),
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
        ("respondents belong to domains that are not listed: {found}", "{options}", "Add them to units, or leave their domain missing"),
    ),
    "estimate-covariance-large": (
        ("各域误差相关（层或单位跨域，或有共同的校准），完整协方差为{found}阶，无法展开", "不超过{options}阶", "请按较大的区域分别估计，或用cross=\"ignore\"只取各域内的协方差"),
        ("errors are shared between domains (strata or clusters cross them, or a calibration is common), and the covariance of order {found} cannot be spread out", "an order up to {options}", "Estimate larger areas apart, or take the covariances within domains only with cross='ignore'"),
    ),
    "replicates-shape": (
        ("重复权数的形状为{found}", "{options}", "请每位受访者一行、每个重复样本一列"),
        ("replicate weights have shape {found}", "{options}", "Give a row a respondent and a column a replicate"),
    ),
    "reliability-items": (
        ("信度至少需要{options}个题目，现有{found}个", "{options}个以上", "请增加题目"),
        ("reliability needs {options} items or more, {found} are given", "{options} or more", "Add items"),
    ),
    # Modes and spot checks
    "mode-no-shared-item": (
        ("两份问卷没有措辞相同的题目（mode_key：{first}个、{second}个，无一相同）", "至少一个两边都有的mode_key", "没有共同的题目就无法估计方式差异：请在两份问卷中为同题标注相同的mode_key，或只报告、不调整"),
        ("the questionnaires have no question in common (mode_key: {first} and {second}, none the same)", "at least one mode_key that both have", "Without a common question no mode effect can be estimated: mark questions worded alike with the same mode_key, or report without adjusting"),
    ),
    "mode-item-differs": (
        ("mode_key“{mode_key}”的两题选项或计分不同：{found}", "有效选项、方向、计分和指标都相同", "请统一两题，或去掉mode_key"),
        ("the two questions of mode_key '{mode_key}' have different answers or scoring: {found}", "the same valid codes, direction, scoring and indicator", "Make them alike, or take the mode_key away"),
    ),
    "mode-key-twice": (
        ("mode_key“{mode_key}”已用于{other}", "同一问卷中不重复", "请改用另一个键"),
        ("mode_key '{mode_key}' stands at {other} already", "once in a questionnaire", "Take another key"),
    ),
    "mode-no-reference": (
        ("没有以“基准方式”作答的受访者；现有：{found}", "样本中有基准方式的答卷", "请检查方式的名称；确无电话样本时只报告、不调整"),
        ("nobody answered in the reference mode; found: {found}", "answers in the reference mode", "Look at the names of the modes; without a telephone sample report and do not adjust"),
    ),
    "mode-only-one": (
        ("所有受访者都以同一方式作答：{found}", "至少两种方式", "只有一种方式时无可调整"),
        ("everybody answered in one mode: {found}", "at least two modes", "With a single mode there is nothing to adjust"),
    ),
    "mode-too-few": (
        ("“{mode}”的有效回答只有{found}个，“{reference}”有{count}个", "每种方式至少{least}个", "请合并题目、分组或轮次，或只报告、不调整"),
        ("only {found} answers by '{mode}' and {count} by '{reference}'", "at least {least} of each", "Put items, groups or waves together, or report without adjusting"),
    ),
    "mode-no-common-area": (
        ("没有一个县同时有两种方式的答卷（{first}个县、{second}个县）", "至少部分县两种方式都有", "方式差异与县际差异无法分开：请在若干县随机安排电话样本，或只报告、不调整"),
        ("no county has answers in both modes ({first} counties and {second})", "some counties with both", "The mode cannot be told from the county: draw a telephone sample at random in some counties, or report without adjusting"),
    ),
    "mode-no-support": (
        ("两种方式中可比的受访者只占{found}", "不少于{least}", "协变量几乎不重叠：请减少或合并协变量的类别，或只报告、不调整"),
        ("only {found} of the respondents have a counterpart in the other mode", "at least {least}", "The covariates hardly overlap: put their levels together, or report without adjusting"),
    ),
    "mode-confounded": (
        ("作答方式可由协变量或县完全推出", "同类人中两种方式都有", "请去掉决定作答方式的协变量，或只报告、不调整"),
        ("the mode follows from the covariates or the county", "both modes among people alike", "Leave out the covariate that decides the mode, or report without adjusting"),
    ),
    "mode-indicator-not-measured": (
        ("没有一道题在两种方式下都问过", "{options}", "请去掉该指标（不作调整），或说明由哪道题代表"),
        ("none of its questions was asked in both modes", "{options}", "Leave the indicator out (it stays unadjusted), or say which item stands for it"),
    ),
    "mode-share": (
        ("各方式占比为{found}", "0到1之间，合计不超过1", "请检查权重与方式"),
        ("the shares of modes are {found}", "between 0 and 1, together at most 1", "Look at weights and modes"),
    ),
    "check-code": (
        ("回访结果有未说明的代码：{found}", "{options}", "请在yes、no、unknown或refused中列出"),
        ("the call-backs have codes of no stated meaning: {found}", "{options}", "Name them under yes, no, unknown or refused"),
    ),
    # Small areas
    "area-method": (
        ("小区域估计方法“{found}”不存在", "{options}", "请改用其中一种"),
        ("there is no small-area method '{found}'", "{options}", "Take one of them"),
    ),
    "area-direct": (
        ("直接估计值为{found}", "有限的数值；无样本的地区留空", "请检查该地区的估计，或将其设为缺失"),
        ("the direct estimate is {found}", "a finite number, or missing for an area without a sample", "Look into the area's estimate, or set it to missing"),
    ),
    "area-variance": (
        ("有直接估计值，但抽样方差为{found}", "大于0的有限数", "只有一名受访者或答案全同的地区算不出可用的方差：请用pooled_variance合并计算的方差；若无样本，请将直接估计设为缺失"),
        ("it has a direct estimate and its sampling variance is {found}", "a finite number above 0", "An area with one respondent, or with the same answer from all, has no usable variance of its own: take the pooled one (pooled_variance); for an area without a sample set the direct estimate to missing"),
    ),
    "area-x-missing": (
        ("辅助变量{columns}缺失", "每个地区（含无样本的地区）都有辅助变量", "请补齐，或从模型中去掉该变量"),
        ("{columns} of the auxiliary variables are missing", "auxiliary variables for every area, those without a sample as well", "Fill them in, or leave the variable out of the model"),
    ),
    "area-too-few": (
        ("有直接估计的地区只有{found}个，模型有{columns}个系数", "至少{least}个地区", "请减少辅助变量，或只发布直接估计"),
        ("only {found} areas have a direct estimate, for a model with {columns} coefficients", "at least {least} areas", "Take fewer auxiliary variables, or publish direct estimates only"),
    ),
    "area-x-dependent": (
        ("辅助变量{found}可由其余各列算出", "线性无关的各列", "请去掉该列（如与截距相同，或各分组虚拟变量齐全）"),
        ("{found} can be computed from the other columns of X", "columns of which none follows from the others", "Leave it out (the same as the intercept, or an indicator for every group)"),
    ),
    "area-rule": (
        ("进入排名的估计“{found}”不存在", "{options}", "请改用其中一种"),
        ("there is no rule '{found}' for what enters the ranking", "{options}", "Take one of them"),
    ),
    "area-pooled-none": (
        ("没有可用于合并的方差", "至少一个地区有大于0的方差且n不小于2", "请检查各地区的方差与样本量"),
        ("there is no variance to pool", "at least one area with a variance above 0 and n of 2 or more", "Look into the variances and sample sizes"),
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
        ("it belongs to '{group}' and its population is {found}", "a population above 0", "Give the area's population, or take it out of the group"),
    ),
    "benchmark-total": (
        ("没有“{group}”的基准值", "每组一个有限的基准值", "请给出该组的直接估计"),
        ("there is no total of '{group}' to benchmark to", "one finite number for every group", "Give the group's direct estimate"),
    ),
    "benchmark-ratio": (
        ("“{group}”的估计值合计为{found}，无法按比例调整", "大于0的合计", "请改用差额法（method=\"difference\"）"),
        ("the estimates of '{group}' add up to {found}, which no ratio can be taken to", "a sum above 0", "Take the difference instead (method=\"difference\")"),
    ),
    # Engines
    "engine-extra": (
        ("没有安装{found}", "已安装该引擎所需的软件包", "请运行 pip install 'yitihua[{extra}]'；或改用默认的DuckDB引擎"),
        ("{found} is not installed", "an installation with the package that the engine needs", "Run pip install 'yitihua[{extra}]', or take the default engine, DuckDB"),
    ),
    "engine-java": (
        ("Spark无法启动", "已安装Java 17或更高版本，且JAVA_HOME指向它", "请安装Java（如default-jre-headless）；或改用默认的DuckDB引擎"),
        ("Spark does not start", "Java 17 or later, with JAVA_HOME pointing to it where it is set", "Install Java (default-jre-headless, for one), or take the default engine, DuckDB"),
    ),
    "engine-setting": (
        ("引擎不接受设置：{found}", "threads为1以上的整数；memory_limit形如\"4GB\"", "请更正设置"),
        ("the engine does not take the settings {found}", "threads: a whole number from 1; memory_limit: as '4GB'", "Correct the settings"),
    ),
    "engine-dsn": (
        ("数据库连接字符串无法解析（内容不显示）", "libpq连接字符串，如 host=… dbname=… user=…", "请更正dsn参数或环境变量{variable}；密码可放在密码文件中"),
        ("the connection string cannot be read (it is not shown)", "a libpq connection string, as host=… dbname=… user=…", "Correct the argument dsn or the environment variable {variable}; the password may be in a password file"),
    ),
    "engine-connection": (
        ("无法连接{engine}（{place}；SQLSTATE {found}）", "正在运行、可以访问且允许该用户登录的服务器", "请检查地址、端口、用户、密码和网络"),
        ("no connection to {engine} ({place}; SQLSTATE {found})", "a server that runs, can be reached and lets this user in", "Check address, port, user, password and network"),
    ),
    "engine-lost": (
        ("与{engine}的连接中断", "查询期间保持连接", "请重新连接后再运行；多次中断请联系管理员"),
        ("the connection to {engine} was lost", "a connection that lasts for the query", "Connect and run again; where it happens again, ask the administrator"),
    ),
    "engine-source": (
        ("不能从“{found}”读取答案", "文件路径、文件夹、通配路径、路径列表或pandas表", "请改用其中一种"),
        ("answers cannot be read from a '{found}'", "a path, a folder, a pattern, a list of paths or a pandas table", "Give one of these"),
    ),
    "engine-table": (
        ("没有“{found}”这张表", "已存在且可读取的表或文件", "请更正表名；不在默认模式中的表写作“模式.表”"),
        ("there is no table '{found}'", "a table or file that exists and can be read", "Correct the name; a table outside of the default schema is written schema.table"),
    ),
    "engine-no-right": (
        ("没有读取该表的权限", "对该表的SELECT权限", "请向管理员申请只读权限"),
        ("there is no right to read this table", "the right to SELECT from it", "Ask the administrator for the right to read it"),
    ),
    "engine-parquet": (
        ("不是完整的Parquet文件：已损坏、被截断，或各文件的列不一致", "完整的Parquet文件，各文件列相同", "请重新导出或重新复制该文件"),
        ("it is no whole Parquet file: damaged, cut off, or its files have different columns", "whole Parquet files with the same columns", "Export or copy the file again"),
    ),
    "engine-csv": (
        ("无法作为CSV读取：编码、分隔符或列数不一致", "UTF-8编码、首行为列名、各行列数相同的CSV", "请另存为UTF-8编码的CSV或Parquet"),
        ("it cannot be read as CSV: its encoding, separators or numbers of columns do not agree", "CSV in UTF-8 with names in the first line and as many values in every row", "Save it as CSV (UTF-8) or as Parquet"),
    ),
    "engine-conversion": (
        ("有的值不是该列应有的类型（具体内容不显示）", "答案、权重和总体数为数字，比较的值与列的类型一致", "请核对答案列与权重列中是否混有文字"),
        ("some value is not of the type the column should have (it is not shown)", "numbers as answers, weights and populations, and values compared with columns of their type", "Look for text among the answers and weights"),
    ),
    "engine-memory": (
        ("内存不足", "分组数放得进内存限额", "请调高memory_limit、减少threads，或少用几个分组列"),
        ("there is not enough memory", "cells that fit in the memory limit", "Raise memory_limit, take fewer threads, or group by fewer columns"),
    ),
    "engine-refused": (
        ("{engine}拒绝了查询（{found}）", "可由{engine}完成的查询", "请检查数据源；可用engine.sql(query)查看查询文本"),
        ("{engine} refused the query ({found})", "a query that {engine} can run", "Check the source; engine.sql(query) shows the text of the query"),
    ),
    "engine-variables": (
        ("没有给出要估计的变量", "至少一个变量", "请用Variable或Variable.of_items给出变量"),
        ("there are no variables to estimate", "at least one variable", "Give variables, by Variable or Variable.of_items"),
    ),
    "engine-item": (
        ("“{found}”不是可计分的题目", "{options}", "请更正题号，或在问卷定义中给出计分方式（scoring）"),
        ("'{found}' is no item with a scoring", "{options}", "Correct the name, or give the item a scoring in the questionnaire"),
    ),
    "engine-condition": (
        ("无法解析条件“{found}”", "如 disposition=complete | disposition=partial，wave=2026 & excluded!=true", "请更正该条件"),
        ("the condition '{found}' cannot be read", "as disposition=complete | disposition=partial, or wave=2026 & excluded!=true", "Correct the condition"),
    ),
    "engine-column": (
        ("数据源中没有该列", "{options}", "请更正列名"),
        ("the source has no such column", "{options}", "Correct the name of the column"),
    ),
    "engine-column-type": (
        ("该列的类型为{found}，不能计算", "数字或真假值", "请在数据源中把该列转换为数字"),
        ("the column is of type {found}, which cannot be computed with", "numbers, or true and false", "Turn the column into numbers in the source"),
    ),
    "engine-value": (
        ("不能把类型为{type}的列与“{found}”比较", "与列的类型一致的值；日期等其他类型的列不能用作条件", "请更正条件中的值"),
        ("a column of type {type} cannot be compared with '{found}'", "a value of the column's type; dates and other types cannot be compared", "Correct the value in the condition"),
    ),
    "engine-no-rows": (
        ("没有符合条件的受访者", "至少一名受访者", "请检查where条件与数据源"),
        ("no respondents satisfy the conditions", "at least one respondent", "Check the conditions of 'where' and the source"),
    ),
    "engine-key-missing": (
        ("{found}名受访者缺少分层或抽样单位", "每名受访者都有层和抽样单位", "请在数据源中补齐；不属于本次调查的受访者用where排除"),
        ("{found} respondents have no value of it, and it is part of the design", "a stratum and a cluster for every respondent", "Fill it in; leave out by 'where' who does not belong to the survey"),
    ),
    "engine-weight-missing": (
        ("{found}名受访者没有权重", "每名受访者都有权重；不计入估计的权重为0", "请补齐权重，或用where排除这些受访者并说明原因"),
        ("{found} respondents have no weight", "a weight for every respondent; 0 keeps one out of the estimates", "Fill the weights in, or leave these respondents out by 'where' and say why"),
    ),
    "engine-weight-negative": (
        ("有的权重为负数或不是有限的数", "0或以上的有限数", "请检查权重的计算"),
        ("some weights are negative or not finite", "finite numbers from 0", "Look into how the weights were made"),
    ),
    "engine-population": (
        ("这些层的总体单位数缺失或在层内不一致：{found}", "每层一个数", "请核对抽样框"),
        ("the population is missing or differs within these strata: {found}", "one number for every stratum", "Check it against the frame"),
    ),
    "engine-population-small": (
        ("这些层的总体单位数少于抽中的单位数：{found}", "不少于抽中单位数的总体单位数", "请核对抽样框，并确认总体数与抽样单位是同一级（无抽样单位时为人数）"),
        ("the population of these strata is smaller than the sample: {found}", "at least as many units as were drawn", "Check the frame, and that the population counts the units that were drawn (people, where there are no clusters)"),
    ),
    "engine-too-many-cells": (
        ("分组超过{limit}个（分组列：{keys}），已停止：分组过细等于取出原始记录", "不超过{limit}个分组", "每名受访者单独抽取的设计不要给psu；边际变量先归并为少数几级"),
        ("there are more than {limit} cells of {keys}; so fine a group-by would hand over rows", "at most {limit} cells", "Give no psu where respondents were drawn themselves, and put margins in few levels"),
    ),
    "engine-start": (
        ("{start}与它在同一边际分组（{margins}）内的比例不一致", "最终权重由起始权重经迭代加权或事后分层得到", "请在margins中列出全部校准变量；截尾或其他校准的权重请在内存中估计（estimation.estimate）"),
        ("it is not in one proportion to '{start}' within the cells of the margins ({margins})", "final weights that raking or post-stratification made of the starting ones", "Name all calibration variables in margins; weights that were trimmed or calibrated otherwise are estimated in memory (estimation.estimate)"),
    ),
    "engine-column-taken": (
        ("数据源中已有“{found}”一列", "尚未使用的列名", "请换一个列名"),
        ("the source has a column '{found}' already", "a name that is not taken", "Take another name"),
    ),
    "engine-weights-length": (
        ("权重有{found}个，分组有{options}个", "以该表table.weight为起点的权重", "请用Weights.start(table.weight, zero=True)重新加权"),
        ("there are {found} weights for {options} cells", "weights that start from the table's own table.weight", "Weight again by Weights.start(table.weight, zero=True)"),
    ),
    "engine-weights-step": (
        ("“{found}”这一步不能在分组上进行：它因人而异", "迭代加权、事后分层和按编码边际的校准", "截尾和无应答调整请在内存中对每名受访者进行，再把权重写入数据源"),
        ("the step '{found}' cannot be taken on cells: it differs between respondents", "raking, post-stratification and calibration to coded margins", "Trim and adjust for non-response in memory, respondent by respondent, and write the weights to the source"),
    ),
    "engine-share": (
        ("这些变量不是0或100的占比：{found}", "按占比计分的单个题目", "请改用statistic=\"mean\""),
        ("these variables are no shares, 0 or 100 for everyone: {found}", "single items scored as shares", "Take statistic='mean'"),
    ),
    "engine-one-psu": (
        ("这些层只有一名受访者：{found}", "每层至少两名", "请合并相近的层，或改用one_psu=\"adjust\""),
        ("these strata have one respondent: {found}", "at least two in every stratum", "Merge strata that are alike, or take one_psu='adjust'"),
    ),
    # Weighting: margins, non-response, raking, calibration, trimming
    **WEIGHTING,
}
