"""The words of faults in methods of imputation, treatment, normalisation and aggregation. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
METHODS: Final[dict[str, tuple[Words, Words]]] = {
    # A user's own functions
    "code-not-allowed": (
        (
            "“{name}”是自定义函数，未获准运行",
            "软件自带的方法；或在命令中加--allow-code",
            "确信来源可靠时加--allow-code（Python：with yitihua.allow_code()），否则改用自带的方法；核验已发布的结果时一律不准",
        ),
        (
            "'{name}' is a function of somebody's own and may not run here",
            "a shipped method; or --allow-code on the command line",
            "Add --allow-code (in Python: with yitihua.allow_code()) if you trust where it comes from, or name a shipped method; verifying a published result never allows it",
        ),
    ),
    "own-code-missing": (
        (
            "找不到自定义函数“{name}”：{found}",
            "“包.模块:函数”，能用Python导入",
            "请检查名称，并把所在文件夹加入PYTHONPATH或安装该包",
        ),
        (
            "the function '{name}' cannot be loaded: {found}",
            "'package.module:function' that Python can import",
            "Check the name; install the package or put its folder on PYTHONPATH",
        ),
    ),
    "own-code-failed": (
        ("自定义函数“{name}”出错：{found}", "返回有限的数或NaN", "请改正该函数"),
        ("the function '{name}' fails: {found}", "finite numbers or NaN", "Correct the function"),
    ),
    "own-code-in-run": (
        (
            "该结果用到自定义函数：{options}",
            "只用软件自带方法的结果",
            "核验和比较从不运行他人的代码：请向发布方索取代码自行重算（yitihua score --allow-code），或改用自带的方法",
        ),
        (
            "this result uses functions of somebody's own: {options}",
            "results made by shipped methods alone",
            "Reading a result back never runs code: ask for the code and score anew (yitihua score --allow-code), or use shipped methods",
        ),
    ),
    "own-code-shape": (
        ("自定义函数“{name}”返回的形状为{found}", "{expected}", "请改正该函数"),
        ("the function '{name}' returns the shape {found}", "{expected}", "Correct the function"),
    ),
    "own-code-differs": (
        (
            "自定义函数“{name}”所在文件已改变（sha256 {found}…，方案中为{expected}…）",
            "与方案记录相同的文件",
            "请恢复原文件，或重新计分",
        ),
        (
            "the file of the function '{name}' has changed (sha256 {found}..., the recipe has {expected}...)",
            "the file that the recipe records",
            "Restore the file, or score again",
        ),
    ),
    "own-code-not-by-value": (
        (
            "自定义函数“{name}”对同一个值给出不同的分数",
            "每个值的结果只取决于该值",
            "请改写：由样本得来的数（最大值、均值）写作parameters",
        ),
        (
            "the function '{name}' gives one value different points",
            "a result that depends on the value alone",
            "Rewrite it: give what is learnt from the sample (a maximum, a mean) as parameters",
        ),
    ),
    # Imputation
    "no-panel": (
        ("数据没有说明时期，不能按多个时期评分", "含有时期列（period，或日期、年份）的数据", "请在数据中加上时期列"),
        (
            "the data say no period, so there is no panel to score",
            "data with a column of periods",
            "Add a column period to the data",
        ),
    ),
    "panel-periods": (
        ("各期数据的时期重复或缺失：{found}", "一个或多个表，每个时期一个", "请核对各表的时期"),
        (
            "the tables are of these periods: {found}",
            "one table or more, each of its own period",
            "Check the periods of the tables",
        ),
    ),
    "no-other-periods": (
        (
            "数据只有一个时期（{name}），不能用其他时期插补",
            "含有多个时期的数据",
            "请补充以往时期的数据，或改用其他插补方法",
        ),
        (
            "the data have one period only ({name}), so nothing can be filled from others",
            "data of several periods",
            "Add earlier periods, or choose another imputation",
        ),
    ),
    # Normalisation
    "target-not-better": (
        (
            "“{name}”的目标值{found}不优于样本中的最差值{bound}，得分将颠倒",
            "优于最差值的目标值（处理后的尺度）",
            "请改正目标值或指标方向",
        ),
        (
            "the target {found} of '{name}' is not better than its worst value {bound}: points would run backwards",
            "a target better than the worst value, on the scale after treatment",
            "Correct the target or the direction",
        ),
    ),
    "no-target": (
        ("“{name}”没有目标值", "[normalise.indicators.编码] target，或[normalise] targets", "请填写目标值"),
        ("'{name}' has no target", "[normalise.indicators.CODE] target, or [normalise] targets", "State a target"),
    ),
    "no-reference": (
        ("没有参照单位（“{name}”）", "[normalise] reference，或reference_unit", "请填写参照单位的编码"),
        (
            "there is no reference unit (for '{name}')",
            "[normalise] reference, or reference_unit",
            "State the code of a unit",
        ),
    ),
    "no-value-above-zero": (
        ("“{name}”的最大值为{found}，占最大值之比没有意义", "最大值大于0的指标", "请改用minmax等方法"),
        (
            "the largest value of '{name}' is {found}: a fraction of it means nothing",
            "indicators whose largest value is above 0",
            "Use another method, such as minmax",
        ),
    ),
    # Treatment
    "log-gii-max": (
        ("“{name}”的最大值为{found}，log_GII会颠倒次序", "最大值大于1的指标", "请改用log_ct，或为该指标另定处理方法"),
        (
            "the largest value of '{name}' is {found}: log_GII would turn its order round",
            "indicators whose largest value is above 1",
            "Use log_ct, or treat this indicator by itself",
        ),
    ),
    "weights-circle": (
        ("权重方案“{name}”绕回自身", "组合只引用其他方案", "请去掉循环引用"),
        ("the weight set '{name}' leads back to itself", "a combination of other sets", "Take the circle out"),
    ),
    # Aggregation
    "aggregate-shape": (
        (
            "数据的形状{found}与所需的{expected}不符",
            "最后一维的每一列对应一个权重（或参照值）",
            "请核对指标个数与权重个数",
        ),
        (
            "data of shape {found} do not fit {expected}",
            "one weight (or reference value) for each column of the last axis",
            "Compare the number of indicators with the number of weights",
        ),
    ),
    "aggregate-weights": (
        ("权重不可用：{found}", "不小于0的有限数字，且不全为0", "请更正权重"),
        ("these weights cannot be used: {found}", "finite numbers of 0 or more, not all 0", "Correct the weights"),
    ),
    "aggregate-infinite": (
        ("有{found}个得分为无穷大", "有限的数字；缺失用NaN", "请检查此前的变换是否除以0或取了0的对数"),
        (
            "{found} points are infinite",
            "finite numbers; NaN where missing",
            "Look for a division by 0 or a logarithm of 0 in the steps before",
        ),
    ),
    "aggregate-negative": (
        ("“{name}”有负值（{found}）", "不小于0的值", "请先换算为不小于0的得分，或改用其他方法"),
        (
            "'{name}' meets negative values ({found})",
            "values of 0 or more",
            "Bring the points to 0 or more first, or take another method",
        ),
    ),
    "aggregate-ideals": (
        ("正、负理想解不可用：{found}", 'ideal = "stated"时须同时给出best和worst，且best大于worst', "请补齐或更正"),
        (
            "these best and worst points cannot be used: {found}",
            'both best and worst with ideal = "stated", the best above the worst',
            "State or correct them",
        ),
    ),
    "aggregate-range": (
        ("“{name}”为{found}，超出范围", "{allowed}", "请改为范围内的值"),
        ("'{name}' is {found}, out of range", "{allowed}", "Take a value within the range"),
    ),
    "aggregate-few": (
        ("“{name}”只有{found}个可用的值", "至少{expected}个互不相同的值", "请增加评价对象，或改用其他方法"),
        (
            "{name} has only {found} values to work with",
            "at least {expected} that differ",
            "Take more units, or another method",
        ),
    ),
    "fuzzy-thresholds": (
        ("等级阈值不可用：{found}", "两个以上由低到高的有限数字", "请按由低到高的等级排列"),
        (
            "these grade thresholds cannot be used: {found}",
            "two or more rising finite numbers",
            "Put them in order, the lowest grade first",
        ),
    ),
    "fuzzy-grades": (
        (
            "等级个数不一致：{found}与{expected}",
            "同一指标体系各层的等级个数相同，每个等级一个赋分",
            "请统一thresholds与grade_scores的个数",
        ),
        (
            "the numbers of grades differ: {found} and {expected}",
            "the same grades at every level, and one score a grade",
            "Give thresholds and grade_scores the same number of entries",
        ),
    ),
}

#: Phrases that fill a template: English -> Chinese; {} stands for any text.
METHODS_PHRASES: Final[dict[str, str]] = {
    "with count = 'shares' a draw is half a pair won, never a loss": "count = 'shares'时平局各计半场，不能计为负",
    # Screening
    "a share from 0 to 1": "应为0到1之间的比例",
    # Normalisation
    "upper must be above lower": "上界须大于下界",
    "must rise": "须逐个递增",
    "one more than there are cuts": "个数须比分界值多1",
    "must not fall, from the worst band to the best": "从最差档到最优档不得下降",
    "beyond the scale": "超出计分尺度",
    "must rise between 0 and 1": "须在0与1之间逐个递增",
    "best_to must not be below best_from": "best_to不得小于best_from",
    # Treatment
    'does nothing unless when = "outlying"': '仅在when = "outlying"时有效',
    "does nothing without a second step (then)": "没有第二步（then）时无效",
    'does nothing unless then = "{}"': '仅在then = "{}"时有效',
    "a view takes no fitted method": "视角不能用需要拟合的方法",
    'it is only read with ideal = "stated"': '仅在ideal = "stated"时有效',
    'ideal = "stated" needs it': 'ideal = "stated"时必须填写',
    "the best points must be above the worst": "best须大于worst",
    'with metric = "cityblock" it makes no difference': 'metric = "cityblock"时不起作用',
    "two or more rising numbers are expected": "应为两个以上由低到高的数字",
    "one score a grade is expected": "每个等级须有一个赋分",
    "it must lie on the scale": "须在得分范围之内",
    "only one of order_weights, orness and quantifier can be stated": "order_weights、orness、quantifier只能填写一项",
    "weights of 0 or more are expected, not all 0": "应为不小于0且不全为0的权数",
    "it is only read with orness": "仅在填写orness时有效",
}
