"""How `template.docx` was made: run ``python -m yitihua.publish.papers.make_template FILE`` to make it again.

Page, fonts and headings follow the layout of official documents (GB/T 9704-2012): A4, a text area of 156 by 225 mm,
title in 小标宋 size 2, text in 仿宋 size 3 on lines of 28 points, first headings in 黑体, second in 楷体, page numbers
outside. The fonts are named, not shipped; each has a substitute that Word and LibreOffice take where it is not there.
"""

from __future__ import annotations

import datetime as dt
import sys
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from yitihua.publish.papers.archive import same_bytes

SONG, FANG, KAI, HEI = "方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体"
#: Font -> what stands in for it, in this order.
SUBSTITUTES: Final = {
    SONG: "方正小标宋_GBK,小标宋体,华文中宋,宋体,SimSun,Noto Serif CJK SC",
    FANG: "仿宋,FangSong,华文仿宋,STFangsong,Noto Serif CJK SC",
    KAI: "楷体,KaiTi,华文楷体,STKaiti,Noto Serif CJK SC",
    HEI: "SimHei,华文黑体,STHeiti,Noto Sans CJK SC",
}
#: Of properties and archive alike.
MADE: Final = dt.datetime(2022, 1, 1)


def make_template() -> bytes:
    """Return the default template; the same bytes every time.

    Examples
    --------
    >>> make_template()[:2]
    b'PK'
    """
    from docx import Document

    document = Document()
    _page(document)
    _styles(document)
    _body(document)
    _annexes(document)
    _fonts(document)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = "通报模板", "", ""
    properties.created = properties.modified = MADE
    target = BytesIO()
    document.save(target)
    return same_bytes(target.getvalue())


def _page(document: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance, section.header_distance = Mm(25), Mm(20)
    document.settings.odd_and_even_pages_header_footer = True
    for header in (section.header, section.even_page_header):
        header.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        header.paragraphs[0].paragraph_format.first_line_indent = Mm(0)
        run = header.paragraphs[0].add_run("{{ short_notice }}")
        _font(run, KAI, 9)
        run.font.color.rgb = RGBColor(0x8A, 0x2D, 0x00)
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        paragraph = footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if side == "right" else WD_ALIGN_PARAGRAPH.LEFT
        paragraph.paragraph_format.right_indent = paragraph.paragraph_format.left_indent = Mm(5)
        paragraph.paragraph_format.first_line_indent = Mm(0)
        for text in ("— ", None, " —"):
            run = paragraph.add_run(text or "")
            _font(run, "宋体", 14)
            if text is None:
                _field(run, "PAGE")


def _field(run: Any, code: str) -> None:
    """Put a field into a run: Word works it out when it shows the page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for kind, text in (("begin", None), (None, code), ("end", None)):
        element = OxmlElement("w:instrText" if kind is None else "w:fldChar")
        if kind is None:
            element.text = text
        else:
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


def _font(run_or_style: Any, name: str, size: float, bold: bool = False) -> None:
    """Set a font for Chinese and for Latin letters alike."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    run_or_style.font.name, run_or_style.font.size, run_or_style.font.bold = name, Pt(size), bold
    run_or_style.font.italic = False
    run_or_style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = run_or_style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        if fonts.get(qn(f"w:{key}")) is not None:
            del fonts.attrib[qn(f"w:{key}")]
    fonts.set(qn("w:eastAsia"), name)
    for key in ("ascii", "hAnsi"):
        fonts.set(qn(f"w:{key}"), "Times New Roman")


def _styles(document: Any) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
    from docx.shared import Pt, RGBColor

    styles = document.styles

    def shape(name: str, font: str, size: float, indent: float = 32, line: float = 28, before: float = 0) -> Any:
        there = name in [one.name for one in styles]
        style = styles[name] if there else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        _font(style, font, size)
        form = style.paragraph_format
        form.first_line_indent, form.line_spacing_rule, form.line_spacing = (
            Pt(indent),
            WD_LINE_SPACING.EXACTLY,
            Pt(line),
        )
        form.space_before, form.space_after = Pt(before), Pt(0)
        return style

    for lang in styles.element.iter(_w("lang")):  # else Chinese is drawn with the letters of Japan
        lang.set(_w("val"), "en-US")
        lang.set(_w("eastAsia"), "zh-CN")
    shape("Normal", FANG, 16)
    for name, font, size in (("Title", SONG, 22), ("Heading 1", HEI, 16), ("Heading 2", HEI, 16)):
        shape(name, font, size, 0 if name == "Title" else 32, 36 if name == "Title" else 28)
    title = styles["Title"]
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_before, title.paragraph_format.space_after = Pt(28), Pt(28)
    if title.element.pPr.find(_w("pBdr")) is not None:
        title.element.pPr.remove(title.element.pPr.find(_w("pBdr")))
    shape("说明", KAI, 12, 0, 18).font.color.rgb = RGBColor(0x8A, 0x2D, 0x00)
    shape("主送机关", FANG, 16, 0)
    shape("表题", HEI, 14, 0, 28, 6).paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    shape("表格", FANG, 10.5, 0, 16)
    shape("落款", FANG, 16, 0).paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    shape("附件", HEI, 16, 0)
    styles["表题"].paragraph_format.keep_with_next = True


def _w(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(f"w:{name}"))


def _body(document: Any) -> None:
    add = document.add_paragraph
    _loop(document, "text in notices", lambda: add("{{ text }}", style="说明"))
    document.add_heading("{{ title }}", 0)
    add("{{ to }}：", style="主送机关")
    add("{{ opening }}")
    document.add_heading("一、评价依据和方法", 1)
    _parts(document, "basis")
    document.add_heading("二、总体情况", 1)
    _parts(document, "overview")
    document.add_heading("三、{{ noun }}排名", 1)
    add("{{ ranking_text }}")
    add("{%p for table in rankings %}")
    add("{{ table.heading }}", style="表题")
    add("{%p if has_intervals %}")
    _ranking(document, True)
    add("{%p else %}")
    _ranking(document, False)
    add("{%p endif %}")
    add("{%p endfor %}")
    document.add_heading("四、主要做法和先进典型", 1)
    _parts(document, "practices")
    document.add_heading("五、存在的问题", 1)
    _parts(document, "problems")
    document.add_heading("六、下一步要求{{ suggested }}", 1)
    _parts(document, "steps")
    add("")
    add("附件：1．评价方法说明")
    second = add("2．指标、权重和平均得分")
    from docx.shared import Pt

    second.paragraph_format.first_line_indent = Pt(80)
    add("")
    add("{{ issuer }}　　", style="落款")
    add("{{ date }}　　", style="落款")


def _loop(document: Any, what: str, inside: Any) -> None:
    document.add_paragraph(f"{{%p for {what} %}}")
    inside()
    document.add_paragraph("{%p endfor %}")


def _parts(document: Any, name: str) -> None:
    """Write headed paragraphs: the heading in 楷体, then the text."""
    document.add_paragraph(f"{{%p for part in {name} %}}")
    paragraph = document.add_paragraph()
    _font(paragraph.add_run("{{ part.number }}{{ part.heading }}。"), KAI, 16)
    paragraph.add_run("{{ part.text }}")
    document.add_paragraph("{%p endfor %}")


def _ranking(document: Any, intervals: bool) -> None:
    columns = [("名次", "rank", 13), ("{{ table.noun }}", "name", 38 if intervals else 62), ("得分", "score", 17)]
    if intervals:
        columns += [("得分区间", "score_interval", 29), ("名次区间", "rank_interval", 19), ("组别", "group", 18)]
    columns += [("等级", "grades", 22 if intervals else 42), *([] if intervals else [("覆盖率", "coverage", 22)])]
    _table(document, columns, "table.rows", left=(1,))


def _table(document: Any, columns: list[tuple[str, str, int]], rows: str, left: tuple[int, ...]) -> None:
    """Write a table of one row that is repeated; widths in mm."""
    from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.shared import Mm

    table = document.add_table(rows=4, cols=len(columns), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, (_, _, wide) in zip(table.columns, columns, strict=True):
        column.width = Mm(wide)
    texts = [
        [head for head, _, _ in columns],
        [f"{{%tr for row in {rows} %}}", *[""] * (len(columns) - 1)],
        [f"{{{{ row.{key} }}}}" for _, key, _ in columns],
        ["{%tr endfor %}", *[""] * (len(columns) - 1)],
    ]
    for r, (row, line) in enumerate(zip(table.rows, texts, strict=True)):
        for c, (cell, text) in enumerate(zip(row.cells, line, strict=True)):
            cell.width, cell.vertical_alignment = Mm(columns[c][2]), WD_ALIGN_VERTICAL.CENTER
            paragraph = cell.paragraphs[0]
            paragraph.style = document.styles["表格"]
            paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if c in left and r else WD_ALIGN_PARAGRAPH.CENTER
            run = paragraph.add_run(text)
            if r == 0:
                _font(run, HEI, 10.5)
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if r == 0:  # repeated on every page
            properties.append(OxmlElement("w:tblHeader"))


def _annexes(document: Any) -> None:
    document.add_page_break()
    document.add_paragraph("附件1", style="附件")
    document.add_paragraph("评价方法说明", style="表题")
    _table(document, [("项目", "what", 34), ("内容", "how", 122)], "method", left=(0, 1))
    _loop(document, "text in notices", lambda: document.add_paragraph("{{ text }}", style="说明"))
    document.add_page_break()
    document.add_paragraph("附件2", style="附件")
    document.add_paragraph("指标、权重和平均得分", style="表题")
    columns = [
        ("代码", "code", 16),
        ("指标", "name", 54),
        ("计量单位", "unit", 33),
        ("方向", "direction", 13),
        ("权重", "weight", 15),
        ("平均\n得分", "mean", 13),
        ("单位\n数", "units", 12),
    ]
    _table(document, columns, "indicators", left=(0, 1, 2))


def _fonts(document: Any) -> None:
    """Name what stands in for each font, in the table of fonts."""
    from lxml import etree

    part = next(part for part in document.part.package.iter_parts() if str(part.partname).endswith("fontTable.xml"))
    root = etree.fromstring(part.blob)
    for name, others in SUBSTITUTES.items():
        font = etree.SubElement(root, _w("font"))
        font.set(_w("name"), name)
        etree.SubElement(font, _w("altName")).set(_w("val"), others)
        etree.SubElement(font, _w("charset")).set(_w("val"), "86")
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(make_template())
