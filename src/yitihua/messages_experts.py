"""The words of faults in what experts send back: ranks, budgets, Delphi rounds, AHP. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
EXPERTS: Final[dict[str, tuple[Words, Words]]] = {
    # Ranks, budgets, Delphi
    "rank-bad": (
        ("排序“{found}”无效", "大于0的数，1为最重要", "请补齐或改正该排序"),
        ("the rank '{found}' will not do", "numbers above 0; 1 is the most important", "State or correct it"),
    ),
    "ranks-missing": (
        ("没有给出{found}的排序", "{options}", "请在ranks中逐一给出，1为最重要，可以并列"),
        (
            "no rank is given for {found}",
            "{options}",
            "Give one each under ranks; 1 is the most important, ties are allowed",
        ),
    ),
    "budget-empty": (
        ("没有专家分配点数", "每位专家一行，每个指标一列", "请填写分配表"),
        ("no expert has given any points", "one row an expert, one column an indicator", "Fill the table in"),
    ),
    "budget-points": (
        ("点数{found}无效", "不小于0的数", "请改正"),
        ("{found} points will not do", "numbers of 0 or more", "Correct them"),
    ),
    "budget-missing": (
        ("点数合计{found}，应为{total}，且{name}未填", "合计等于总点数；此时空格按0计", "请补填；不给点数的填0"),
        (
            "the points add up to {found} where {total} are to be given, and {name} are empty",
            "points that make up the budget; then an empty cell counts as 0",
            "Fill them in, with 0 where nothing is given",
        ),
    ),
    "budget-sum": (
        ("点数合计{found}，应为{total}", "合计等于总点数", '请让该专家改正，或设sums = "rescale"按比例折算'),
        (
            "the points add up to {found} where {total} are to be given",
            "points that make up the budget",
            'Ask the expert to correct them, or set sums = "rescale"',
        ),
    ),
    "budget-median": (
        ("各指标点数的中位数均为0", "至少一个指标有半数以上专家给出点数", '请设centre = "mean"'),
        (
            "the median of every indicator is 0",
            "an indicator that half of the experts give points to",
            'Set centre = "mean"',
        ),
    ),
    "expert-columns": (
        ("专家评分表中没有{found}的列", "{options}", "请补上该列，列名用编码或名称"),
        ("the table of experts has no column for {found}", "{options}", "Add it, headed by code or name"),
    ),
    "expert-form-there": (
        ("“{name}”已存在，且不是空白的同一张表，可能已有专家填写", "尚不存在的文件", "请另取文件名，或先移走该文件"),
        (
            "'{name}' is there already and is not this blank form: experts may have filled it in",
            "a file that does not exist yet",
            "Choose another name, or move the file away first",
        ),
    ),
    "expert-twice": (
        ("该专家已占一行（{other}）", "每位专家一行", "请删去一行；确为同名的，请在姓名后加以区分"),
        (
            "this expert has a row already ({other})",
            "one row an expert",
            "Remove one of them; tell two experts of the same name apart",
        ),
    ),
    "delphi-empty": (
        ("没有任何专家评分", "每位专家一行，每个条目一列", "请填写评分表"),
        ("nobody has scored anything", "one row an expert, one column an item", "Fill the table in"),
    ),
    "delphi-score": (
        ("评分{found}无效", "大于0的分数，且不超过满分{top}", "请改正"),
        ("the score {found} will not do", "scores above 0 and up to the full score {top}", "Correct it"),
    ),
    "delphi-authority": (
        ("权威程度{found}无效", "每位专家一个大于0的数；判断依据和熟悉程度在0与1之间", "请改正"),
        (
            "authority coefficients {found} will not do",
            "one number above 0 an expert; basis and familiarity between 0 and 1",
            "Correct them",
        ),
    ),
    "delphi-shape": (
        ("两轮的大小不同：{found}与{wanted}", "同样的专家和条目，顺序相同", "请对齐两轮的专家和条目，退出的专家留空"),
        (
            "the rounds differ in size: {found} and {wanted}",
            "the same experts and items in the same order",
            "Line them up; leave rows of experts who left empty",
        ),
    ),
    # AHP
    "ahp-shape": (
        ("判断矩阵的大小为{found}，应为{count} x {count}", "行列数等于被比较的指标数", "请补齐矩阵"),
        (
            "the matrix of judgments is {found} where {count} x {count} is needed",
            "one row and column for each that is compared",
            "Complete the matrix",
        ),
    ),
    "ahp-missing": (
        ("“{row}”与“{column}”的比较未填", "1/9至9之间的判断，或在对称位置填其倒数", "请补填"),
        (
            "'{row}' was not compared with '{column}'",
            "a judgment from 1/9 to 9, or its reciprocal in the mirror cell",
            "Fill it in",
        ),
    ),
    "ahp-positive": (
        ("“{row}”与“{column}”的判断为{found}", "大于0的数", "请改正"),
        ("the judgment of '{row}' against '{column}' is {found}", "numbers above 0", "Correct it"),
    ),
    "ahp-scale": (
        ("“{row}”与“{column}”的判断为{found}，超出标度", "1/{most}至{most}", "请按1—{most}标度改正"),
        (
            "the judgment of '{row}' against '{column}' is {found}, which is off the scale",
            "1/{most} to {most}",
            "Judge on the scale of 1 to {most}",
        ),
    ),
    "ahp-diagonal": (
        ("“{row}”与自身的比较为{found}", "对角线为1", "请改为1"),
        ("'{row}' against itself is {found}", "1 on the diagonal", "Make it 1"),
    ),
    "ahp-reciprocal": (
        (
            "“{row}”与“{column}”的判断为{found}，而反过来是{other}，两者不互为倒数",
            "{wanted}（保留两位小数亦可）",
            "请改正其中一个",
        ),
        (
            "'{row}' against '{column}' is {found}, but the other way round {other}: these are no reciprocals",
            "{wanted}, or that to two decimals",
            "Correct one of the two",
        ),
    ),
    "ahp-not-number": (
        ("“{row}”与“{column}”的判断“{found}”不是数字", "1至9，或1/9至1/2，如3或1/3", "请改正"),
        (
            "the judgment of '{row}' against '{column}' is no number: '{found}'",
            "1 to 9 or 1/9 to 1/2, such as 3 or 1/3",
            "Correct it",
        ),
    ),
    "ahp-date": (
        (
            "“{row}”与“{column}”的判断被表格软件转成了日期或时间（{found}）",
            "1至9，或1/9至1/2",
            "请将单元格格式设为“分数”或“文本”后重新填写",
        ),
        (
            "the judgment of '{row}' against '{column}' was turned into a date or time ({found})",
            "1 to 9 or 1/9 to 1/2",
            "Format the cell as a fraction or as text and enter it again",
        ),
    ),
    "ahp-too-many": (
        (
            "一次比较{found}个指标，超出所用随机一致性指标（RI）表",
            "至多{most}个",
            '请拆成多级，或换用更长的RI表（ri = "chinese"，至多15个）',
        ),
        (
            "{found} are compared at once, beyond the table of random indices",
            "{most} at most",
            'Split them over levels, or take the longer table (ri = "chinese", up to 15)',
        ),
    ),
    "ahp-judges": (
        ("专家权重为{found}，专家共{count}位", "每位专家一个大于0的数", "请改正shares"),
        (
            "the weights of experts are {found}, and there are {count} experts",
            "one number above 0 an expert",
            "Correct shares",
        ),
    ),
    "ahp-nobody": (
        (
            "没有找到任何专家对“{name}”下指标的判断",
            "填好的判断表（.xlsx或.csv），行列标题为：{options}",
            "请检查files所列的文件",
        ),
        (
            "no expert's judgments of what is under '{name}' were found",
            "filled-in forms (.xlsx or .csv) with rows and columns headed {options}",
            "Check the files listed under files",
        ),
    ),
    "ahp-expert-twice": (
        ("该专家对“{parent}”已有一份判断（{other}）", "每位专家一份", "请删去一份，或在封面写明不同的姓名"),
        (
            "this expert has judged '{parent}' already ({other})",
            "one matrix an expert",
            "Remove one of them, or put different names on the covers",
        ),
    ),
    "ahp-not-judged": (
        ("该专家没有比较“{parent}”下的指标", "行列标题为{options}的判断表", "请补填该表"),
        (
            "this expert did not compare what is under '{parent}'",
            "a sheet with rows and columns headed {options}",
            "Have it filled in",
        ),
    ),
    "ahp-blank": (
        ("整张判断表未填", "上三角各格填1/9至9", "请填写；未参加判断的专家请移走其文件"),
        (
            "nothing is filled in",
            "judgments from 1/9 to 9 above the diagonal",
            "Have it filled in, or take the file of an expert who did not judge away",
        ),
    ),
    "ahp-label-twice": (
        ("{kind}标题重复，另一处在{other}", "每个指标一行一列", "请删去重复的一个"),
        (
            "the label of a {kind} stands there twice, also in {other}",
            "one row and one column for each",
            "Remove one of them",
        ),
    ),
    "ahp-label-missing": (
        ("缺少该指标的{kind}（找到最接近的标题：{name}）", "{options}", "请补上，标题用编码或名称"),
        ("there is no {kind} for it (the nearest label: {name})", "{options}", "Add it, headed by code or name"),
    ),
    "ahp-label-unknown": (
        ("不认识的标题，其下填有判断", "{options}", "请改名或删除"),
        ("an unknown label that has judgments", "{options}", "Rename or remove it"),
    ),
}
