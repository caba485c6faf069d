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
    "weights-circle": (
        ("权重方案“{name}”绕回自身", "组合只引用其他方案", "请去掉循环引用"),
        ("the weight set '{name}' leads back to itself", "a combination of other sets", "Take the circle out"),
    ),
}

#: Phrases that fill a template: English -> Chinese; {} stands for any text.
METHODS_PHRASES: Final[dict[str, str]] = {
    "a view takes no fitted method": "视角不能用需要拟合的方法",
}
