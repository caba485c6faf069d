"""Papers read back: text of PDF pages, fonts of a PDF, texts of a Word document."""

import io
import re
import zipfile
from functools import cache

import docx
import pypdf
from lxml import etree

import yitihua as yt
from yitihua.publish.portraits import portraits

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@cache
def board_of(name, **settings):
    return yt.evaluate(name, **settings)


@cache
def found_of(name):
    return portraits(board_of(name), edition=yt.load_edition(name))


def reader(content):
    return pypdf.PdfReader(io.BytesIO(content))


def pages_of(content):
    """Return the text of every page, line ends as spaces."""
    return [re.sub(r"\s+", " ", page.extract_text()) for page in reader(content).pages]


def text_of(content):
    return " ".join(pages_of(content))


def squeezed(text):
    """Return a text without any space: lines are broken anywhere in Chinese."""
    return re.sub(r"\s+", "", text)


def fonts_of(content):
    """Return name -> whether its file is in the PDF."""
    found = {}
    for page in reader(content).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            for one in font.get_object().get("/DescendantFonts", [font]):
                descriptor = one.get_object()["/FontDescriptor"].get_object()
                found[str(descriptor["/FontName"])] = bool({"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor))
    return found


def document_of(content):
    return docx.Document(io.BytesIO(content))


def texts_of(content):
    """Return every paragraph of a Word document, those in tables too."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    return ["".join(t.text or "" for t in p.iter(f"{W}t")) for p in root.iter(f"{W}p")]


def table_of(content, number):
    return [[cell.text for cell in row.cells] for row in document_of(content).tables[number].rows]
