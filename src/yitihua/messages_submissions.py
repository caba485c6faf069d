"""The words of faults in submissions: workbooks, forms and what units report. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
SUBMISSIONS: Final[dict[str, tuple[Words, Words]]] = {
    # The file
    "book-corrupt": (
        ("文件已损坏，无法作为工作簿打开", "Excel工作簿（.xlsx）", "请在Excel或WPS中重新打开并另存为.xlsx；打不开的，请用空白模板重新填报"),
        ("the file is damaged and cannot be opened as a workbook", "an Excel workbook (.xlsx)", "Open it in a spreadsheet and save it again as .xlsx; if it does not open, fill in a fresh template"),
    ),
    "book-password": (
        ("工作簿设有打开密码", "未加密的.xlsx", "请在“文件—信息—保护工作簿”中取消密码后重新保存"),
        ("the workbook is protected by a password", "an .xlsx without a password", "Remove the password and save it again"),
    ),
    "book-xls": (
        ("这是旧格式的.xls工作簿", ".xlsx", "请另存为“Excel工作簿（*.xlsx）”；只改扩展名无效"),
        ("this is a workbook in the old .xls format", ".xlsx", "Save it as 'Excel Workbook (*.xlsx)'; changing the suffix alone does not help"),
    ),
    "book-suffix": (
        ("内容是.xlsx工作簿，扩展名却是.xls", ".xlsx", "请把扩展名改为.xlsx"),
        ("it is an .xlsx workbook with the ending .xls", ".xlsx", "Rename it to .xlsx"),
    ),
    "csv-is-book": (
        ("这不是CSV，而是Excel工作簿，只是扩展名为.csv", "CSV文件", "请把扩展名改为.xlsx；或用“另存为—CSV UTF-8”重新保存"),
        ("this is no CSV but an Excel workbook with the ending .csv", "a CSV file", "Rename it to .xlsx; or save it again as 'CSV UTF-8'"),
    ),
    "book-wps": (
        ("这是WPS专用格式的文件", ".xlsx", "请在WPS中另存为“Microsoft Excel文件（*.xlsx）”"),
        ("this is a file in the format of WPS", ".xlsx", "In WPS save it as 'Microsoft Excel (*.xlsx)'"),
    ),
    "book-empty-file": (
        ("文件大小为0", "已保存的工作簿", "请重新发送该文件"),
        ("the file is empty, 0 bytes", "a workbook that was saved", "Send the file again"),
    ),
    "book-empty": (
        ("工作簿中没有任何内容", "按模板填报的工作簿", "请在模板中填报后再报送"),
        ("nothing stands in the workbook", "the template, filled in", "Fill in the template and send it again"),
    ),
    "book-bomb": (
        ("解压后达{found}，疑为压缩炸弹，未打开", "解压后不超过{limit}，压缩比不超过{ratio}", "请核实文件来源，并用空白模板重新填报"),
        ("it unpacks to {found}, which looks like a zip bomb; it was not opened", "at most {limit} unpacked, at most {ratio}", "Find out where the file comes from, and fill in a fresh template"),
    ),
    "book-too-large": (
        ("文件过大：{found}", "不超过{limit}", "请删去图片和多余内容，或用空白模板重新填报"),
        ("the file is too large: {found}", "at most {limit}", "Remove pictures and whatever else does not belong, or fill in a fresh template"),
    ),
    "book-sheet-too-large": (
        ("工作表范围达{found}（行×列），未读取", "不超过{limit}", "请删除表格下方和右侧的多余行列（含仅有格式的行）后保存"),
        ("the sheet reaches over {found} rows x columns; it was not read", "at most {limit}", "Delete the rows below and the columns beside the table, those that only have a format as well, and save"),
    ),
    "submission-suffix": (
        ("不支持的报送文件类型“{found}”", "{options}", "请另存为.xlsx，或移出该文件夹"),
        ("files of type '{found}' are not read as submissions", "{options}", "Save it as .xlsx, or move it out of the folder"),
    ),
    # The form
    "form-no-measures": (
        ("版本“{name}”没有由原始量计算的指标，没有可填报的内容", "指标中有formula的版本", "请改用别的版本，或用 init --new-edition 新建"),
        ("the edition '{name}' computes nothing from measures, there is nothing to ask for", "an edition whose indicators have formulas", "Take another edition, or make one with init --new-edition"),
    ),
    "form-none": (
        ("不是本项目的填报模板，工作表为：{found}", "{options}", "请用yitihua init生成的模板填报"),
        ("it is not a form of this project; its sheets are: {found}", "{options}", "Fill in the template that 'yitihua init' writes"),
    ),
    "form-old": (
        ("所用模板版本为“{found}”，不是本期模板", "{wanted}", "请把数据填入本期模板后重新报送"),
        ("it was filled in on another version of the template: '{found}'", "{wanted}", "Copy the numbers into this period's template and send that"),
    ),
    "form-other-edition": (
        ("这是另一指数版本的模板：“{found}”", "{wanted}", "请改用本项目的模板，或核实是否送错"),
        ("it is the template of another edition: '{found}'", "{wanted}", "Use this project's template, or ask whether it was sent to the wrong place"),
    ),
    "cover-row-missing": (
        ("封面缺少“{name}”一行", "封面各行保持模板原样", "请从模板恢复该行并填写"),
        ("the row '{name}' is missing from the cover", "the rows of the cover as in the template", "Restore the row from the template and fill it in"),
    ),
    "sheet-missing": (
        ("缺少工作表“{name}”", "模板中的全部工作表", "请从模板恢复该工作表并填写"),
        ("the sheet '{name}' is missing", "every sheet of the template", "Restore the sheet from the template and fill it in"),
    ),
    "sheet-renamed": (
        ("工作表“{name}”被改名为“{found}”", "工作表名称保持模板原样", "请把名称改回模板原名"),
        ("the sheet '{name}' was renamed to '{found}'", "names of sheets as in the template", "Give the sheet its name in the template again"),
    ),
    "sheet-hidden": (
        ("工作表“{name}”被隐藏", "所有填报的工作表可见", "请取消隐藏并核对其中的数值"),
        ("the sheet '{name}' is hidden", "all sheets to be filled in visible", "Show it again and check its numbers"),
    ),
    "sheet-extra": (
        ("多出工作表“{name}”，其中内容不会被读取", "{options}", "请把数据移入模板的相应单元格，并删除该工作表"),
        ("there is an extra sheet '{name}', which is not read", "{options}", "Move the numbers to the cells of the template, and delete the sheet"),
    ),
    "sheet-empty": (
        ("工作表“{name}”是空的", "模板中的表头和各行", "请从模板恢复该工作表并填写"),
        ("the sheet '{name}' is empty", "the headings and rows of the template", "Restore the sheet from the template and fill it in"),
    ),
    "heading-missing": (
        ("找不到表头：{name}", "{options}", "请从模板恢复表头行"),
        ("headings are missing: {name}", "{options}", "Restore the row of headings from the template"),
    ),
    "heading-double": (
        ("表头“{name}”出现两次，首次在{first}", "每个表头一列", "请删去多出的一列，把数值放回原列"),
        ("the heading '{name}' is there twice, first at {first}", "one column for each heading", "Delete the column that was added, and put the numbers back where they belong"),
    ),
    "cover-error": (
        ("封面“{name}”的公式出错或没有结果：{found}", "直接填写的内容", "请直接填写，不用公式"),
        ("the formula of '{name}' on the cover gives an error or no result: {found}", "an entry that is typed", "Type the entry, without a formula"),
    ),
    "row-missing": (
        ("缺少“{name}”（{measure}）一行", "模板中的每个原始量各占一行", "请从模板恢复该行；没有数据的填缺报原因，不要删行"),
        ("the row of '{name}' ({measure}) is missing", "a row for each measure of the template", "Restore the row from the template; where there is no number give the reason, do not delete the row"),
    ),
    "row-unknown": (
        ("代码“{name}”不是模板中的原始量", "{options}", "请恢复代码列的原样；自行增加的行请删除"),
        ("the code '{name}' is no measure of the template", "{options}", "Restore the column of codes; remove rows that were added"),
    ),
    "row-double": (
        ("原始量“{name}”出现两次，首次在{first}", "每个原始量只有一行", "请核实后只保留正确的一行"),
        ("the measure '{name}' is there twice, first at {first}", "one row for each measure", "Find out which is right and keep that one"),
    ),
    "row-without-code": (
        ("该行有数值，但代码列为空", "每个数值所在行都有原始量代码", "请恢复代码，或删除该行"),
        ("the row holds a number but no code", "a measure's code in every row with a number", "Restore the code, or remove the row"),
    ),
    "cells-merged": (
        ("填报单元格被合并：{found}", "不合并的单元格", "请取消合并，并在每格分别填数"),
        ("cells to be filled in are merged: {found}", "cells that are not merged", "Split them, and fill in each"),
    ),
    "cells-hidden": (
        ("{what}被隐藏，但其中有数值，未读取", "所有填报行列可见", "请取消隐藏并核对数值"),
        ("the {what} is hidden but holds a number; it was not read", "all rows and columns visible", "Show it again and check the number"),
    ),
    # One entry
    "entry-text": (
        ("“{name}”应填数字，却是“{found}”", "数字，单位是“{unit}”", "请只填数字；没有数据的留空，确实为零的填0"),
        ("'{name}' should be a number but is '{found}'", "a number, in '{unit}'", "Give the number alone; leave the cell empty where there is none, 0 means none were counted"),
    ),
    "entry-full-width": (
        ("“{name}”用了全角数字：{found}", "半角数字", "请改用半角数字"),
        ("'{name}' is written in full-width digits: {found}", "plain digits", "Write it in plain digits"),
    ),
    "entry-unit": (
        ("“{name}”的数字与文字写在一起：{found}", "只填数字，单位是“{unit}”", "请只留数字，并核对单位换算"),
        ("the number of '{name}' has words in its cell: {found}", "the number alone; the unit is '{unit}'", "Leave the number alone, and check the unit"),
    ),
    "entry-thousands": (
        ("“{name}”含千位分隔符：{found}", "不带分隔符的数字", "请去掉逗号和空格"),
        ("'{name}' has thousands separators: {found}", "digits without separators", "Remove commas and spaces"),
    ),
    "entry-percent": (
        ("“{name}”填了百分数：{found}", "原始量本身，单位是“{unit}”；比重由系统计算", "请填数量，不填百分比"),
        ("'{name}' is given as a percentage: {found}", "the quantity itself, in '{unit}'; shares are computed", "Give the quantity, not a percentage"),
    ),
    "entry-share": (
        ("“{name}”填了0至1之间的小数：{found}，疑为比重", "整数，单位是“{unit}”", "请填数量，不填比重"),
        ("'{name}' is a number between 0 and 1: {found}, which looks like a share", "a whole number of '{unit}'", "Give the quantity, not a share"),
    ),
    "entry-fraction": (
        ("“{name}”应为整数，却是{found}", "整数，单位是“{unit}”", "请按计数规则填整数；以万计的请换算"),
        ("'{name}' is a count but has a fraction: {found}", "a whole number of '{unit}'", "Give a whole number by the counting rule; if it is in ten thousands, multiply it out"),
    ),
    "entry-negative": (
        ("“{name}”为负数：{found}", "0或正数", "请改正；没有数据的留空并写缺报原因"),
        ("'{name}' is negative: {found}", "0 or more", "Correct it; where there is no number leave it empty and give the reason"),
    ),
    "entry-too-large": (
        ("“{name}”过大：{found}", "不超过1e15", "请核实数值和单位"),
        ("'{name}' is too large: {found}", "at most 1e15", "Check the number and the unit"),
    ),
    "entry-scale": (
        ("“{name}”为{found}，另一期为{bound}（{other}），相差千倍以上", "两期单位相同，都以“{unit}”计", "请核对单位；以万计的请换算"),
        ("'{name}' is {found} and in the other year {bound} ({other}), a thousand times apart", "both years in '{unit}'", "Check the unit; if one is in ten thousands, multiply it out"),
    ),
    "entry-date": (
        ("“{name}”的单元格中是日期：{found}", "数字，单位是“{unit}”", "请把单元格格式改为常规，再填数字"),
        ("a date stands in the cell of '{name}': {found}", "a number, in '{unit}'", "Set the cell's format to General and type the number again"),
    ),
    "entry-error": (
        ("“{name}”的公式出错：{found}", "数字，或没有错误的公式", "请改正公式，或直接填数字"),
        ("the formula of '{name}' gives an error: {found}", "a number, or a formula without an error", "Correct the formula, or type the number"),
    ),
    "entry-unsolved": (
        ("“{name}”的公式没有保存计算结果", "数字，或已计算并保存的公式", "请在Excel或WPS中打开、计算并保存，或直接填数字"),
        ("the formula of '{name}' was saved without its result", "a number, or a formula that was computed and saved", "Open it in a spreadsheet, let it compute and save it, or type the number"),
    ),
    "entry-linked": (
        ("“{name}”引用了另一个文件，无法核实：{found}", "数字，或只引用本工作簿的公式", "请用“选择性粘贴—数值”替换该公式"),
        ("'{name}' refers to another file and cannot be verified: {found}", "a number, or a formula within this workbook", "Replace the formula by its value (paste special, values)"),
    ),
    "value-share": (
        ("“{name}”为{found}，疑把百分数填成了0至1的小数", "以%计的数，目标区间为{lower}至{upper}", "请填百分数本身，不带百分号"),
        ("'{name}' is {found}, which looks like a percentage typed as 0 to 1", "a number in %, with goalposts {lower} and {upper}", "Give the percentage itself, without a sign"),
    ),
    "part-above-whole": (
        ("“{name}”为{found}，大于“{whole}”的{bound}（{other}）", "部分不大于总数（用于{indicator}）", "请核对这些单元格"),
        ("'{name}' is {found}, above '{whole}' with {bound} ({other})", "a part no larger than its whole (used by {indicator})", "Check these cells"),
    ),
    # Who reports, and when
    "unit-not-stated": (
        ("没有填写单位代码和名称", "{options} …", "请在封面选择单位代码"),
        ("neither code nor name of the unit is filled in", "{options} …", "Choose the unit's code on the cover"),
    ),
    "unit-unknown": (
        ("没有单位“{name}”", "{options}", "请从下拉列表中选择单位代码"),
        ("there is no unit '{name}'", "{options}", "Choose the unit's code from the list"),
    ),
    "unit-ambiguous": (
        ("名称“{name}”对应多个单位", "{options}", "请填写单位代码"),
        ("the name '{name}' is that of several units", "{options}", "Give the unit's code"),
    ),
    "unit-old": (
        ("“{name}”是已撤销或变更的区划：{zh}", "现行区划的代码和名称", "请按现行区划填报"),
        ("'{name}' is a unit that was abolished or renamed: {en}", "codes and names in force", "Report by the units in force"),
    ),
    "unit-differs": (
        ("代码{stated}是“{official}”，名称却填了“{name}”（按名称应为：{other}）", "代码与名称一致", "请核实是哪个单位，改正代码或名称"),
        ("the code {stated} is '{official}' but the name says '{name}' (by its name: {other})", "code and name of the same unit", "Find out which unit it is, and correct the code or the name"),
    ),
    "period-wrong": (
        ("时期为“{found}”", "{wanted}", "请核实是否报错了年度；如只是填错，请改正封面的时期"),
        ("the period is '{found}'", "{wanted}", "Check whether the right year was sent; if only the cover is wrong, correct it"),
    ),
    "simulated-in-real": (
        ("文件标明为模拟数据，本项目不是模拟项目", "真实填报数据；或在project.toml中写明simulated = true", "请移走该文件"),
        ("the file says that its values are simulated, the project is a real one", "real submissions; or simulated = true in project.toml", "Move the file away"),
    ),
    # The folder
    "file-of-other": (
        ("文件名是“{name}”，封面填的却是“{other}”", "文件名与封面为同一单位", "请核实是哪个单位报送的，改正封面的单位代码和名称，或改文件名"),
        ("the file is named for '{name}' but its cover says '{other}'", "file name and cover of the same unit", "Find out who sent it, and correct code and name on the cover, or rename the file"),
    ),
    "submission-tied": (
        ("“{name}”同一日期报送了不止一次，无法判断哪份最新：{found}", "日期不同，或每个单位一份", "请向该单位核实，只留一份"),
        ("'{name}' was sent more than once under one date, so none is the newest: {found}", "different dates, or one submission a unit", "Ask the unit, and keep one"),
    ),
    "submission-double": (
        ("“{name}”报送了不止一次：{found}", "每个单位一份", "请核实采用哪一份，只留一份；填报日期不同的，汇总时可用--newest采用最新的一份"),
        ("'{name}' was sent more than once: {found}", "one submission a unit", "Find out which holds and keep that one; where their dates differ, collect --newest takes the newest"),
    ),
    "units-unknown": (
        ("找不到单位名单“{name}”", "{options}，或含代码和名称两列的CSV文件", "请改正名称，或用 --units 文件.csv 给出名单"),
        ("there is no list of units '{name}'", "{options}, or a CSV file with a column of codes and one of names", "Correct the name, or give a list with --units FILE.csv"),
    ),
    "units-none": (
        ("没有单位名单，不知道为哪些单位写模板：{found}", "index/{name}.toml或project.toml中的units，或 --units 文件.csv", "请给出单位名单；或去掉该选项，只写一份空白模板"),
        ("there is no list of units to write templates for: {found}", "units in index/{name}.toml or project.toml, or --units FILE.csv", "Give a list of units; or leave the option out and get one blank template"),
    ),
    "former-columns": (
        ("旧名称名单缺少列：{name}", "{options}", "请补上这些列，或改正project.toml中的former"),
        ("the list of old names lacks the columns {name}", "{options}", "Add these columns, or correct former in project.toml"),
    ),
    "no-submissions": (
        ("没有收到任何报送文件", "文件夹submissions中的{options}", "请把各单位报送的文件放入该文件夹"),
        ("there is no submission", "{options} in the folder 'submissions'", "Put the files that were sent back into that folder"),
    ),
    "no-submission-period": (
        ("项目没有写明时期", "project.toml中的period", "请写上，如 period = \"2022\""),
        ("the project does not say for which period", "period in project.toml", "State it, as period = \"2022\""),
    ),
    "no-demo": (
        ("数据集“{name}”没有本期的模拟原始量", "含有原始量的模拟数据集", "去掉--demo，或换用别的版本"),
        ("the dataset '{name}' holds no simulated measures of this period", "a simulated dataset with measures", "Leave --demo out, or take another edition"),
    ),
    "nothing-left": (
        ("所有报送文件都有问题，没有可汇总的单位", "至少一个没有问题的单位", "请先改正所列问题"),
        ("every submission has faults, nothing is left to collect", "at least one unit without faults", "Correct the faults first"),
    ),
    "survey-unknown-unit": (
        ("调查数据中的单位“{name}”既未报送也不在应报单位之列", "{options}", "请改正单位代码，或从调查数据中删去"),
        ("the unit '{name}' of the survey data is neither asked nor submitted", "{options}", "Correct the code, or remove it from the survey data"),
    ),
    "survey-both": (
        ("指标“{name}”在两个数据文件中都有数值", "每项指标只来自一个文件", "请从其中一个文件删去该列"),
        ("'{name}' has values in both data files", "each indicator from one file", "Remove the column from one of them"),
    ),
}  # fmt: skip
