"""The words of faults in survey weights, designs, estimates, modes, small areas and engines. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
ESTIMATION: Final[dict[str, tuple[Words, Words]]] = {
    # Numbers given to a function
    "number-range": (
        ("数值{found}超出范围", "{low}至{high}", "请改用范围内的数值"),
        ("the number {found} is out of range", "from {low} to {high}", "Give a number in the range"),
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
}
