"""Names, titles and remarks that try something: they come out as the text they are, or as less of it."""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from reading import board_of, reader, squeezed, text_of, texts_of

import yitihua as yt
from hostile import HOSTILE, hostile_board
from yitihua.publish.papers.bulletin import Stated
from yitihua.publish.papers.bulletin_docx import bulletin_docx
from yitihua.publish.papers.bulletin_pdf import bulletin_pdf
from yitihua.publish.papers.engine import LAYOUTS, MISSING, plain
from yitihua.publish.papers.files import distinct, file_name, portrait_files
from yitihua.publish.papers.portrait_pdf import portraits_book
from yitihua.publish.portraits import portraits

pytestmark = pytest.mark.filterwarnings("ignore::yitihua.publish.papers.engine.MissingCharactersWarning")

#: What the two template languages take for their own.
MARKUP = (
    "#panic(\"x\")", "#import \"@preview/a:1\"", "#read(\"/etc/passwd\")", "$x^2$", "*bold* _it_", "= heading",
    "- item", "@ref <label>", "\\u{41}", "```raw```", "#{1+1}", "// comment", "/* c */", "~ -- ---", "]] [[ ))",
    "\"\\(1+1)\"",
    "{{ 7*7 }}", "{% for x in y %}", "{# c #}", "{%p if 1 %}", "{{r title }}", "{_{ a }_}", "&amp; &#65; <w:p/>",
    "<w:br/>", "]]><w:t>", "{{ ''.__class__ }}", "\x0c\x0b\x07", "a\\nb",
)  # fmt: skip


def named(names):
    """Return portraits of a board whose units have these names, and whose texts are made of them."""
    board = board_of("egdi-2022")
    own = tuple(names[row % len(names)] for row in range(len(board.table.units)))
    rules = tuple(replace(rule, name=(names[k], names[k])) for k, rule in enumerate(board.recipe.indicators))
    recipe = replace(board.recipe, indicators=rules, title=(names[0], names[0]), notice=(names[1], names[1]))
    return portraits(yt.apply(replace(board.table, names={"zh": own, "en": own}), recipe))


def visible(text):
    """Return what must be seen of a text: signs that no font draws may be replaced, spaces may go."""
    return squeezed(plain(text, 40))


def same(want, text):
    """Return whether a text is there, any of its signs perhaps as the mark for a missing one."""
    pattern = "".join(f"(?:{re.escape(one)}|{MISSING})" for one in want)
    return re.search(pattern, text) is not None


@pytest.mark.parametrize("text", MARKUP[:26])
def test_markup_of_the_two_languages_is_text(text):
    found = named([text, "甲", "乙"])
    book = squeezed(text_of(portraits_book(found, [found.of(found.board.table.units[0])], "zh")))
    word = squeezed("".join(texts_of(bulletin_docx(found))))
    paper = squeezed(text_of(bulletin_pdf(found)))
    want = visible(text)
    # A reader of PDF may give ligatures and quotes in another form: letters and digits are compared.
    letters = re.sub(r"\W", "", want)
    assert want in word or want == "{_{a}_}"
    assert letters in re.sub(r"\W", "", book) and letters in re.sub(r"\W", "", paper)


def test_hostile_strings_are_inert_in_pdf():
    found = portraits(hostile_board())
    for content in (portraits_book(found, [found.of(unit) for unit in found.units[:40]], "zh"), bulletin_pdf(found)):
        read = reader(content)
        for page in read.pages:
            assert "/Annots" not in page and "/AA" not in page
        root = read.trailer["/Root"]
        assert not {"/OpenAction", "/AA", "/AcroForm"} & set(root)
        assert "/JavaScript" not in root.get("/Names", {}) and "/EmbeddedFiles" not in root.get("/Names", {})
        assert not re.search(rb"/(JavaScript|JS|Launch|URI|GoToR|SubmitForm|EmbeddedFile)\b", content)
        text = squeezed(text_of(content))
        assert "=cmd|x&P" in text and "<script>" in text
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08]", text)
        assert "x" * 300 not in text.replace(MISSING, "")


@pytest.mark.parametrize("text", HOSTILE)
def test_each_hostile_name_is_shown(text):
    shown = squeezed(text_of(bulletin_pdf(named([text, "甲", "乙"]))))
    letters = re.sub(r"[\W_]", "", visible(text).replace("…", "").replace("\ufffd", ""))
    letters = "".join(one for one in letters if one < "\u0590" or one > "\u07ff")  # drawn from right to left
    assert same(letters, re.sub(r"[^\w〓]|_", "", shown))


def test_hostile_strings_are_inert_in_word():
    content = bulletin_docx(portraits(hostile_board()), Stated("=1+1", "<b>", "{{ x }}", "\u202e321"))
    seen = set(texts_of(content))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not [name for name in archive.namelist() if "vba" in name.lower() or "embed" in name.lower()]
        for name in archive.namelist():
            data = archive.read(name)
            if name.endswith((".xml", ".rels")):
                root = etree.fromstring(data)  # well-formed, whatever the names are
                assert 'TargetMode="External"' not in data.decode("utf-8")
                fields = [one.text for one in root.iter("{*}instrText")]
                assert set(fields) <= {"PAGE"} and not list(root.iter("{*}hyperlink"))
                assert not list(root.iter("{*}fldSimple")) and not list(root.iter("{*}object"))
    assert "=1+1" in seen and "<b>：" in seen and "{{ x }}　　" in seen and "321　　" in seen
    for text in HOSTILE:
        want = plain(text, 80)
        assert want in seen or want.strip() in {one.strip() for one in seen}, want
    assert not any(re.search("[\u202a-\u202e\u2066-\u2069]", text) for text in seen)


def test_layouts_fetch_nothing_and_read_their_data_alone():
    for path in sorted(LAYOUTS.glob("*.typ")):
        code = path.read_text(encoding="utf-8")
        assert set(re.findall(r"#(?:import|include) +(\S+)", code)) <= {'"common.typ":'}
        assert not re.search(r"\b(read|csv|yaml|toml|xml|plugin|image|eval)\(", code)
        assert set(re.findall(r"json\(([^)]*)\)", code)) <= {"bytes(sys.inputs.data", "bytes(sys.inputs.fonts"}


@pytest.mark.parametrize("text", [*HOSTILE, *MARKUP, "", ".", "..", "CON", "a" * 300, "县" * 300, "𠮷" * 300])
def test_file_names_stay_in_the_folder(text):
    name = file_name(".pdf", "画像", text, text)
    assert Path(name).name == name and name.isprintable() and name not in (".pdf", "..pdf")
    assert re.fullmatch(r"画像[\w-]*\.pdf", name) and len(name.encode()) <= 240


def test_two_units_never_share_a_file():
    board = board_of("egdi-2022")
    units = ("a/b", "a_b", "A:B", *board.table.units[3:])
    found = portraits(yt.apply(replace(board.table, units=units, names={}), board.recipe))
    names = [name for name, _ in portrait_files(found, "en")]
    assert len({name.casefold() for name in names}) == len(units)
    assert distinct(["a.pdf"] * 3) == ["a.pdf", "a_2.pdf", "a_3.pdf"]
