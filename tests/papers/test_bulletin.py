"""The bulletin read back: its numbers are worked out again from the board, a template that is changed shows."""

import io
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import numpy as np
import pytest
from reading import board_of, document_of, found_of, reader, squeezed, table_of, text_of, texts_of

import yitihua as yt
from panel_boards import with_gaps
from yitihua.analysis.obstacles import obstacles
from yitihua.errors import InputError
from yitihua.publish.papers import bulletin_docx as module
from yitihua.publish.papers.archive import same_bytes
from yitihua.publish.papers.bulletin import Stated, bulletin_data
from yitihua.publish.papers.bulletin_docx import bulletin_docx, default_template
from yitihua.publish.papers.bulletin_pdf import bulletin_pdf
from yitihua.publish.papers.make_template import make_template
from yitihua.publish.portraits import portraits

ZJ = "zhejiang-2022"


def parts_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as found:
        return {name: found.read(name) for name in found.namelist()}


def whole(content):
    return "\n".join(texts_of(content))


# Numbers


def test_the_ranking_is_the_boards_table_of_scores():
    board = board_of(ZJ)
    rows = table_of(bulletin_docx(found_of(ZJ)), 0)
    assert rows[0] == ["名次", "县（市、区）", "得分", "得分区间", "名次区间", "组别", "等级"]
    scores = board.score_table("zh")
    assert len(rows) == 1 + len(scores) == 91
    for cells, line in zip(rows[1:], scores.itertuples(), strict=True):
        assert cells[0] == str(line.rank) and cells[1].removesuffix("（基准）") == line.name
        assert cells[2] == f"{line.score:.2f}" and cells[3] == f"{line.score_low:.2f}–{line.score_high:.2f}"
        low, high = int(line.rank_low), int(line.rank_high)
        assert cells[4] == (f"{low}–{high}" if low < high else str(low)) and cells[5] == line.groups
        assert cells[6] == f"{'一二三四五'[int(line.stars) - 1]}星、{line.abc}"


def test_the_overview_is_counted_again():
    board, text = board_of(ZJ), whole(bulletin_docx(found_of(ZJ)))
    total = board.total
    best, worst = int(np.argmax(total)), int(np.argmin(total))
    name = board.table.name_of
    above = int((total > total.mean()).sum())
    assert f"平均得分{total.mean():.2f}，中位数{np.median(total):.2f}" in text
    assert f"最高为{name(best, 'zh')}（{total[best]:.2f}），最低为{name(worst, 'zh')}（{total[worst]:.2f}）" in text
    assert f"高于平均得分的{above}个，占{100 * above / 90:.1f}%" in text
    stars = [
        int(((total >= low) & (total < high)).sum()) for low, high in ((80, 101), (70, 80), (60, 70), (50, 60), (0, 50))
    ]
    assert "、".join(f"{word}星{count}个" for word, count in zip("五四三二一", stars, strict=True)) in text
    grades = [int((total >= 80).sum()), int(((total >= 60) & (total < 80)).sum()), int((total < 60).sum())]
    assert "、".join(f"{word}级{count}个" for word, count in zip("ABC", grades, strict=True)) in text
    means = {node.name[0]: board.node_values[:, k].mean() for k, node in enumerate(board.recipe.nodes[:-1])}
    assert "、".join(f"{word}{means[word]:.1f}" for word in sorted(means, key=lambda w: -means[w])) in text


def test_data_and_obstacles_are_counted_again():
    board, text = board_of(ZJ), whole(bulletin_docx(found_of(ZJ)))
    values = board.table.select(board.recipe.codes)
    known = int(np.isfinite(values).sum())
    assert f"应有指标数值{values.size}个，实有{known}个，占{100 * known / values.size:.1f}%，其中模拟{known}个" in text
    assert f"缺失数值{values.size - known}个，涉及{int(np.isnan(values).any(axis=1).sum())}个单位" in text
    frame = obstacles(board).indicators(lang="zh").sort_values("mean_degree", ascending=False)
    told = "、".join(f"{line.name}（{line.mean_degree:.1f}%）" for line in frame.head(4).itertuples(index=False))
    assert f"居前的为{told}" in text
    points = {rule.name[0]: np.nanmean(board.normalised[:, j]) for j, rule in enumerate(board.recipe.indicators)}
    weak = sorted(points, key=lambda word: points[word])[:5]
    assert "、".join(f"{word}（{points[word]:.1f}）" for word in weak) in text


def test_exemplars_are_the_best_of_every_first_level_node():
    board, text = board_of(ZJ), whole(bulletin_docx(found_of(ZJ)))
    for k, node in enumerate(board.recipe.nodes[:-1]):
        best = np.argsort(-board.node_values[:, k], kind="stable")[:3]
        told = "、".join(f"{board.table.name_of(int(r), 'zh')}（{board.node_values[r, k]:.1f}）" for r in best)
        assert f"{node.name[0]}。得分居前的为{told}。" in text


def test_the_indicator_that_would_lift_most_units_is_found_by_scoring_again():
    board, text = board_of(ZJ), whole(bulletin_docx(found_of(ZJ)))
    counts = {}
    for j, rule in enumerate(board.recipe.indicators):
        known = np.sort(board.normalised[np.isfinite(board.normalised[:, j]), j])
        target = known[int(np.ceil(0.75 * known.size)) - 1]
        weight = board.contribution_arrays[1][:, j]
        gain = np.nan_to_num(weight * np.maximum(target - board.normalised[:, j], 0.0))
        now, then = (
            np.searchsorted([50, 60, 70, 80], total, side="right") for total in (board.total, board.total + gain)
        )
        counts[rule.name[0]] = int((then > now).sum())
    most = max(counts, key=lambda word: counts[word])
    assert f"仅“{most}”一项达到同级单位上四分位水平，即可使{counts[most]}个单位的星级提高一级以上" in text


def test_annexes_hold_the_method_and_all_weights():
    board, content = board_of(ZJ), bulletin_docx(found_of(ZJ))
    method = dict(table_of(content, 1)[1:])
    assert method["合成"] == "算术平均" and "模拟数据" in method["输入数据"]
    rows = table_of(content, 2)[1:]
    weights = board.recipe.global_weights
    assert [(row[0], row[4]) for row in rows] == [(code, f"{100 * weights[code]:.2f}%") for code in board.recipe.codes]
    assert "等级后" not in method["抽样误差"] and "scores.csv" not in method["抽样误差"]


def test_the_change_since_the_period_before_is_counted_again():
    board = board_of(ZJ)
    before = yt.apply(yt.read_table(yt.load_edition(ZJ), None, "2021"), board.recipe)
    text = whole(bulletin_docx(portraits(board, before=before)))
    gain = board.total - before.total
    both = np.isfinite(gain)
    said = f"与2021年相比，两期均有得分的{both.sum()}个单位得分平均变化{gain[both].mean():+.2f}"
    assert 50 < both.sum() < 90 and said.replace("-", "−") in text
    assert f"得分上升{int((gain > 0).sum())}个、下降{int((gain < 0).sum())}个" in text
    best = int(np.nanargmax(gain))
    assert f"上升较多的为{board.table.name_of(best, 'zh')}（+{gain[best]:.2f}）" in text
    assert "规则变化" not in text
    other = yt.apply(before.table, yt.evaluate(ZJ, aggregate="geometric").recipe)
    assert "规则变化" in whole(bulletin_docx(portraits(board, before=other)))


def test_simulated_and_rebuilt_are_said_at_the_top_and_on_every_page():
    content = bulletin_docx(found_of(ZJ))
    first = [text for text in texts_of(content) if text.strip()][:2]
    assert "模拟数据" in first[0] and "重构" in first[1]
    for part in ("header", "even_page_header"):
        assert "模拟数据，本版为重构" in getattr(document_of(content).sections[0], part).paragraphs[0].text
    assert all("模拟数据" in page.extract_text() for page in reader(bulletin_pdf(found_of(ZJ))).pages)


@pytest.mark.parametrize("name", ["hdi", "asem", "egdi-2022"])
def test_other_indices_have_no_words_of_zhejiang(name):
    text = whole(bulletin_docx(found_of(name)))
    assert board_of(name).recipe.title[0] in text
    assert not [word for word in ("浙江", "县（市、区）", "综合一体化", "执法", "模拟") if word in text]


def test_code_and_layouts_have_no_words_of_one_edition():
    folder = Path(module.__file__).parent
    for path in (*folder.glob("*.py"), *folder.glob("layout/*.typ")):
        code = path.read_text(encoding="utf-8").split(">>>")[0] if path.suffix == ".typ" else path.read_text("utf-8")
        lines = [line for line in code.splitlines() if ">>>" not in line and not line.strip().startswith(("(", "'"))]
        assert not [line for line in lines if "浙江" in line or "执法" in line or "综合一体化" in line], path.name


def test_pdf_and_word_document_say_the_same():
    text = squeezed(text_of(bulletin_pdf(found_of(ZJ))))
    for paragraph in texts_of(bulletin_docx(found_of(ZJ))):
        parts = [part for part in squeezed(paragraph).split("。") if len(part) > 8]
        for part in parts:  # a page may end within a paragraph, and its number stand between
            assert part[:12] in text, part


def test_boards_without_scores_or_with_gaps_have_their_bulletin():
    some = portraits(with_gaps(board_of(ZJ), 0.3))
    text = whole(bulletin_docx(some))
    unscored = [one for one in some if not one.scored]
    assert f"因覆盖率不足未评分的单位{len(unscored)}个" in text and "不评分" in text
    none = portraits(yt.evaluate(ZJ, "zhejiang-2022-published"))
    assert not any(one.scored for one in none)
    assert "均因数据覆盖率不足未予评分" in whole(bulletin_docx(none))


def test_cities_have_a_table_of_their_own():
    content = bulletin_docx(portraits(yt.evaluate(ZJ, cities=True)))
    assert len(table_of(content, 0)) == 91 and len(table_of(content, 1)) == 12
    assert "表2　市级得分和排名" in whole(content)


def test_what_the_office_states_is_printed():
    stated = Stated(title="关于甲的通报", to="各市人民政府", issuer="乙办公室", date="2023年3月1日")
    for text in (whole(bulletin_docx(found_of("hdi"), stated)), text_of(bulletin_pdf(found_of("hdi"), stated))):
        for want in ("关于甲的通报", "各市人民政府：", "乙办公室", "2023年3月1日"):
            assert want in squeezed(text)


# Templates


def test_the_shipped_template_is_what_its_script_makes():
    shipped, made = (parts_of(content) for content in (default_template(), make_template()))
    assert list(shipped) == list(made) and shipped == made


def test_same_input_same_bytes():
    assert bulletin_docx(found_of("hdi")) == bulletin_docx(found_of("hdi"))
    assert bulletin_pdf(found_of("hdi")) == bulletin_pdf(found_of("hdi"))


def edited(change, tmp_path):
    document = docx.Document(io.BytesIO(default_template()))
    change(document)
    path = tmp_path / "own.docx"
    document.save(path)
    return path


def test_a_changed_template_shows(tmp_path):
    def change(document):
        document.paragraphs[3].insert_paragraph_before("某某市{{ subject }}（共{{ scored }}个{{ noun }}）")
        document.add_paragraph("{%p for row in rankings[0].rows %}")
        document.add_paragraph("第{{ row.rank }}位{{ row.name }}：{{ row.grades }}；概率{{ row.probability }}")
        document.add_paragraph("{%p endfor %}")

    text = whole(bulletin_docx(found_of(ZJ), None, edited(change, tmp_path)))
    assert "某某市浙江省“大综合一体化”行政执法改革（共90个县（市、区））" in text
    assert "第1位柯城区：三星、B；概率>99%、100%" in text and text.count("；概率") == 90


def test_every_variable_can_be_used_and_is_named_in_faults(tmp_path):
    names = list(bulletin_data(found_of(ZJ)))

    def change(document):
        for name in names:
            document.add_paragraph(f"{{{{ {name} }}}}")

    assert bulletin_docx(found_of(ZJ), None, edited(change, tmp_path))


def fault_of(path):
    with pytest.raises(InputError) as found:
        bulletin_docx(found_of("hdi"), None, path)
    (fault,) = found.value.faults
    for lang in ("zh", "en"):
        assert fault.problem(lang) and fault.allowed(lang) and fault.mend(lang)
    return fault


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("{{ titel }}", "papers-template-name", "titel"),
        ("{{ rankings[0].nope }}", "papers-template-name", "nope"),
        ("{%p for x in notices %}", "papers-template-tag", ""),
        ("{{ title", "papers-template-tag", ""),
        ("{% nonsense %}", "papers-template-tag", "nonsense"),
        ("{{ title.__class__ }}", "papers-template-unsafe", "__class__"),
        ("{{ title.__class__.__mro__[1].__subclasses__() }}", "papers-template-unsafe", ""),
        ("{{ ''.__class__.__base__ }}", "papers-template-unsafe", ""),
        ("{{ title.upper() }}", "papers-template-unsafe", ""),
        ("{{ title.format }}", "papers-template-unsafe", ""),
        ("{{ 'x' * 1000000000 }}", "papers-template-unsafe", ""),
        ("{{ 9 ** 999999999 }}", "papers-template-unsafe", ""),
        ("{{ range(10) }}", "papers-template-name", "range"),
        ("{{ lipsum() }}", "papers-template-name", "lipsum"),
        ("{{ self._TemplateReference__context }}", "papers-template-unsafe", ""),
        ("{% include '/etc/passwd' %}", "papers-template-tag", ""),
        ("{{ title | attr('x') }}", "papers-template-tag", "attr"),
        ("{{ notices.append(1) }}", "papers-template-unsafe", ""),
        ("{{ units + title }}", "papers-template-tag", ""),
    ],
)  # fmt: skip
def test_a_faulty_template_is_told_with_what_is_allowed(text, code, said, tmp_path):
    fault = fault_of(edited(lambda document: document.add_paragraph(text), tmp_path))
    assert fault.code == code and said in fault.problem("en")
    assert "ranking_text" in fault.allowed("zh")


def archive(parts):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no document", "no Word document"),
        (b"", "no Word document"),
        (archive({"a.txt": b"x"}), "no Word document"),
        (archive({"[Content_Types].xml": b"x", "word/document.xml": b"x", "word/vbaProject.bin": b"x"}), "macros"),
        (archive({"[Content_Types].xml": b"x", "word/document.xml": b"0" * 120_000_000}), "too large"),
        (default_template()[:-200], "no Word document"),
    ],
)  # fmt: skip
def test_what_is_no_template_is_refused_unread(content, said, tmp_path):
    path = tmp_path / "t.docx"
    path.write_bytes(content)
    fault = fault_of(path)
    assert fault.code == "papers-template-file" and said in fault.problem("en")
    assert not any("a" <= letter <= "z" for letter in fault.problem("zh").replace("docx", "").replace("Word", ""))


def test_a_damaged_part_is_refused(tmp_path):
    content = bytearray(same_bytes(default_template()))
    content[content.index(b"word/document.xml") + 60] ^= 0xFF
    path = tmp_path / "t.docx"
    path.write_bytes(bytes(content))
    assert fault_of(path).code == "papers-template-file"


def test_broken_xml_is_a_fault_of_the_template(tmp_path):
    parts = parts_of(default_template())
    path = tmp_path / "t.docx"
    path.write_bytes(archive(parts | {"word/document.xml": b"<w:document><unclosed>"}))
    assert fault_of(path).code == "papers-template-tag"


def test_entities_of_a_template_are_not_expanded(tmp_path):
    """A billion laughs, and a file of the machine: neither is read."""
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET-OF-THE-MACHINE", encoding="utf-8")
    parts = parts_of(default_template())
    head = f'<!DOCTYPE d [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'.encode()
    body = parts["word/document.xml"].replace(b"?>", b"?>" + head, 1).replace("附件：".encode(), b"&e;", 1)
    path = tmp_path / "t.docx"
    path.write_bytes(archive(parts | {"word/document.xml": body}))
    try:
        content = bulletin_docx(found_of("hdi"), None, path)
    except InputError:
        return
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        assert not [name for name in made.namelist() if b"SECRET-OF-THE-MACHINE" in made.read(name)]


def test_an_absent_template_is_refused(tmp_path):
    assert fault_of(tmp_path / "none.docx").code == "file-not-found"


def test_a_template_for_a_pdf_is_refused(tmp_path):
    with pytest.raises(InputError) as found:
        board_of("hdi").bulletin(tmp_path / "a.pdf", template=tmp_path / "t.docx")
    assert [fault.code for fault in found.value.faults] == ["papers-pdf-template"]
    assert not list(tmp_path.iterdir())


def test_an_absent_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "docxtpl", None)
    with pytest.raises(InputError) as found:
        bulletin_docx(found_of("hdi"))
    assert [fault.code for fault in found.value.faults] == ["papers-package"]


def test_few_respondents_are_refused(tmp_path):
    board = board_of(ZJ)
    n = board.table.n.copy()
    n[3, board.table.indicators.index("E01")] = 9
    with pytest.raises(InputError) as found:
        yt.apply(replace(board.table, n=n), board.recipe).bulletin(tmp_path / "a.docx")
    assert [fault.code for fault in found.value.faults] == ["few-respondents"]
    assert not list(tmp_path.iterdir())


def test_the_board_writes_its_own(tmp_path):
    board = board_of("hdi")
    board.bulletin(tmp_path / "b.docx")
    board.bulletin(tmp_path / "b.pdf")
    assert (tmp_path / "b.docx").read_bytes() == bulletin_docx(portraits(board))
    assert (tmp_path / "b.pdf").read_bytes() == bulletin_pdf(portraits(board))
    with pytest.raises(InputError):
        board.bulletin(tmp_path / "b.odt")
