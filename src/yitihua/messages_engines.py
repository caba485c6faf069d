"""The words of faults in the engines that estimate inside a database. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
ENGINES: Final[dict[str, tuple[Words, Words]]] = {
    # Engines
    "engine-extra": (
        (
            "没有安装{found}",
            "已安装该引擎所需的软件包",
            "请运行 pip install 'yitihua[{extra}]'；或改用默认的DuckDB引擎",
        ),
        (
            "{found} is not installed",
            "an installation with the package that the engine needs",
            "Run pip install 'yitihua[{extra}]', or take the default engine, DuckDB",
        ),
    ),
    "engine-java": (
        (
            "Spark无法启动",
            "已安装Java 17或更高版本，且JAVA_HOME指向它",
            "请安装Java（如default-jre-headless）；或改用默认的DuckDB引擎",
        ),
        (
            "Spark does not start",
            "Java 17 or later, with JAVA_HOME pointing to it where it is set",
            "Install Java (default-jre-headless, for one), or take the default engine, DuckDB",
        ),
    ),
    "engine-setting": (
        ("引擎不接受设置：{found}", 'threads为1以上的整数；memory_limit形如"4GB"', "请更正设置"),
        (
            "the engine does not take the settings {found}",
            "threads: a whole number from 1; memory_limit: as '4GB'",
            "Correct the settings",
        ),
    ),
    "engine-dsn": (
        (
            "数据库连接字符串无法解析（内容不显示）",
            "libpq连接字符串，如 host=… dbname=… user=…",
            "请更正dsn参数或环境变量{variable}；密码可放在密码文件中",
        ),
        (
            "the connection string cannot be read (it is not shown)",
            "a libpq connection string, as host=… dbname=… user=…",
            "Correct the argument dsn or the environment variable {variable}; the password may be in a password file",
        ),
    ),
    "engine-connection": (
        (
            "无法连接{engine}（{place}；SQLSTATE {found}）",
            "正在运行、可以访问且允许该用户登录的服务器",
            "请检查地址、端口、用户、密码和网络",
        ),
        (
            "no connection to {engine} ({place}; SQLSTATE {found})",
            "a server that runs, can be reached and lets this user in",
            "Check address, port, user, password and network",
        ),
    ),
    "engine-lost": (
        ("与{engine}的连接中断", "查询期间保持连接", "请重新连接后再运行；多次中断请联系管理员"),
        (
            "the connection to {engine} was lost",
            "a connection that lasts for the query",
            "Connect and run again; where it happens again, ask the administrator",
        ),
    ),
    "engine-table": (
        ("没有“{found}”这张表", "已存在且可读取的表或文件", "请更正表名；不在默认模式中的表写作“模式.表”"),
        (
            "there is no table '{found}'",
            "a table or file that exists and can be read",
            "Correct the name; a table outside of the default schema is written schema.table",
        ),
    ),
    "engine-no-right": (
        ("没有读取该表的权限", "对该表的SELECT权限", "请向管理员申请只读权限"),
        (
            "there is no right to read this table",
            "the right to SELECT from it",
            "Ask the administrator for the right to read it",
        ),
    ),
    "engine-parquet": (
        (
            "不是完整的Parquet文件：已损坏、被截断，或各文件的列不一致",
            "完整的Parquet文件，各文件列相同",
            "请重新导出或重新复制该文件",
        ),
        (
            "it is no whole Parquet file: damaged, cut off, or its files have different columns",
            "whole Parquet files with the same columns",
            "Export or copy the file again",
        ),
    ),
    "engine-csv": (
        (
            "无法作为CSV读取：编码、分隔符或列数不一致",
            "UTF-8编码、首行为列名、各行列数相同的CSV",
            "请另存为UTF-8编码的CSV或Parquet",
        ),
        (
            "it cannot be read as CSV: its encoding, separators or numbers of columns do not agree",
            "CSV in UTF-8 with names in the first line and as many values in every row",
            "Save it as CSV (UTF-8) or as Parquet",
        ),
    ),
    "engine-conversion": (
        (
            "有的值不是该列应有的类型（具体内容不显示）",
            "答案、权重和总体数为数字，比较的值与列的类型一致",
            "请核对答案列与权重列中是否混有文字",
        ),
        (
            "some value is not of the type the column should have (it is not shown)",
            "numbers as answers, weights and populations, and values compared with columns of their type",
            "Look for text among the answers and weights",
        ),
    ),
    "engine-memory": (
        ("内存不足", "分组数放得进内存限额", "请调高memory_limit、减少threads，或少用几个分组列"),
        (
            "there is not enough memory",
            "cells that fit in the memory limit",
            "Raise memory_limit, take fewer threads, or group by fewer columns",
        ),
    ),
    "engine-refused": (
        ("{engine}拒绝了查询（{found}）", "可由{engine}完成的查询", "请检查数据源；可用engine.sql(query)查看查询文本"),
        (
            "{engine} refused the query ({found})",
            "a query that {engine} can run",
            "Check the source; engine.sql(query) shows the text of the query",
        ),
    ),
    "engine-variables": (
        ("没有给出要估计的变量", "至少一个变量", "请用Variable或Variable.of_items给出变量"),
        (
            "there are no variables to estimate",
            "at least one variable",
            "Give variables, by Variable or Variable.of_items",
        ),
    ),
    "engine-item": (
        ("“{found}”不是可计分的题目", "{options}", "请更正题号，或在问卷定义中给出计分方式（scoring）"),
        (
            "'{found}' is no item with a scoring",
            "{options}",
            "Correct the name, or give the item a scoring in the questionnaire",
        ),
    ),
    "engine-condition": (
        (
            "无法解析条件“{found}”",
            "如 disposition=complete | disposition=partial，wave=2026 & excluded!=true",
            "请更正该条件",
        ),
        (
            "the condition '{found}' cannot be read",
            "as disposition=complete | disposition=partial, or wave=2026 & excluded!=true",
            "Correct the condition",
        ),
    ),
    "engine-column": (
        ("数据源中没有该列", "{options}", "请更正列名"),
        ("the source has no such column", "{options}", "Correct the name of the column"),
    ),
    "engine-column-type": (
        ("该列的类型为{found}，不能计算", "数字或真假值", "请在数据源中把该列转换为数字"),
        (
            "the column is of type {found}, which cannot be computed with",
            "numbers, or true and false",
            "Turn the column into numbers in the source",
        ),
    ),
    "engine-value": (
        (
            "不能把类型为{type}的列与“{found}”比较",
            "与列的类型一致的值；日期等其他类型的列不能用作条件",
            "请更正条件中的值",
        ),
        (
            "a column of type {type} cannot be compared with '{found}'",
            "a value of the column's type; dates and other types cannot be compared",
            "Correct the value in the condition",
        ),
    ),
    "engine-no-rows": (
        ("没有符合条件的受访者", "至少一名受访者", "请检查where条件与数据源"),
        (
            "no respondents satisfy the conditions",
            "at least one respondent",
            "Check the conditions of 'where' and the source",
        ),
    ),
    "engine-key-missing": (
        (
            "{found}名受访者缺少分层或抽样单位",
            "每名受访者都有层和抽样单位",
            "请在数据源中补齐；不属于本次调查的受访者用where排除",
        ),
        (
            "{found} respondents have no value of it, and it is part of the design",
            "a stratum and a cluster for every respondent",
            "Fill it in; leave out by 'where' who does not belong to the survey",
        ),
    ),
    "engine-weight-missing": (
        (
            "{found}名受访者没有权重",
            "每名受访者都有权重；不计入估计的权重为0",
            "请补齐权重，或用where排除这些受访者并说明原因",
        ),
        (
            "{found} respondents have no weight",
            "a weight for every respondent; 0 keeps one out of the estimates",
            "Fill the weights in, or leave these respondents out by 'where' and say why",
        ),
    ),
    "engine-weight-negative": (
        ("有的权重为负数或不是有限的数", "0或以上的有限数", "请检查权重的计算"),
        ("some weights are negative or not finite", "finite numbers from 0", "Look into how the weights were made"),
    ),
    "engine-population": (
        ("这些层的总体单位数缺失或在层内不一致：{found}", "每层一个数", "请核对抽样框"),
        (
            "the population is missing or differs within these strata: {found}",
            "one number for every stratum",
            "Check it against the frame",
        ),
    ),
    "engine-population-small": (
        (
            "这些层的总体单位数少于抽中的单位数：{found}",
            "不少于抽中单位数的总体单位数",
            "请核对抽样框，并确认总体数与抽样单位是同一级（无抽样单位时为人数）",
        ),
        (
            "the population of these strata is smaller than the sample: {found}",
            "at least as many units as were drawn",
            "Check the frame, and that the population counts the units that were drawn (people, where there are no clusters)",
        ),
    ),
    "engine-too-many-cells": (
        (
            "分组超过{limit}个（分组列：{keys}），已停止：分组过细等于取出原始记录",
            "不超过{limit}个分组",
            "每名受访者单独抽取的设计不要给psu；边际变量先归并为少数几级",
        ),
        (
            "there are more than {limit} cells of {keys}; so fine a group-by would hand over rows",
            "at most {limit} cells",
            "Give no psu where respondents were drawn themselves, and put margins in few levels",
        ),
    ),
    "engine-start": (
        (
            "{start}与它在同一边际分组（{margins}）内的比例不一致",
            "最终权重由起始权重经迭代加权或事后分层得到",
            "请在margins中列出全部校准变量；截尾或其他校准的权重请在内存中估计（estimation.estimate）",
        ),
        (
            "it is not in one proportion to '{start}' within the cells of the margins ({margins})",
            "final weights that raking or post-stratification made of the starting ones",
            "Name all calibration variables in margins; weights that were trimmed or calibrated otherwise are estimated in memory (estimation.estimate)",
        ),
    ),
    "engine-column-taken": (
        ("数据源中已有“{found}”一列", "尚未使用的列名", "请换一个列名"),
        ("the source has a column '{found}' already", "a name that is not taken", "Take another name"),
    ),
    "engine-weights-length": (
        (
            "权重有{found}个，分组有{options}个",
            "以该表table.weight为起点的权重",
            "请用Weights.start(table.weight, zero=True)重新加权",
        ),
        (
            "there are {found} weights for {options} cells",
            "weights that start from the table's own table.weight",
            "Weight again by Weights.start(table.weight, zero=True)",
        ),
    ),
    "engine-weights-step": (
        (
            "“{found}”这一步不能在分组上进行：它因人而异",
            "迭代加权、事后分层和按编码边际的校准",
            "截尾和无应答调整请在内存中对每名受访者进行，再把权重写入数据源",
        ),
        (
            "the step '{found}' cannot be taken on cells: it differs between respondents",
            "raking, post-stratification and calibration to coded margins",
            "Trim and adjust for non-response in memory, respondent by respondent, and write the weights to the source",
        ),
    ),
    "engine-share": (
        ("这些变量不是0或100的占比：{found}", "按占比计分的单个题目", '请改用statistic="mean"'),
        (
            "these variables are no shares, 0 or 100 for everyone: {found}",
            "single items scored as shares",
            "Take statistic='mean'",
        ),
    ),
    "engine-too-wide": (
        (
            "{domains}个域×{columns}个变量相互关联，协方差矩阵过大",
            "域×变量不超过{limit}",
            "请用shared=False（只要各域内的协方差），或分批估计",
        ),
        (
            "{domains} domains x {columns} variables depend on one another; their covariance matrix is too large",
            "at most {limit} domains x variables",
            "Take shared=False (covariances within domains only), or estimate in parts",
        ),
    ),
    "engine-one-psu": (
        ("这些层只有一名受访者：{found}", "每层至少两名", '请合并相近的层，或改用one_psu="adjust"'),
        (
            "these strata have one respondent: {found}",
            "at least two in every stratum",
            "Merge strata that are alike, or take one_psu='adjust'",
        ),
    ),
    "engine-source": (
        ("不能从“{found}”读取答案", "文件路径、文件夹、通配路径、路径列表或pandas表", "请改用其中一种"),
        (
            "answers cannot be read from a '{found}'",
            "a path, a folder, a pattern, a list of paths or a pandas table",
            "Give one of these",
        ),
    ),
}
