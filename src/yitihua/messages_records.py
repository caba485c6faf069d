"""The words of faults of records. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
RECORDS: Final[dict[str, tuple[Words, Words]]] = {
    # Definitions
    "records-none": (
        ("版本“{name}”没有定义记录", "indicators/版本/records/中有记录定义的版本", "请在版本文件夹中加上records/，可参照zhejiang-2022"),
        ("edition '{name}' defines no records", "an edition with record types in indicators/NAME/records/", "Add records/ to the edition's folder; zhejiang-2022 shows how"),
    ),
    "record-codes": (
        ("列“{name}”的类型与[codes]不符", "type = \"code\"的列在[codes]中列出代码，其他列不列", "请补上或删去[codes.{name}]"),
        ("the type of column '{name}' and [codes] do not agree", "a column of type \"code\" has its codes in [codes], no other has", "Add or remove [codes.{name}]"),
    ),
    "record-county": (
        ("没有或不止一列县级单位", "恰有一列type = \"county\"", "请标明哪一列是县级单位"),
        ("there is no column for the county, or more than one", "exactly one column of type = \"county\"", "Say which column holds the county"),
    ),
    "record-select": (
        ("不是单独一句SELECT：{found}", "一句以SELECT开头、不含分号的标准SQL", "请改写；中间表写在views.toml"),
        ("not a single SELECT: {found}", "one statement of ANSI SQL that begins with SELECT and has no semicolon", "Write it so; shared tables stand in views.toml"),
    ),
    "record-table": (
        ("查询引用了未定义的表“{name}”", "{options}", "请改用已定义的记录或中间表"),
        ("the query names a table that is not defined: '{name}'", "{options}", "Name a record type or a shared table"),
    ),
    "record-value": (
        ("value不是汇总式：{found}", "COUNT(*)、SUM(amount)一类的汇总式", "请改写value"),
        ("value is no aggregate: {found}", "an aggregate such as COUNT(*) or SUM(amount)", "Write value so"),
    ),
    # Folders and files
    "records-folder": (
        ("文件夹中没有可识别的记录文件", "文件名以下列之一开头的.csv、.parquet、.xlsx：{options}", "请把平台导出的文件放入，并按记录类型命名"),
        ("the folder holds no record file that is known", ".csv, .parquet or .xlsx files whose names begin with one of: {options}", "Put the platform's exports there, named after their type"),
    ),
    "records-header": (
        ("缺少必需的列“{name}”；找到的列：{found}", "列名为：{options}", "请核对导出的列名，或在schema的names中加上所用的名称"),
        ("a required column is missing: '{name}'; found: {found}", "a column named: {options}", "Check the names of the export's columns, or add yours to names in the schema"),
    ),
    "records-twice": (
        ("列“{name}”出现两次：{found}", "每列一次", "请删去其中一列"),
        ("column '{name}' stands there twice: {found}", "each column once", "Remove one of them"),
    ),
    "records-unreadable": (
        ("无法读取：{reason}", "完整的文件", "请重新导出；或加--skip-files，不计此文件"),
        ("it cannot be read: {reason}", "a whole file", "Export it again; or leave it out with --skip-files"),
    ),
    "records-rejects": (
        ("{record}有{share}的记录未通过检查（{count}条），超过限度{limit}{where}", "未通过的不超过{limit}", "请看rejects.csv（measure写出；check加-o写出），逐条改正后重新导出；确认无误的可用--max-rejects放宽"),
        ("{share} of {record} are rejected ({count}), more than {limit}{where}", "at most {limit} rejected", "See rejects.csv (measure writes it, check with -o), mend them and export again; --max-rejects widens the limit where that is right"),
    ),
    "records-period": (
        ("不认识的期别“{found}”", "年（2022）或季度（2022Q3）", "请改写"),
        ("unknown period '{found}'", "a year (2022) or a quarter (2022Q3)", "Write it so"),
    ),
    "records-disk": (
        ("磁盘已满或不可写：{reason}", "可写且有足够空间的磁盘", "请腾出空间，或用TMPDIR另指临时文件夹；尚未写出任何结果"),
        ("the disk is full or read-only: {reason}", "a disk that can be written and has room", "Make room, or name another folder for temporary files by TMPDIR; no result was written"),
    ),
    "records-query": (
        ("“{name}”的查询无法执行：{reason}", "引擎接受的标准SQL", "请改正measures.toml或views.toml中的查询"),
        ("the query of '{name}' cannot be run: {reason}", "ANSI SQL that the engine takes", "Mend the query in measures.toml or views.toml"),
    ),
    # Tables on a server
    "records-type": (
        ("列“{name}”的类型是{found}，不能作{type}", "{options}", "请在服务器上建一个视图转换类型，再在records.toml的[tables]中写这个视图"),
        ("column '{name}' is of type {found}, which cannot be taken as {type}", "{options}", "Make a view on the server that converts it, and name the view in [tables] of records.toml"),
    ),
    "records-tables": (
        ("{engine}中没有任何记录表", "名为{options}的表，或records.toml的[tables]中写明的表", "请在[tables]中写明各类记录所在的表，如 cases = \"zfpt.xzcf_aj\""),
        ("{engine} has no table of records", "tables named {options}, or those that [tables] of records.toml states", "State in [tables] where each type stands, as cases = \"law.cases\""),
    ),
}  # fmt: skip
