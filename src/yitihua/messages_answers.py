"""The words of faults in answers to questionnaires: reading, codebook, screening, privacy. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
ANSWERS: Final[dict[str, tuple[Words, Words]]] = {
    # Questionnaires
    "bad-condition": (
        (
            "条件“{found}”无法解析",
            "题号或列名 = != > >= < <= 值，用&（且）、|（或）连接，如“CZ13=1”“EN05>0”“part=A & PH08=1”",
            "请改写条件",
        ),
        (
            "the condition '{found}' cannot be read",
            "an item or column, one of = != > >= < <=, a value; joined by & and |, as CZ13=1, EN05>0, part=A & PH08=1",
            "Rewrite the condition",
        ),
    ),
    "condition-later": (
        ("条件用到了本题或其后的题目“{name}”", "本题之前的题目", "请调整题目顺序或条件"),
        (
            "the condition looks at '{name}', which is not asked before",
            "items asked before this one",
            "Change the order of the items, or the condition",
        ),
    ),
    "column-twice": (
        ("列“{name}”有两种用途，另见{other}", "每列只有一种用途；个人标识列不得同时保留", "请删去一处"),
        (
            "the column '{name}' is said to be two things, also at {other}",
            "one meaning a column; what is personal is not kept as well",
            "Remove one of the two",
        ),
    ),
    "no-options": (
        ("类型为{kind_of}的量表没有选项", "至少一个选项，或register_codes = true", "请写上选项"),
        (
            "a scale of kind {kind_of} has no options",
            "at least one option, or register_codes = true",
            "State the options",
        ),
    ),
    "scale-order": (
        ("数值范围上下限颠倒：minimum = {lower}，maximum = {upper}", "minimum < maximum", "请对调"),
        (
            "the bounds are the wrong way round: minimum = {lower}, maximum = {upper}",
            "minimum < maximum",
            "Swap the two",
        ),
    ),
    "fieldwork-order": (
        ("调查结束日{end}早于开始日{start}", "end不早于start", "请改正日期"),
        ("the fieldwork ends on {end}, before it starts on {start}", "end on or after start", "Correct the dates"),
    ),
    # The file
    "answers-suffix": (
        ("不支持的答卷文件类型“{found}”", "{options}", "请另存为CSV、Excel工作簿（.xlsx）或Parquet"),
        (
            "answers are not read from files of type '{found}'",
            "{options}",
            "Save the table as CSV, as a workbook (.xlsx) or as Parquet",
        ),
    ),
    "answers-sheet": (
        ("没有工作表“{found}”", "{options}", "请改正工作表名称"),
        ("there is no sheet '{found}'", "{options}", "Correct the name of the sheet"),
    ),
    "answers-sheets": (
        ("不止一个工作表有内容：{found}", "{options}", "请把要用的工作表单独另存，或在Python中用sheet指定"),
        ("several sheets hold something: {found}", "{options}", "Save the one that is meant by itself, or name it with sheet in Python"),
    ),
    "answers-cell-error": (
        (
            "{count}个单元格是公式错误，或公式没有保存结果：{rows}",
            "数值或文字",
            "请改正公式，或在Excel、WPS中计算后保存",
        ),
        (
            "{count} cells hold an error, or a formula saved without its result: {rows}",
            "values",
            "Correct the formulas, or let a spreadsheet compute and save them",
        ),
    ),
    # Columns
    "answers-column-absent": (
        ("缺少“{name}”列（{role}）", "每份答卷有编号和所在县", "请补上该列，或在问卷定义的[respondents]中写明列名"),
        (
            "the column '{name}' ({role}) is missing",
            "an id and a county for every respondent",
            "Add it, or say in [respondents] of the questionnaire what it is called",
        ),
    ),
    "answers-column": (
        ("该列的列名与缺少的“{name}”相近", "{name}", "请改为“{name}”；若是别的内容，请删去该列"),
        (
            "the header of this column resembles '{name}', which is missing",
            "{name}",
            "Rename it to '{name}'; if it is something else, remove the column",
        ),
    ),
    "answers-item-absent": (
        ("缺少题目“{name}”一列", "问卷的全部题目；已有：{options}", "请补上该列；未问的题留空"),
        (
            "the column of the item '{name}' is missing",
            "every item of the questionnaire; there are: {options}",
            "Add the column; leave it empty where the item was not asked",
        ),
    ),
    "answers-item-unknown": (
        ("没有题目“{found}”，共{count}行：{rows}", "{options}", "请改正题号"),
        ("there is no item '{found}', in {count} rows: {rows}", "{options}", "Correct the code of the item"),
    ),
    "answers-personal": (
        (
            "该列有{count}个单元格疑为{zh}（第{rows}行），内容不予显示",
            "本列不得含个人标识",
            "请从该列删去；标识应放在[privacy]所列的列中",
        ),
        (
            "{count} cells of this column look like a {en} (rows {rows}); they are not shown",
            "no identifiers in this column",
            "Remove them; identifiers belong in the columns named under [privacy]",
        ),
    ),
    "answers-code-word": (
        ("该列都是代码，却有{count}个单元格是文字（第{rows}行），内容不予显示", "含数字的代码", "请改为代码；姓名等个人信息请删去"),
        ("{count} cells of this column of codes hold words (rows {rows}); they are not shown", "codes with digits", "Give the code; remove names and the like"),
    ),
    # Rows
    "answers-blank": (
        ("该列有{count}行为空：第{rows}行", "每行都要填写", "请补上，或删去这些行"),
        ("{count} rows are empty in this column: {rows}", "something in every row", "Fill them in, or remove the rows"),
    ),
    "answers-twice": (
        ("同一受访者出现两次，首次在第{first}行", "每名受访者一行", "请核实后保留一行；确为两人的，请改编号"),
        (
            "the same respondent is there twice, first in line {first}",
            "one row a respondent",
            "Find out which row is right and keep that; if they are two people, give them different ids",
        ),
    ),
    "answers-item-twice": (
        ("同一受访者对同一题有两个答案，共{count}行：{rows}", "每名受访者每题一行", "请保留正确的一行"),
        (
            "a respondent answers an item twice, in {count} rows: {rows}",
            "one row a respondent and item",
            "Keep the right one",
        ),
    ),
    "answers-person-differs": (
        (
            "同一受访者各行不一致，共{count}行：{rows}；首次在第{first}行",
            "同一受访者此列各行相同",
            "请改正；或用单独的受访者表",
        ),
        (
            "rows of one respondent differ, {count} rows: {rows}; the first is line {first}",
            "the same in all rows of a respondent",
            "Correct them, or give a table of respondents",
        ),
    ),
    "answers-no-person": (
        ("{count}行的受访者不在受访者表中：第{rows}行", "受访者表中的编号", "请补上受访者，或改正编号"),
        (
            "{count} rows are of respondents who are not in the table of respondents: {rows}",
            "ids of the table of respondents",
            "Add them, or correct the ids",
        ),
    ),
    "answers-word": (
        ("未知的取值“{found}”，共{count}行：{rows}", "{options}", "请改正；或在问卷定义的[respondents]中列入"),
        (
            "unknown word '{found}' in {count} rows: {rows}",
            "{options}",
            "Correct it, or list it in [respondents] of the questionnaire",
        ),
    ),
    "answers-psu-strata": (
        (
            "初级抽样单元“{found}”同时属于两个层：{strata}；首次在第{first}行",
            "每个初级抽样单元只属于一个层",
            "请改正层；不同层的单元请用不同代码",
        ),
        (
            "the primary sampling unit '{found}' lies in two strata: {strata}; first in line {first}",
            "each unit in one stratum",
            "Correct the stratum, or give units of different strata different codes",
        ),
    ),
    # Numbers and dates
    "answers-number": (
        ("“{found}”不是数字，共{count}行：{rows}", "有限的数字", "请改为数字"),
        ("'{found}' is not a number, in {count} rows: {rows}", "a finite number", "Give a number"),
    ),
    "answers-weight": (
        (
            "权重为{found}，共{count}行：{rows}",
            "大于0的数",
            "请改正；不参与估计的行请用处置结果（disposition）说明，不要用0",
        ),
        (
            "the weight is {found} in {count} rows: {rows}",
            "a number above 0",
            "Correct it; say by the disposition who does not count, not by a weight of 0",
        ),
    ),
    "answers-probability": (
        ("入样概率为{found}，共{count}行：{rows}", "大于0且不超过1", "请改正"),
        ("the selection probability is {found} in {count} rows: {rows}", "above 0 and at most 1", "Correct it"),
    ),
    "answers-no-weight": (
        ("{count}行没有权重：第{rows}行", "每行都有大于0的权重（未答者也有）", "请按抽样设计补上"),
        (
            "{count} rows have no weight: {rows}",
            "a weight above 0 in every row, of those who did not answer as well",
            "Fill it in from the sampling design",
        ),
    ),
    "answers-two-weights": (
        ("既有入样概率又有权重（“{name}”列）", "二者取一", "请删去一列"),
        (
            "there are selection probabilities and weights (column '{name}')",
            "one of the two",
            "Remove one of the columns",
        ),
    ),
    "answers-duration": (
        ("用时为{found}，共{count}行：{rows}", "0或正数，单位秒", "请改正，或留空"),
        ("the time taken is {found} in {count} rows: {rows}", "0 or more, in seconds", "Correct it, or leave it empty"),
    ),
    "answers-date": (
        (
            "“{found}”不是日期时间，共{count}行：{rows}",
            "年-月-日，可加时:分，如2022-11-05T09:05:00",
            "请改写；日期格式的单元格请设为文本再导出",
        ),
        (
            "'{found}' is not a date, in {count} rows: {rows}",
            "year-month-day, with the time if known, as 2022-11-05T09:05:00",
            "Rewrite it",
        ),
    ),
    "answers-future": (
        ("访问时间{found}晚于今天（{today}），共{count}行：{rows}", "不晚于{today}", "请核对日期和采集设备的时钟"),
        (
            "the interview of {found} lies after today ({today}), in {count} rows: {rows}",
            "{today} or before",
            "Check the date, and the clock of the device",
        ),
    ),
    # Codes
    "answers-unknown-code-near": (
        (
            "“{found}”不在量表中（{zh}），共{count}人，第{rows}行",
            "{options}",
            "疑为{near}；请改正原表，或确认后用recodes指定",
        ),
        (
            "'{found}' is not on the scale ({en}), {count} respondents, rows {rows}",
            "{options}",
            "Probably {near}; correct the table, or once sure state it in recodes",
        ),
    ),
    "answers-unknown-code": (
        ("“{found}”不在量表中（{zh}），共{count}人，第{rows}行", "{options}", "请核对原始答卷后改正；无法核对的留空"),
        (
            "'{found}' is not on the scale ({en}), {count} respondents, rows {rows}",
            "{options}",
            "Look it up in the interview and correct it; leave it empty if that is not possible",
        ),
    ),
    "answers-county-empty": (
        (
            "“{name}”没有一份有效答卷（抽取{drawn}人）",
            "抽样框中的每个县都有答卷",
            "请核实是否漏交；确无答卷的，请从估计范围中去掉并说明",
        ),
        (
            "nobody answered in '{name}' ({drawn} were drawn)",
            "answers from every county of the frame",
            "Find out whether a file is missing; if not, leave the county out and say so",
        ),
    ),
    # Screening and exclusion
    "screening-other-answers": (
        ("筛查结果有{found}行，答卷有{expected}行", "对同一份答卷的筛查结果", "请对这份答卷重新筛查"),
        (
            "the screening has {found} rows, the answers {expected}",
            "the screening of the same answers",
            "Screen these answers",
        ),
    ),
    "screening-flag": (
        ("没有标记“{name}”", "{options}", "请改正名称"),
        ("there is no flag '{name}'", "{options}", "Correct the name"),
    ),
    # Privacy
    "hash-key-short": (
        ("散列密钥只有{found}字节", "至少{limit}字节的随机内容", "请换用更长的密钥，如 openssl rand -hex 32 的输出"),
        (
            "the key for hashes has {found} bytes only",
            "at least {limit} random bytes",
            "Take a longer key, such as the output of openssl rand -hex 32",
        ),
    ),
    "release-small-cells": (
        (
            "按{quasi}组合，有{found}人所在组合不足{k}人，其中{unique}人唯一",
            "每个组合至少{k}人",
            "请合并类别或减少列；确需提供的，写明理由（despite）",
        ),
        (
            "by {quasi}, {found} respondents are in combinations of fewer than {k}, {unique} of them unique",
            "at least {k} respondents in each combination",
            "Merge categories or leave columns out; if it must leave, state why (despite)",
        ),
    ),
    "release-personal": (
        ("第{column}列含{zh}，不得对外提供", "不含个人标识的列", "请删去该列"),
        ("column {column} holds a {en} and must not leave", "columns without identifiers", "Remove the column"),
    ),
    "release-column": (
        ("没有列“{name}”", "{options}", "请改正列名"),
        ("there is no column '{name}'", "{options}", "Correct the name"),
    ),
    "suppress-tree": (
        ("单位“{name}”的上级形成循环", "由县到市到省的层级", "请改正上级"),
        ("the parents of '{name}' run in a circle", "counties below cities below the province", "Correct the parents"),
    ),
}  # fmt: skip
