"""`yitihua portrait` and `yitihua bulletin` as the shell calls them."""

import sys

import pytest
from reading import document_of, pages_of, text_of, texts_of

from calling import called


@pytest.fixture
def call(monkeypatch, capsys):
    return lambda *words: called(monkeypatch, capsys, words)


def test_one_portrait(call, tmp_path):
    out = tmp_path / "n.pdf"
    assert call("portrait", "--edition", "hdi", "Norway", "-o", out, "--lang", "en") == (0, f"Written to {out}\n", "")
    assert "Norway" in text_of(out.read_bytes())


def test_the_file_has_a_name_where_none_is_given(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call("portrait", "--edition", "zhejiang-2022", "嘉善", "--lang", "zh")[:2] == (
        0,
        "已写入 画像_330421_嘉善县.pdf\n",
    )
    assert call("bulletin", "--edition", "hdi", "--lang", "zh")[:2] == (0, "已写入 通报_hdi_2022.docx\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["画像_330421_嘉善县.pdf", "通报_hdi_2022.docx"]


def test_all_ninety_in_a_folder(call, tmp_path):
    code, out, _ = call("portrait", "--edition", "zhejiang-2022", "--all", "-o", tmp_path / "all", "--lang", "zh")
    assert code == 0 and "90个文件" in out
    files = sorted((tmp_path / "all").iterdir())
    assert len(files) == 90 and all(file.read_bytes()[:5] == b"%PDF-" for file in files)
    assert "上城区" in text_of(files[0].read_bytes())


def test_all_as_one_book(call, tmp_path):
    out = tmp_path / "book.pdf"
    assert call("portrait", "--edition", "asem", "--all", "-o", out, "--lang", "en")[0] == 0
    assert len(pages_of(out.read_bytes())) >= 51


def test_a_folder_of_results_and_the_period_before(call, tmp_path):
    for period in ("2021", "2022"):
        words = ("score", "--edition", "zhejiang-2022", "--period", period, "-o", tmp_path / period, "--lang", "zh")
        assert call(*words)[0] == 0
    out = tmp_path / "p.pdf"
    assert (
        call("portrait", tmp_path / "2022", "330421", "--before", tmp_path / "2021", "-o", out, "--lang", "zh")[0] == 0
    )
    other = tmp_path / "q.pdf"
    words = ("portrait", "--edition", "zhejiang-2022", "330421", "--before", "2021", "-o", other, "--lang", "zh")
    assert call(*words)[0] == 0
    assert "较 2021" in text_of(out.read_bytes()) and "较 2021" in text_of(other.read_bytes())
    word = tmp_path / "b.docx"
    assert call("bulletin", tmp_path / "2022", "--before", tmp_path / "2021", "-o", word)[0] == 0
    assert any("与2021年相比" in text for text in texts_of(word.read_bytes()))


def test_a_template_goes_out_and_comes_back(call, tmp_path):
    own = tmp_path / "own.docx"
    assert call("bulletin", "--template-out", own, "--lang", "zh") == (0, f"已写入模板 {own}\n", "")
    document = document_of(own.read_bytes())
    document.add_paragraph("内部资料，{{ issuer }}编")
    document.save(own)
    out = tmp_path / "b.docx"
    words = (
        "bulletin",
        "--edition",
        "hdi",
        "--template",
        own,
        "--issuer",
        "甲办",
        "--dated",
        "2023年1月",
        "--to",
        "各处室",
    )
    assert call(*words, "--title", "乙通报", "-o", out, "--lang", "zh")[0] == 0
    text = "\n".join(texts_of(out.read_bytes()))
    assert all(want in text for want in ("内部资料，甲办编", "2023年1月", "各处室：", "乙通报"))


def test_the_bulletin_as_pdf(call, tmp_path):
    out = tmp_path / "b.pdf"
    assert call("bulletin", "--edition", "hdi", "-o", out, "--lang", "zh")[0] == 0
    assert "人类发展指数评价情况的通报" in text_of(out.read_bytes())


def test_characters_without_a_font_are_told(call, tmp_path, monkeypatch):
    from yitihua.publish.papers import engine

    monkeypatch.setattr(engine, "_system_fonts", lambda typst: ())
    out = tmp_path / "b.pdf"
    code, _, told = call("bulletin", "--edition", "hdi", "--issuer", "𠮷县", "-o", out, "--lang", "zh")
    assert code == 0 and told == "没有字体含有以下字符，以〓代替：𠮷 U+20BB7\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("portrait",), "给了0个词"),
        (("portrait", "--edition", "hdi"), "给了0个词"),
        (("portrait", "--edition", "hdi", "NOR", "JPN"), "给了2个词"),
        (("portrait", "--edition", "hdi", "NOR", "--all", "-o", "x"), "给了1个词"),
        (("portrait", "--edition", "hdi", "--all"), "未指明写到哪里"),
        (("portrait", "--edition", "hdi", "NOR", "-o", "x.docx"), "*.pdf"),
        (("portrait", "--edition", "hdi", "Atlantis", "-o", "x.pdf"), "没有单位“Atlantis”"),
        (("portrait", "--edition", "hdi", "NOR", "--before", "1990", "-o", "x.pdf"), "1990"),
        (("portrait", "--edition", "nope", "NOR", "-o", "x.pdf"), "nope"),
        (("bulletin", "--edition", "hdi", "-o", "x.odt"), "*.docx, *.pdf"),
        (("bulletin",), "DIR"),
        (("bulletin", "--edition", "hdi", "--template", "none.docx", "-o", "x.docx"), "none.docx"),
        (("bulletin", "--edition", "hdi", "--template", "t.docx", "-o", "x.pdf"), "不用Word模板"),
        (("bulletin", "--template-out", "t.txt"), "*.docx"),
        (("bulletin", "--edition", "hdi", "--template-out", "t.docx"), "只写出模板"),
    ],
)
def test_bad_calls_end_with_2_and_write_nothing(call, words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = call(*words, "--lang", "zh")
    assert code == 2 and said in (out + err).replace("\n", "").replace(" ", "").replace(",", ", ").replace(",  ", ", ")
    assert "Traceback" not in out + err and not list(tmp_path.iterdir())


def test_a_bulletin_in_english_is_refused(call, tmp_path):
    code, out, err = call("bulletin", "--edition", "hdi", "-o", tmp_path / "b.docx", "--lang", "en")
    assert code == 2 and "Chinese document" in out + err and not list(tmp_path.iterdir())


def test_a_faulty_template_leaves_the_old_file(call, tmp_path):
    out, own = tmp_path / "b.docx", tmp_path / "own.docx"
    out.write_bytes(b"old")
    own.write_bytes(b"no document")
    code, told, err = call("bulletin", "--edition", "hdi", "--template", own, "-o", out, "--lang", "zh")
    assert code == 2 and "不是Word文档" in told + err and out.read_bytes() == b"old"


def test_an_absent_package_is_named(call, tmp_path, monkeypatch):
    for name in ("typst", "docxtpl"):
        monkeypatch.setitem(sys.modules, name, None)
    for words in (("portrait", "--edition", "hdi", "NOR", "-o", tmp_path / "a.pdf"),
                  ("bulletin", "--edition", "hdi", "-o", tmp_path / "a.docx")):  # fmt: skip
        code, out, err = call(*words, "--lang", "zh")
        assert code == 2 and "yitihua[papers]" in out + err
    assert not list(tmp_path.iterdir())
