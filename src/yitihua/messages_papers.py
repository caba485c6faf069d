"""The words of faults of papers: portraits and bulletins. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
PAPERS: Final[dict[str, tuple[Words, Words]]] = {
    "few-respondents": (
        ("有{count}个数值的受访者不足{minimum}人，或由市县之差可以推算出来：{found}", "公布的数值，受访者不少于{minimum}人", "请先在数据中去掉这些数值（留空即为缺失）再计分；只隐藏单元格无济于事，由得分可以推算出来"),
        ("{count} values are estimates on fewer than {minimum} respondents, or give such a number away by a difference: {found}", "published values on {minimum} or more respondents", "Leave these values out of the data (empty is missing) and score again; hiding the cells would not do, since they can be worked out from the score"),
    ),
    "papers-package": (
        ("需要Python包{name}，尚未安装", "{name}", "请运行 pip install 'yitihua[papers]'"),
        ("the Python package {name} is needed and not installed", "{name}", "Run pip install 'yitihua[papers]'"),
    ),
    "papers-template-file": (
        ("不能用作模板：{reason}", "Word文档（.docx），不含宏，不超过20 MB", "请用yitihua bulletin --template-out写出默认模板，在其基础上修改并另存为.docx"),
        ("cannot be a template: {reason}", "a Word document (.docx) without macros, up to 20 MB", "Write the default template with yitihua bulletin --template-out, edit it and keep it as .docx"),
    ),
    "papers-template-name": (
        ("模板中的{found}未定义", "可用的变量：{options}", "请改正变量名；循环中的变量只在循环内可用"),
        ("the template names what is not there: {found}", "variables: {options}", "Correct the name; what a loop names is known inside it only"),
    ),
    "papers-template-tag": (
        ("模板中的标记有误：{found}", "{{{{ 变量 }}}}、{{%p for 项 in 列表 %}} … {{%p endfor %}}、{{%tr for 行 in 列表 %}} … {{%tr endfor %}}；可用的变量：{options}", "请检查成对的标记是否完整，一个标记不要分在两种字体里"),
        ("a tag of the template is broken: {found}", "{{{{ variable }}}}, {{%p for item in list %}} ... {{%p endfor %}}, {{%tr for row in list %}} ... {{%tr endfor %}}; variables: {options}", "Check that tags come in pairs, and that none is split between two fonts"),
    ),
    "papers-template-unsafe": (
        ("模板中有不允许的操作：{found}", "只能引用变量及其各项：{options}", "请删去该处"),
        ("the template does what is not allowed: {found}", "variables and their entries only: {options}", "Take it out"),
    ),
    "papers-chinese": (
        ("通报只有中文版", "--lang zh", "请用--lang zh；英文结果见yitihua portrait --lang en"),
        ("a bulletin (通报) is a Chinese document and is written in Chinese alone", "--lang zh", "Give --lang zh; for English see yitihua portrait --lang en"),
    ),
    "papers-pdf-template": (
        ("PDF通报采用内置版式，不用Word模板", "--template与.docx同用", "请写出.docx，再由Word另存为PDF；或不加--template"),
        ("a bulletin as PDF has a layout of its own and no Word template", "--template with a .docx", "Write a .docx and let Word make the PDF, or leave --template out"),
    ),
}  # fmt: skip

PAPERS_PHRASES: Final[dict[str, str]] = {
    "it is too large": "文件过大",
    "it is no Word document (.docx)": "不是Word文档（.docx）",
    "it holds macros": "含有宏",
    "it is damaged": "文件已损坏",
}
