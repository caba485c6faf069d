"""The words of every fault, in Chinese and in English, in one place.

Each entry: problem (what was found), allowed (what is allowed), mend (what to do). Templates
take their values from `Fault.details`.
"""

from __future__ import annotations

from typing import Final

from yitihua.messages_analysis import ANALYSIS
from yitihua.messages_answers import ANSWERS
from yitihua.messages_audit import AUDIT
from yitihua.messages_bundle import BUNDLE
from yitihua.messages_certainty import CERTAINTY
from yitihua.messages_engines import ENGINES
from yitihua.messages_estimation import ESTIMATION
from yitihua.messages_experts import EXPERTS
from yitihua.messages_figures import FIGURES
from yitihua.messages_methods import METHODS
from yitihua.messages_modes_areas import MODES_AREAS
from yitihua.messages_panel import PANEL
from yitihua.messages_papers import PAPERS
from yitihua.messages_reach import REACH
from yitihua.messages_sensitivity import SENSITIVITY
from yitihua.messages_site import SITE
from yitihua.messages_submissions import SUBMISSIONS
from yitihua.messages_time import TIME
from yitihua.messages_weights import WEIGHTS

#: Details that are phrases, given in English and put into Chinese by `in_chinese`.
PHRASE_DETAILS: Final = frozenset({"kind", "reason", "what"})

#: The words that rooms keep themselves; no code may stand in two of them.
ROOMS: Final = (
    SUBMISSIONS, ANSWERS, ESTIMATION, MODES_AREAS, FIGURES, PANEL, PAPERS, ENGINES, WEIGHTS, EXPERTS,
    METHODS, ANALYSIS, AUDIT, BUNDLE, CERTAINTY, REACH, SENSITIVITY, SITE,
    *TIME,
)  # fmt: skip

#: What "allowed" says where the list of options is empty.
NO_OPTIONS: Final = {"zh": "尚未定义任何可选项", "en": "none is defined so far"}


def _entry(zh: tuple[str, str, str], en: tuple[str, str, str]) -> dict[str, dict[str, str]]:
    names = ("problem", "allowed", "mend")
    return {"zh": dict(zip(names, zh, strict=True)), "en": dict(zip(names, en, strict=True))}


MESSAGES: Final[dict[str, dict[str, dict[str, str]]]] = {
    # Files
    "file-not-found": _entry(
        ("找不到或打不开该文件", "已存在且可读取的文件", "请检查路径和文件名"),
        ("the file is not there or cannot be opened", "a file that exists and can be read", "Check the path and the name"),
    ),
    "bad-output": _entry(
        ("不能写入“{name}”：{reason}", "可写入的位置；已有的结果文件夹须由yitihua写成", "请另选输出位置，或先移走原有文件夹"),
        ("cannot write to '{name}': {reason}", "a place that can be written; an existing folder of results must be yitihua's own", "Choose another place, or move the folder away first"),
    ),
    "no-access": _entry(
        ("无法访问“{name}”：{reason}", "有权限访问的位置", "请检查权限，或另选位置"),
        ("'{name}' cannot be accessed: {reason}", "a place you have the right to use", "Check the rights, or choose another place"),
    ),
    "not-utf8": _entry(
        ("文件不是UTF-8编码（{reason}）", "UTF-8（定义文件）；UTF-8或GB18030（CSV数据）", "请另存为UTF-8编码"),
        ("the file is not UTF-8 ({reason})", "UTF-8 (definitions); UTF-8 or GB18030 (CSV data)", "Save it as UTF-8"),
    ),
    "bad-toml": _entry(
        ("TOML语法错误：{found}", "键 = 值；文字加双引号；表名放在方括号内", "请改正该行"),
        ("not valid TOML: {found}", "key = value; text in double quotes; table names in square brackets", "Correct this line"),
    ),
    "bad-json": _entry(
        ("不是有效的计分方案（recipe）：{reason}", "由yitihua写出的recipe.json", "请重新生成该文件"),
        ("not a valid recipe: {reason}", "a recipe.json written by yitihua", "Write the file again"),
    ),
    "unknown-suffix": _entry(
        ("不支持的数据文件类型“{found}”", ".csv | .parquet", "请另存为CSV（UTF-8或GB18030）"),
        ("data files of type '{found}' are not read", ".csv | .parquet", "Save the table as CSV (UTF-8 or GB18030)"),
    ),
    # Definitions: shape
    "unknown-key": _entry(
        ("未知的键“{name}”", "{options}", "请改名或删除"),
        ("unknown key '{name}'", "{options}", "Rename or remove it"),
    ),
    "missing-key": _entry(
        ("缺少必填的键“{name}”", "必须填写", "请补上“{name}”"),
        ("the key '{name}' is missing", "it must be stated", "Add '{name}'"),
    ),
    "bad-choice": _entry(
        ("“{found}”不在可选值之内", "{options}", "请从可选值中选一个"),
        ("'{found}' is not one of the choices", "{options}", "Take one of them"),
    ),
    "bad-value": _entry(
        ("值{found}无效：{reason}", "见该文件夹README中的格式说明", "请改正该值"),
        ("the value {found} is not valid: {reason}", "see the format in the folder's README", "Correct the value"),
    ),
    "bad-date": _entry(
        ("“{found}”不是日期", "年-月-日，如2022-01-01", "请改正日期"),
        ("'{found}' is not a date", "year-month-day, as 2022-01-01", "Correct the date"),
    ),
    "no-value-yet": _entry(
        ("截至{date}尚无有效取值，最早的取值始于{first}", "至少有一个取值的起始日期不晚于所用日期", "请补充更早的取值，或改用更晚的日期"),
        ("there is no value as of {date}; the first holds from {first}", "one date at or before the day used", "Add an earlier value, or use a later day"),
    ),
    # Definitions: references
    "no-project": _entry(
        ("“{name}”不是项目，也不是结果文件夹", "含project.toml或指标定义的文件夹，或yitihua score -o写出的文件夹", "请检查路径；新建项目用yitihua init"),
        ("'{name}' is no project and no folder of results", "a folder with project.toml or definitions, or one that yitihua score -o wrote", "Check the path; yitihua init starts a project"),
    ),
    "unknown-edition": _entry(
        ("找不到名为“{name}”的版本", "{options}", "请检查名称；项目文件夹中的版本须用DIR指定"),
        ("there is no edition '{name}'", "{options}", "Check the name; an edition of your own needs its project folder"),
    ),
    "unknown-dataset": _entry(
        ("找不到数据集或数据文件“{name}”", "CSV文件路径，或：{options}", "请检查路径或名称"),
        ("there is no dataset or data file '{name}'", "the path of a CSV file, or: {options}", "Check the path or the name"),
    ),
    "no-data": _entry(
        ("没有可计分的数据", "合成方法文件（index/）中的dataset、project.toml中的data，或--data 文件", "请指定数据"),
        ("there is no data to score", "dataset in the index file, data in project.toml, or --data FILE", "Name the data"),
    ),
    "unknown-reference": _entry(
        ("“{name}”所指的{kind}不存在", "{options}", "请改正名称，或先定义它"),
        ("there is no {kind} '{name}'", "{options}", "Correct the name, or define it first"),
    ),
    "extends-cycle": _entry(
        ("extends形成循环：{chain}", "不回到自身的继承链", "请删去其中一个extends"),
        ("extends runs in a circle: {chain}", "a chain that does not come back to itself", "Remove one extends"),
    ),
    "extends-differ": _entry(
        ("合成方法文件（index/）与指标文件（indicators/）的extends不同：{names}", "两处相同，或只写一处", "请统一"),
        ("extends differs between index/ and indicators/: {names}", "the same in both, or stated once", "Make them agree"),
    ),
    "duplicate-code": _entry(
        ("“{name}”重复定义，另见{other}", "每个键只写一次；节点、指标和原始量的代码各不相同", "请改名或删去一处"),
        ("'{name}' is defined twice, also at {other}", "each key once; codes of nodes, indicators and measures all differ", "Rename or remove one"),
    ),
    "reserved-code": _entry(
        ("代码“{name}”与结果表的列名冲突", "不得使用：{options}", "请换一个代码"),
        ("the code '{name}' is a column of the result tables", "any other than: {options}", "Take another code"),
    ),
    "scoring-scale": _entry(
        ("评分方式{scoring}不适用于量表“{scale}”", "量表类型：{options}", "请改换评分方式或量表"),
        ("the scoring {scoring} does not fit the scale '{scale}'", "a scale of kind {options}", "Choose another scoring or scale"),
    ),
    "duplicate-option": _entry(
        ("选项代码{name}重复", "同一量表内各选项的代码不同", "请改正代码"),
        ("the option code {name} is there twice", "codes differ within a scale", "Correct the code"),
    ),
    # Definitions: tree
    "no-indicators": _entry(
        ("没有任何指标", "至少一个[indicators.代码]", "请添加指标"),
        ("there are no indicators", "at least one [indicators.CODE]", "Add an indicator"),
    ),
    "not-one-root": _entry(
        ("没有上级的节点有：{found}", "恰好一个没有parent的节点（即指数本身）", "请为其余节点写上parent，或添加一个总节点"),
        ("nodes without a parent: {found}", "exactly one node without parent, the index itself", "Give the others a parent, or add the one"),
    ),
    "cycle": _entry(
        ("上下级形成循环：{chain}", "每个节点沿parent最终到达总节点", "请改正其中一个parent"),
        ("the tree runs in a circle: {chain}", "every node reaches the root by its parents", "Correct one parent"),
    ),
    "childless-node": _entry(
        ("节点“{name}”之下没有节点或指标", "每个节点至少有一个下级", "请删去该节点，或让指标的parent指向它"),
        ("the node '{name}' has no children", "every node has at least one node or indicator below it", "Remove it, or give an indicator this parent"),
    ),
    "no-group-in-view": _entry(
        ("没有写明在视角“{view}”中属于哪一组", "{options}", "请在views中写明"),
        ("its group in the view '{view}' is not stated", "{options}", "State it under views"),
    ),
    # Definitions: indicators
    "goalposts-order": _entry(
        ("目标区间上下限颠倒：lower = {lower}，upper = {upper}", "lower < upper；逆向指标（“-”）的lower是最优值", "请对调；方向由direction表示"),
        ("the goalposts are the wrong way round: lower = {lower}, upper = {upper}", "lower < upper; for a '-' indicator lower is the best value", "Swap them; the direction says which is best"),
    ),
    "goalposts-log": _entry(
        ("取对数的指标lower = {lower}", "transform = \"ln\"时上下限均大于0", "请改正下限"),
        ("lower = {lower} with transform = \"ln\"", "both goalposts above 0 where the logarithm is taken", "Correct the lower goalpost"),
    ),
    "no-goalposts": _entry(
        ("指标“{name}”没有目标区间，而标准化方法是goalposts", "goalposts = {{ lower, upper, reason }}，或另选标准化方法", "请写上目标区间，或在合成方法文件（index/）的[normalise.indicators]中另选方法"),
        ("'{name}' has no goalposts and is normalised by goalposts", "goalposts = {{ lower, upper, reason }}, or another method", "State goalposts, or choose a method in [normalise.indicators] of the index file"),
    ),
    "bad-expression": _entry(
        ("算式“{found}”无效：{reason}", "原始量名称、数字、+ - * / 和括号", "请改正算式"),
        ("the expression '{found}' is not valid: {reason}", "names of measures, numbers, + - * / and brackets", "Correct the expression"),
    ),
    # Definitions: index file
    "bad-scale": _entry(
        ("分值范围上下限颠倒：[{lower}, {upper}]", "scale = [低, 高]", "请对调"),
        ("the scale is the wrong way round: [{lower}, {upper}]", "scale = [low, high]", "Swap the two"),
    ),
    "needs-key": _entry(
        ("方法{method}还需要“{name}”", "与方法一起写明", "请补上“{name}”"),
        ("the method {method} needs '{name}'", "stated beside the method", "Add '{name}'"),
    ),
    "no-effect": _entry(
        ("“{name}”在此不起作用，它只用于{method}", "只写起作用的键", "请删去，或改用相应的方法"),
        ("'{name}' does nothing here, it belongs to {method}", "only keys that have an effect", "Remove it, or choose that method"),
    ),
    "negative-weight": _entry(
        ("“{name}”的权重为负：{found}", "0或正数", "请改正；反方向请用direction"),
        ("the weight of '{name}' is negative: {found}", "0 or more", "Correct it; a reversed indicator has direction = \"-\""),
    ),
    "zero-weights": _entry(
        ("“{parent}”之下的权重合计为0：{given}", "同一上级之下权重合计大于0", "请至少给一个正的权重"),
        ("the weights under '{parent}' sum to 0: {given}", "a sum above 0 under each parent", "Give at least one a positive weight"),
    ),
    "partial-weights": _entry(
        ("“{parent}”之下只给了部分权重，缺：{absent}", "同一上级之下全给或全不给（不给即相等）", "请补齐，或全部删去"),
        ("under '{parent}' only some weights are given, not: {absent}", "all children of a parent or none (none means equal)", "Give the rest, or remove these"),
    ),
    "grade-length": _entry(
        ("{name}有{found}个，应为{expected}个", "labels由低到高；cuts比labels少一个", "请改正个数"),
        ("{name} has {found} entries, expected {expected}", "labels from the lowest up; cuts one fewer than labels", "Correct the number"),
    ),
    "cuts-order": _entry(
        ("分界点不是由小到大：{found}", "严格递增", "请改正顺序"),
        ("the cuts do not rise: {found}", "each above the one before", "Correct the order"),
    ),
    # Data
    "empty-table": _entry(
        ("表中没有数据行", "一行表头，至少一行数据", "请补充数据"),
        ("the table has no rows", "a header and at least one row", "Add the data"),
    ),
    "no-unit-column": _entry(
        ("没有单位列，表头为：{found}", "{options}", "请加上单位列，列名可用unit"),
        ("there is no column of units; the header has: {found}", "{options}", "Add one, for instance 'unit'"),
    ),
    "bad-csv": _entry(
        ("无法按CSV读取：{reason}", "逗号分隔，引号成对", "请检查该行附近的引号"),
        ("it cannot be read as CSV: {reason}", "cells between commas, quotes in pairs", "Check the quotes near this row"),
    ),
    "bad-parquet": _entry(
        ("无法按Parquet读取：{reason}", "完整的Parquet文件", "请重新导出，或另存为CSV"),
        ("it cannot be read as Parquet: {reason}", "a whole Parquet file", "Export it again, or save the table as CSV"),
    ),
    "no-column-name": _entry(
        ("该列有内容，但没有列名", "每列都有列名", "请补上列名，或删去该列"),
        ("the column holds something but has no name", "a name for every column", "Name it, or remove the column"),
    ),
    "wrong-separator": _entry(
        ("各列以“{found}”分隔", "以逗号分隔的CSV", "请另存为逗号分隔的CSV；小数点用“.”"),
        ("the columns are separated by '{found}'", "CSV separated by commas", "Save the table separated by commas, with '.' as the decimal point"),
    ),
    "duplicate-column": _entry(
        ("列名“{name}”重复", "每个列名只出现一次", "请改名或删去一列"),
        ("the column '{name}' is there twice", "each name once", "Rename or remove one"),
    ),
    "ragged-row": _entry(
        ("该行有{found}格，表头有{expected}格", "每行格数与表头相同", "请检查该行的逗号和引号"),
        ("the row has {found} cells, the header {expected}", "as many cells as the header in every row", "Check the commas and quotes of this row"),
    ),
    "blank-unit": _entry(
        ("该行没有单位", "每行一个单位代码", "请补上，或删去该行"),
        ("the row names no unit", "a unit in every row", "Name it, or remove the row"),
    ),
    "duplicate-unit": _entry(
        ("“{name}”重复，首次出现在第{first}行", "{what}只出现一次", "请保留正确的一行"),
        ("'{name}' is there twice, first in line {first}", "each {what} once", "Keep the right row"),
    ),
    "not-a-number": _entry(
        ("“{found}”不是数字", "数字；缺失留空或写NA", "请只填数字，单位写在定义中{extra}"),
        ("'{found}' is not a number", "a number; leave missing values empty or write NA", "Give the number alone, the unit stands in the definition{extra}"),
    ),
    "infinite": _entry(
        ("数值为无穷大：{found}", "有限的数字", "请改正，或留空"),
        ("the value is infinite: {found}", "a finite number", "Correct it, or leave it empty"),
    ),
    "negative-se": _entry(
        ("标准误为负：{found}", "0或正数", "请改正"),
        ("the standard error is negative: {found}", "0 or more", "Correct it"),
    ),
    "unknown-column": _entry(
        ("列“{name}”不是本版本的指标、原始量或所用的分组列", "{options}", "请改名，或删去该列"),
        ("the column '{name}' is no indicator, measure or group of this edition", "{options}", "Rename it, or remove the column"),
    ),
    "no-indicator-column": _entry(
        ("表中没有任何本版本的指标或原始量，表头为：{found}", "{options}", "请检查列名和所选版本"),
        ("the table holds no indicator or measure of this edition; the header has: {found}", "{options}", "Check the column names and the edition"),
    ),
    "unknown-indicator": _entry(
        ("指标“{name}”不在本版本中", "{options}", "请改正代码"),
        ("the indicator '{name}' is not in this edition", "{options}", "Correct the code"),
    ),
    "both-given": _entry(
        ("指标“{name}”既直接给出，又能由原始量算出", "二者取一；能算的不直接填报", "请删去该列，或删去原始量"),
        ("'{name}' is given and can also be computed from measures", "one of the two; what can be computed is not typed", "Remove the column, or the measures"),
    ),
    "no-period": _entry(
        ("表中有多个时期：{options}，未指定用哪一个", "{options}", "请用--period指定"),
        ("the table holds several periods and none is named", "{options}", "Name one with --period"),
    ),
    "blank-period": _entry(
        ("该行没有时期", "每行一个时期", "请补上，或删去该行"),
        ("the row names no period", "a period in every row", "Name it, or remove the row"),
    ),
    "no-period-column": _entry(
        ("指定了时期“{name}”，但数据没有时期列", "period列，或资料卡中各列的period", "请加上period列，或不指定时期"),
        ("the period '{name}' is asked for but the data has no column of periods", "a column 'period', or periods of columns in the passport", "Add the column, or name no period"),
    ),
    "unknown-period": _entry(
        ("没有时期“{name}”的数据", "{options}", "请改用已有的时期"),
        ("there is no data for the period '{name}'", "{options}", "Use one of these"),
    ),
    "missing-column": _entry(
        ("缺少“{name}”列，{reason}", "该列须在数据中", "请补上该列"),
        ("the column '{name}' is missing, {reason}", "the column must be in the data", "Add it"),
    ),
    "bad-denominator": _entry(
        ("分母“{name}”为{found}", "大于0的数", "请改正，或留空"),
        ("the denominator '{name}' is {found}", "a number above 0", "Correct it, or leave it empty"),
    ),
    "log-domain": _entry(
        ("“{name}”的值{found}不能取对数", "大于{bound}的数", "请改正该值，或改用别的处理方法"),
        ("the value {found} of '{name}' has no logarithm", "numbers above {bound}", "Correct the value, or choose another method"),
    ),
    "bad-months": _entry(
        ("months为{found}", "1至12", "请改正覆盖月数"),
        ("months is {found}", "1 to 12", "Correct the months covered"),
    ),
    "unknown-unit": _entry(
        ("没有单位“{name}”", "{options}", "请用代码或名称"),
        ("there is no unit '{name}'", "{options}", "Use a code or a name"),
    ),
    "ambiguous-unit": _entry(
        ("“{name}”不止一个单位", "{options}", "请用代码"),
        ("'{name}' is more than one unit", "{options}", "Use the code"),
    ),
    "table-mismatch": _entry(
        ("数据缺少计分方案（recipe）所需的指标：{absent}", "{options}", "请用同一版本的数据"),
        ("the data lacks indicators of the recipe: {absent}", "{options}", "Use data of the same edition"),
    ),
    "negative-n": _entry(
        ("样本量为负：{found}", "0或正数", "请改正"),
        ("the number of respondents is negative: {found}", "0 or more", "Correct it"),
    ),
    # Passports
    "not-scored": _entry(
        ("数据集“{name}”只供查阅，不能计分（layout = \"reference\"）", "{options}", "请改用可计分的数据集"),
        ("the dataset '{name}' is for reading, not for scoring (layout = \"reference\")", "{options}", "Use a dataset that holds values"),
    ),
    "passport-column-absent": _entry(
        ("资料卡所列的列“{name}”不在文件中", "{options}", "请改正列名，或从资料卡中删去"),
        ("the passport lists a column '{name}' that the file does not have", "{options}", "Correct the name, or remove it from the passport"),
    ),
    "layout-differs": _entry(
        ("资料卡写明layout = \"{found}\"，但列的角色不符", "long须有role为indicator和value的列；wide不得有indicator列", "请改正layout或role"),
        ("the passport says layout = \"{found}\" but the roles of its columns do not fit", "long has columns with the roles indicator and value; wide has no indicator column", "Correct the layout or the roles"),
    ),
    "bad-hash": _entry(
        ("文件与其资料卡的sha256不符", "{options}", "请恢复原文件，或核实后更新资料卡"),
        ("the file does not match the sha256 of its passport", "{options}", "Restore the file, or update the passport once checked"),
    ),
    "column-not-in-passport": _entry(
        ("列“{name}”未列入资料卡", "{options}", "请在passport.toml的[columns]中写明单位"),
        ("the column '{name}' is not in the passport", "{options}", "State it with its unit under [columns] of the passport"),
    ),
    # Runs that are read back, and questions asked of them
    "not-a-run": _entry(
        ("不是完整的结果文件夹：{reason}", "由yitihua score -o写出的文件夹，含run.json、recipe.json、table.json", "请检查路径；旧版本写出的结果请重新计分"),
        ("not a whole folder of results: {reason}", "a folder written by yitihua score -o, with run.json, recipe.json and table.json", "Check the path; score again what an older version wrote"),
    ),
    "lost-link": _entry(
        ("是失效的链接，指向{found}", "结果文件夹；输出位置本身是指向旁边隐藏文件夹的链接", "请用score -o另写一份结果；复制时须连同链接所指的内容（cp -rL）"),
        ("a link that leads nowhere: {found}", "a folder of results; the place of output is itself a link to a hidden folder beside it", "Write results to another place with score -o; copy them with what the link leads to (cp -rL)"),
    ),
    "changed-file": _entry(
        ("“{name}”写出后被改动，与run.json中的sha256不符", "{options}", "请恢复原文件，或重新计分"),
        ("'{name}' was changed after it was written: its sha256 is not that in run.json", "{options}", "Restore the file, or score again"),
    ),
    "unknown-format": _entry(
        ("格式版本{found}无法识别", "{options}", "请用写出它的版本读取，或重新计分"),
        ("the format {found} is not known", "{options}", "Read it with the version that wrote it, or score again"),
    ),
    "nothing-shared": _entry(
        ("两次结果没有共同的单位或指标，无法比较", "同一指标体系的结果；所给：{options}", "请检查两个文件夹"),
        ("the two runs have no unit or no indicator in common", "results of the same framework; given: {options}", "Check the two folders"),
    ),
    "no-measures": _entry(
        ("数据没有原始量，市级得分无从合计", "由原始量算出的数据；得分和比率不能平均", "请提供原始量，或不加--cities"),
        ("the data hold no measures, so there is nothing to sum for cities", "measures; scores and rates are never averaged", "Give the measures, or leave --cities out"),
    ),
    "no-cities": _entry(
        ("没有一个单位有已知的所属市：{found}", "zhejiang-counties中的县级代码，或给出city_of", "请检查单位代码，或不加--cities"),
        ("no unit has a known city: {found}", "county codes of zhejiang-counties, or city_of in Python", "Check the codes, or leave --cities out"),
    ),
    "unknown-change": _entry(
        ("没有名为“{name}”的设置", "{options}", "请改名"),
        ("there is no setting '{name}'", "{options}", "Rename it"),
    ),
    "bad-call": _entry(
        ("{problem_zh}", "{allowed_zh}", "见 yitihua --help"),
        ("{problem_en}", "{allowed_en}", "See yitihua --help"),
    ),
} | {code: _entry(zh, en) for words in ROOMS for code, (zh, en) in words.items()}  # fmt: skip
