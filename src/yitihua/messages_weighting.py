"""The words of faults and notes in survey weights: margins, non-response, raking, calibration, trimming. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English. Notes say what was done, by which rule, and what to look at.
WEIGHTING: Final[dict[str, tuple[Words, Words]]] = {
    # Weights and probabilities
    "weight-text": (
        ("{n}个权数不是数字（如“{found}”）：第{rows}行", "大于0的数字", "请更正这些行的权数"),
        ("{n} weights are no numbers (such as '{found}'): rows {rows}", "numbers above 0", "Correct the weights of these rows"),
    ),
    "weight-missing": (
        ("{n}个权数缺失：第{rows}行", "每行都有大于0的权数", "请补齐权数；不应参加调查的人，请在建立权数前剔除并说明原因"),
        ("{n} weights are missing: rows {rows}", "a weight above 0 in every row", "Fill them in; leave people out who do not belong to the survey before weighting, and say why"),
    ),
    "weight-infinite": (
        ("{n}个权数为无穷大：第{rows}行", "有限的数字", "请核对入选概率是否为0"),
        ("{n} weights are infinite: rows {rows}", "finite numbers", "Look for selection probabilities of 0"),
    ),
    "weight-negative": (
        ("{n}个权数为负：第{rows}行", "大于0的数字", "请更正权数；若来自线性校准，请设下界或改用raking"),
        ("{n} weights are negative: rows {rows}", "numbers above 0", "Correct them; where linear calibration made them, set bounds or calibrate with raking"),
    ),
    "weight-zero": (
        ("{n}个权数为0：第{rows}行", "大于0的数字", "每个被抽中的人入选概率都大于0：请更正；只用于保留在设计中的行，请设zero=True"),
        ("{n} weights are 0: rows {rows}", "numbers above 0", "Whoever was drawn had a chance above 0: correct them; set zero=True for rows that are only kept in the design"),
    ),
    "weight-none": (
        ("没有一个大于0的权数", "至少一个大于0的权数", "请核对权数列，以及此前是否剔除了所有受访者"),
        ("no weight is above 0", "at least one weight above 0", "Check the column, and whether all respondents were dropped before"),
    ),
    "weight-length": (
        ("权数有{found}个，边缘总量所对应的受访者有{wanted}人", "每位受访者一个权数", "请用同一份数据生成权数和编码"),
        ("there are {found} weights, but margins of {wanted} respondents", "one weight a respondent", "Take weights and margins from the same rows"),
    ),
    "probability-range": (
        ("{n}个入选概率缺失或超出范围（如{found}）：第{rows}行", "大于0且不大于1", "百分数请除以100；给出的若是权数，请直接作为基础权数"),
        ("{n} selection probabilities are missing or out of range (such as {found}): rows {rows}", "above 0 and at most 1", "Divide percentages by 100; if these are weights, give them as base weights"),
    ),
    "frame-stratum": (
        ("抽样框与样本不符：总体{population}，抽取{selected}，样本中有{n}人", "0 < 样本 ≤ 抽取 ≤ 总体", "请核对该层的抽样框"),
        ("the frame and the sample disagree: population {population}, selected {selected}, {n} in the sample", "0 < sample <= selected <= population", "Check this stratum in the frame"),
    ),
    # Margins: the table
    "margin-column": (
        ("缺少“{found}”这一列", "variable、level，以及total或share；找到的列：{options}", "请补上或改名"),
        ("there is no column '{found}'", "variable, level, and total or share; found: {options}", "Add it, or rename a column"),
    ),
    "margin-survey": (
        ("没有调查“{found}”的边缘总量", "{options}", "请更正调查名称"),
        ("there are no margins of the survey '{found}'", "{options}", "Correct the name of the survey"),
    ),
    "margin-surveys": (
        ("表中有多项调查：{options}", "每次只用一项调查的边缘总量", "请用survey指明哪一项"),
        ("the table holds several surveys: {options}", "the margins of one survey at a time", "Say which with survey"),
    ),
    "margin-blank": (
        ("单元格为空", "每行都有变量和类别", "请补齐或删除该行"),
        ("the cell is empty", "a variable and a level in every row", "Fill it in, or remove the row"),
    ),
    "margin-no-number": (
        ("没有总量", "不小于0的数字；total或share二者之一", "请补上总量；总体中没有的类别填0"),
        ("there is no total", "a number of at least 0, as total or as share", "Fill it in; a level that nobody in the population has is 0"),
    ),
    "margin-two-numbers": (
        ("同时给出了total和share", "二者之一", "请只保留一个"),
        ("both a total and a share are given", "one of the two", "Keep one of them"),
    ),
    "margin-negative": (
        ("总量为负：{found}", "不小于0的数字", "请更正"),
        ("the total is negative: {found}", "a number of at least 0", "Correct it"),
    ),
    "margin-number": (
        ("总体总量不可用：{found}", "不小于0的有限数字", "请更正总量"),
        ("the population total cannot be used: {found}", "a finite number of at least 0", "Correct the total"),
    ),
    "margin-double": (
        ("出现两次，首次在第{first}行", "每个变量、类别（和县）只有一行", "请核实后只保留正确的一行"),
        ("it is there twice, first in line {first}", "one row a variable, level (and county)", "Find out which is right and keep that one"),
    ),
    "margin-mixed": (
        ("同一变量既有总量又有比重", "一个变量只用一种", "请统一为total或share"),
        ("one variable has totals and shares", "one of the two for a variable", "Give all as total, or all as share"),
    ),
    "margin-county-mixed": (
        ("同一变量既有分县的总量又有全体的总量", "一个变量只用一种", "请删去其中一种，或另起变量名"),
        ("one variable has totals by county and of the whole", "one of the two for a variable", "Remove one kind, or give it another name"),
    ),
    "margin-county-missing": (
        ("没有{county}的总量，而“{other}”有", "分县的各变量都有相同的县", "请补上该县，或从另一变量删去"),
        ("{county} is missing, though '{other}' has it", "the same counties for all variables that are by county", "Add the county, or remove it from the other"),
    ),
    "margin-share-sum": (
        ("各类比重之和为{found}", "1", "百分数请除以100；位数不足的请补足，或设rescale=True按比例调整"),
        ("the shares add up to {found}", "1", "Divide percentages by 100; give more digits, or set rescale=True to scale them"),
    ),
    "margin-totals-differ": (
        ("同一总体的两个边缘合计不同：“{first}”为{left}，“{other}”为{right}", "同一总体各边缘合计相同", "请核对来源和时点；确认只是口径差异的，设rescale=True按“{first}”调整"),
        ("margins of one population have different totals: '{first}' {left}, '{other}' {right}", "the same total for every margin of a population", "Check their sources and dates; if the difference is known to be harmless, rescale=True scales them to '{first}'"),
    ),
    "margin-none": (
        ("没有这个边缘", "{options}", "请更正变量名"),
        ("there is no such margin", "{options}", "Correct the name of the variable"),
    ),
    "margin-codes": (
        ("类别编码超出范围：{low}至{high}", "0至{n}-1", "请核对编码"),
        ("codes are out of range: {low} to {high}", "0 to {n} - 1", "Check how they were coded"),
    ),
    # Margins: with the sample
    "margin-sample-column": (
        ("样本中没有县一列“{found}”", "{options}", "请用county指明哪一列是县"),
        ("the sample has no column '{found}' for the county", "{options}", "Say with county which column it is"),
    ),
    "margin-variable-unknown": (
        ("样本中没有“{found}”这一列", "{options}", "请用columns写明该边缘由哪些列组成"),
        ("the sample has no column '{found}'", "{options}", "Say with columns which columns the margin is made of"),
    ),
    "margin-value-missing": (
        ("{n}位有权数的受访者缺失：第{rows}行", "有权数的受访者都有值", "请插补，或把“未知”作为一类并给出总量"),
        ("{n} respondents with a weight have no value: rows {rows}", "a value for every respondent with a weight", "Impute them, or make 'unknown' a level with a total"),
    ),
    "margin-level-missing": (
        ("样本中的类别“{found}”（{n}人）在边缘总量中没有", "{options}", "请补上该类别的总量，或在样本中重新编码"),
        ("the level '{found}' of the sample ({n} respondents) is missing from the margin", "{options}", "Add its total, or code these respondents otherwise"),
    ),
    "margin-level-unknown": (
        ("边缘总量中的类别“{found}”在样本中不存在", "{options}", "请更正类别名称"),
        ("the margin names a level '{found}' that the sample does not know", "{options}", "Correct the name of the level"),
    ),
    "margin-empty-cell": (
        ("总体有{total}，但没有受访者", "每个有总体的类别至少一位受访者", "请设minimum把它并入相邻类别，或去掉该边缘"),
        ("the population is {total}, but there is no respondent", "at least one respondent in every level that has a population", "Merge it with a neighbour by setting minimum, or leave the margin out"),
    ),
    "margin-zero": (
        ("有{n}位受访者，但总体总量为0", "有受访者的类别总量大于0", "请核对总量，或更正这些受访者的编码"),
        ("there are {n} respondents, but the population is 0", "a population above 0 where there are respondents", "Check the total, or how these respondents are coded"),
    ),
    "margin-county-unknown": (
        ("县“{found}”（{n}人）没有边缘总量", "边缘总量表中的县", "请补上该县，或更正县代码"),
        ("the county '{found}' ({n} respondents) has no margins", "counties of the table of margins", "Add the county, or correct its code"),
    ),
    "margin-county-empty": (
        ("该县有边缘总量，但没有受访者", "每个县至少一位受访者", "未调查的县请用only(counties=...)去掉"),
        ("the county has margins but no respondents", "at least one respondent a county", "Leave counties out that were not surveyed: only(counties=...)"),
    ),
    "margin-note-merged": (
        ("受访者{n}人，少于{minimum}人，并入{into}", "每类至少{minimum}人", "合并不当的，请用neighbour另行指定"),
        ("{n} respondents, fewer than {minimum}: merged with {into}", "at least {minimum} a level", "Name another neighbour if this one is not alike"),
    ),
    "margin-note-small": (
        ("受访者{n}人，少于{minimum}人，无相邻类别可并", "每类至少{minimum}人", "请用neighbour指明并入哪一类，或去掉该边缘"),
        ("{n} respondents, fewer than {minimum}, and no neighbour to merge with", "at least {minimum} a level", "Say with neighbour where it goes, or leave the margin out"),
    ),
    "margin-note-shares": (
        ("比重之和为{found}，已按比例调整为1", "1", "请核对来源中的位数"),
        ("shares added up to {found} and were scaled to 1", "1", "Check the digits at the source"),
    ),
    "margin-note-rescaled": (
        ("已按“{first}”的合计调整（共{n}处，最大处乘以{ratio}）", "同一总体各边缘合计相同", "请核对来源和时点"),
        ("scaled to the total of '{first}' ({n} populations; the furthest by {ratio})", "the same total for every margin of a population", "Check sources and dates"),
    ),
    # Non-response
    "disposition-unknown": (
        ("不认识的处理结果“{found}”（{n}人，首次在第{row}行）", "{options}", "请用meaning说明它属于哪一类（I、P、R、NC、O、UH、UO、NE）"),
        ("the disposition '{found}' is not known ({n} people, first in row {row})", "{options}", "Say with meaning which category it is: I, P, R, NC, O, UH, UO or NE"),
    ),
    "disposition-missing": (
        ("{n}人没有处理结果：第{rows}行", "每个被抽中的人都有处理结果", "请补齐；不清楚是否合格的填“unknown”"),
        ("{n} people have no disposition: rows {rows}", "a disposition for everybody who was drawn", "Fill them in; 'unknown' where nothing is known"),
    ),
    "class-no-respondents": (
        ("有{n}位合格者，但没有受访者，相邻类也已并完", "每个加权类至少一位受访者", "请用neighbour指明并入哪一类，或合并上一级"),
        ("{n} people are eligible but none answered, and no neighbour is left to merge with", "at least one respondent in every class", "Say with neighbour where it goes, or merge what is above the classes"),
    ),
    "class-unknown": (
        ("没有“{found}”这一类", "{options}", "请更正名称"),
        ("there is no class '{found}'", "{options}", "Correct the name"),
    ),
    "class-other-parent": (
        ("“{first}”和“{other}”不属于同一上级（县）", "同一上级内的类", "请改为同县的类"),
        ("'{first}' and '{other}' do not have the same parent (county)", "classes of one parent", "Name a class of the same county"),
    ),
    "eligible-part": (
        ("合格率超出范围：{found}", "0到1，或class、overall", "请更正e"),
        ("the eligible part is out of range: {found}", "0 to 1, or class, or overall", "Correct e"),
    ),
    "weights-note-class-merged": (
        ("受访者{n}人、系数{factor}，并入“{into}”", "受访者人数和系数符合合并规则", "合并不当的，请用neighbour另行指定"),
        ("{n} respondents, factor {factor}: merged with '{into}'", "respondents and factor within the rule", "Name another neighbour if this one is not alike"),
    ),
    "weights-note-class-kept": (
        ("受访者{n}人、系数{factor}，未达要求，但没有相邻类可并", "受访者人数和系数符合合并规则", "请用neighbour指明并入哪一类，或合并上一级"),
        ("{n} respondents, factor {factor}: beyond the rule, but no neighbour is left", "respondents and factor within the rule", "Say with neighbour where it goes, or merge what is above the classes"),
    ),
    # Raking and calibration
    "rake-not-converged": (
        ("{iterations}轮后仍未收敛，最大相对误差{error}在此处（要求{epsilon}）；被拉得最多的单元：{crossing}", "收敛的权数", "请增加maxit，或合并该单元的类别"),
        ("not converged after {iterations} sweeps; here is the largest relative error, {error} (wanted: {epsilon}); the cell pulled hardest: {crossing}", "weights that converge", "Raise maxit, or merge levels of that cell"),
    ),
    "rake-impossible": (
        ("没有任何权数能同时满足各边缘，此处最先落空（{iterations}轮后误差{error}）；被拉得最多的单元：{crossing}", "样本能够满足的边缘", "边缘之间通过样本中的空单元互相矛盾：请合并类别，或去掉一个边缘"),
        ("no weights can meet all margins together; this one fails first (error {error} after {iterations} sweeps); the cell pulled hardest: {crossing}", "margins that the sample can meet", "Empty cells of the sample set margins against each other: merge levels, or leave a margin out"),
    ),
    "calibration-bounds": (
        ("上下界不可用：{lower}至{upper}", "下界 < 1 < 上界；logit须有限", "请更正bounds"),
        ("the bounds cannot be used: {lower} to {upper}", "lower < 1 < upper, finite for logit", "Correct bounds"),
    ),
    "calibration-infeasible": (
        ("在{lower}至{upper}的界内，没有任何权数能满足各总量，此处最先落空", "界内可满足的总量", "请放宽bounds，或合并该类别"),
        ("no weights within {lower} to {upper} meet all totals; this one fails first", "totals that can be met within the bounds", "Widen bounds, or merge the level"),
    ),
    "calibration-not-converged": (
        ("{steps}步后仍未收敛，最大相对误差{error}在此处", "收敛的权数", "请核对总量是否互相矛盾，放宽bounds（现为{lower}至{upper}），或增加maxit"),
        ("not converged after {steps} steps; here is the largest relative error, {error}", "weights that converge", "Look for totals that contradict each other, widen bounds (now {lower} to {upper}), or raise maxit"),
    ),
    "calibration-shape": (
        ("变量矩阵为{shape}，权数{rows}个，总量{totals}个，名称{names}个", "每位受访者一行，每个总量一列", "请核对输入"),
        ("the variables have shape {shape}, with {rows} weights, {totals} totals and {names} names", "a row a respondent, a column a total", "Check what was given"),
    ),
    "calibration-values": (
        ("{n}位有权数的受访者值缺失或无穷大：第{rows}行", "有限的数字", "请插补，或去掉该变量"),
        ("{n} respondents with a weight have no finite value: rows {rows}", "finite numbers", "Impute them, or leave the variable out"),
    ),
    "weights-note-rescaled": (
        ("总量是样本的20倍以上：基础权数先乘以{low}至{high}（同R），上下界{lower}至{upper}按乘后的权数计", "总量在样本的20倍以内", "请以抽样权数而非1作为基础权数，或按此核对上下界"),
        ("totals are over 20 times the sample's: base weights were multiplied by {low} to {high} first, as in R, and the bounds {lower} to {upper} hold for those", "totals within 20 times the sample's", "Start from design weights instead of ones, or check that bounds are meant so"),
    ),
    "weights-note-rescaled-free": (
        ("总量是样本的20倍以上：基础权数先乘以{low}至{high}（同R）", "总量在样本的20倍以内", "请以抽样权数而非1作为基础权数；结果不受影响"),
        ("totals are over 20 times the sample's: base weights were multiplied by {low} to {high} first, as in R", "totals within 20 times the sample's", "Start from design weights instead of ones; the result is the same"),
    ),
    "weights-note-second-walk": (
        ("按R的步法未收敛，改用线搜索，{steps}步得解", "两种步法的解相同", "无须处理；上下界较紧时常见"),
        ("R's steps did not converge; line searches found the solution in {steps}", "the solution is the same for both", "Nothing is to be done; tight bounds often need it"),
    ),
    "weights-note-negative": (
        ("校准使{n}个权数为负", "不小于0的权数", "请设下界，或改用raking、logit"),
        ("calibration made {n} weights negative", "weights of at least 0", "Set a lower bound, or calibrate with raking or logit"),
    ),
    # Trimming
    "trim-limits": (
        ("上下限不可用：{lower}至{upper}", "下限不大于上限，上限大于0", "请更正lower和upper"),
        ("the limits cannot be used: {lower} to {upper}", "lower at most upper, upper above 0", "Correct lower and upper"),
    ),
    "trim-impossible": (
        ("平均权数{mean}在上下限之外（{lower}至{upper}），分摊后总和无法保持", "平均权数在上下限之内", "请放宽上下限，或设share=\"none\"让总和改变"),
        ("the mean weight, {mean}, lies beyond the limits ({lower} to {upper}), so that the sum cannot be kept", "a mean within the limits", "Widen the limits, or set share=\"none\" and let the sum change"),
    ),
    "trim-no-takers": (
        ("所有权数都超出上下限（{lower}至{upper}），没有人可分摊", "至少一个权数在上下限之内", "请放宽上下限，或设share=\"none\""),
        ("every weight is beyond the limits ({lower} to {upper}), nobody can take the share", "at least one weight within the limits", "Widen the limits, or set share=\"none\""),
    ),
    "trim-calibrate": (
        ("截尾与校准交替{cycles}轮后，仍有{n}个权数超出上下限：第{rows}行", "同时满足边缘和上下限的权数", "请放宽上下限，或合并边缘类别；也可用带bounds的calibrate"),
        ("after {cycles} rounds of trimming and raking {n} weights are still beyond the limits: rows {rows}", "weights that meet margins and limits", "Widen the limits or merge levels; or calibrate with bounds"),
    ),
    "weights-note-trimmed": (
        ("{n}个权数被截至{lower}至{upper}，移动的权数合计{moved}", "上下限之内的权数", "截尾会带来偏差：请与截尾前的估计比较"),
        ("{n} weights were cut to {lower} to {upper}; {moved} of weight moved", "weights within the limits", "Trimming brings some bias: compare estimates with those before"),
    ),
}  # fmt: skip
