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
        ("该结果用到自定义函数：{options}", "只用软件自带方法的结果", "核验和比较从不运行他人的代码：请向发布方索取代码自行重算（yitihua score --allow-code），或改用自带的方法"),
        ("this result uses functions of somebody's own: {options}", "results made by shipped methods alone", "Reading a result back never runs code: ask for the code and score anew (yitihua score --allow-code), or use shipped methods"),
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
    # Normalisation
    "target-not-better": (
        ("“{name}”的目标值{found}不优于样本中的最差值{bound}，得分将颠倒", "优于最差值的目标值（处理后的尺度）", "请改正目标值或指标方向"),
        ("the target {found} of '{name}' is not better than its worst value {bound}: points would run backwards", "a target better than the worst value, on the scale after treatment", "Correct the target or the direction"),
    ),
    "no-target": (
        ("“{name}”没有目标值", "[normalise.indicators.编码] target，或[normalise] targets", "请填写目标值"),
        ("'{name}' has no target", "[normalise.indicators.CODE] target, or [normalise] targets", "State a target"),
    ),
    "no-reference": (
        ("没有参照单位（“{name}”）", "[normalise] reference，或reference_unit", "请填写参照单位的编码"),
        ("there is no reference unit (for '{name}')", "[normalise] reference, or reference_unit", "State the code of a unit"),
    ),
    "no-value-above-zero": (
        ("“{name}”的最大值为{found}，占最大值之比没有意义", "最大值大于0的指标", "请改用minmax等方法"),
        ("the largest value of '{name}' is {found}: a fraction of it means nothing", "indicators whose largest value is above 0", "Use another method, such as minmax"),
    ),
    # Treatment
    "log-gii-max": (
        ("“{name}”的最大值为{found}，log_GII会颠倒次序", "最大值大于1的指标", "请改用log_ct，或为该指标另定处理方法"),
        ("the largest value of '{name}' is {found}: log_GII would turn its order round", "indicators whose largest value is above 1", "Use log_ct, or treat this indicator by itself"),
    ),
    "weights-circle": (
        ("权重方案“{name}”绕回自身", "组合只引用其他方案", "请去掉循环引用"),
        ("the weight set '{name}' leads back to itself", "a combination of other sets", "Take the circle out"),
    ),
}

#: Phrases that fill a template: English -> Chinese; {} stands for any text.
METHODS_PHRASES: Final[dict[str, str]] = {
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
}
