"""What a bulletin (通报) says: Chinese sentences in which every number is the board's.

It says what was found and how sure it is; where an office knows what data cannot, it leaves a mark. A bulletin is
written in Chinese alone: it is a form of Chinese offices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yitihua.analysis.asked import level_name
from yitihua.definitions.levels import level_word, origin_label
from yitihua.index.tables import group_numbers, score_order
from yitihua.indicators.table import Floats
from yitihua.publish.papers.bulletin_words import grade_word, listed, numeral, one_line, period_words, subject_of
from yitihua.publish.papers.engine import map_texts, plain
from yitihua.publish.papers.numbers import Printed, chance, percent, raw
from yitihua.publish.papers.portrait_words import short_notice
from yitihua.publish.portraits import Portraits
from yitihua.publish.words import method_lines, sampling_line

if TYPE_CHECKING:
    from yitihua.index.recipe import GradeRule

#: Exemplars by first-level node, indicators and obstacles named, units named at the end of the ranking.
BEST, INDICATORS, OBSTACLES, LAST = 3, 5, 4, 5
#: Characters of a name: a longer one is none, and would fill pages.
NAME: Final = 80
#: What an office writes itself.
OPEN: Final = "（具体做法由发文机关据实补充）"
SUGGESTED: Final = "〔建议稿，请审改〕"
#: Where a reader of a bulletin is told why a unit has no score.
REASONS: Final = ("本通报“存在问题”部分",) * 2


@dataclass(frozen=True)
class Stated:
    """What only the office can say.

    Attributes
    ----------
    title : str or None
        Default: made from the name of the index and the period.
    to : str
        Whom it is sent to.
    issuer, date : str
        Who issues it, and when.
    """

    title: str | None = None
    to: str = "各有关单位"
    issuer: str = "（发文机关）"
    date: str = "（成文日期）"


def bulletin_data(found: Portraits, stated: Stated | None = None) -> dict[str, Any]:
    """Return the variables of a bulletin's template.

    Parameters
    ----------
    found : Portraits
        See `yitihua.publish.portraits.portraits`.
    stated : Stated, optional
        What only the office can say.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.portraits import portraits
    >>> data = bulletin_data(portraits(yt.evaluate("hdi")))
    >>> data["title"], data["rankings"][0]["rows"][0]["name"]
    ('关于2022年人类发展指数评价情况的通报', 'Switzerland')
    """
    return map_texts(Bulletin(found, stated or Stated()).data(), plain)  # type: ignore[no-any-return]


class Bulletin:
    """The sentences of one bulletin; the level with the most units is the one they are about."""

    def __init__(self, found: Portraits, stated: Stated) -> None:
        self.found, self.stated, self.board = found, stated, found.board
        self.recipe, self.table = found.board.recipe, found.board.table
        self.shown = Printed(found.board)
        self.level = level_name(found.board)
        self.rows = found.board.level_rows[self.level]
        self.scored = [
            row
            for row in found.order.tolist()
            if row in set(self.rows.tolist()) and found.board.total[row] == found.board.total[row]
        ]
        self.noun = self.recipe.unit_noun[0] or level_word(self.level, "zh")
        self.index = self.recipe.title[0] or self.recipe.title[1]
        self.period = period_words(self.table.period)

    def name(self, row: int) -> str:
        """Return a unit's name."""
        return plain(self.table.name_of(row, "zh"), NAME)

    def label(self, code: str) -> str:
        """Return the name of a node or indicator."""
        return plain(self.recipe.labels[code][0] or self.recipe.labels[code][1] or code, NAME)

    def cells(self) -> Floats:
        """Return the raw values of the level, units by indicators."""
        return self.table.select(self.recipe.codes)[self.rows]

    def data(self) -> dict[str, Any]:
        """Return all variables."""
        from yitihua.publish.papers.bulletin_findings import overview, practices, problems, steps

        return {
            "title": self.stated.title or f"关于{self.period}{subject_of(self.index)}评价情况的通报",
            "to": self.stated.to,
            "issuer": self.stated.issuer,
            "date": self.stated.date,
            "index": self.index,
            "subject": subject_of(self.index),
            "period": self.period,
            "noun": self.noun,
            "units": len(self.rows),
            "scored": len(self.scored),
            "notices": self.notices(),
            "short_notice": short_notice(self.board, "zh"),
            "opening": self.opening(),
            "basis": numbered(self.basis()),
            "overview": numbered(overview(self)),
            "ranking_text": self.ranking_text(),
            "rankings": self.rankings(),
            "has_intervals": self.found.intervals is not None,
            "has_groups": self.board.sampled is not None,
            "practices": numbered(practices(self)),
            "problems": numbered(problems(self)),
            "steps": numbered(steps(self)),
            "suggested": SUGGESTED,
            "method": self.method(),
            "indicators": self.indicators(),
        }

    def notices(self) -> list[str]:
        """Return what must stand at the top."""
        from yitihua.publish.summary import notices

        return notices(self.board, "zh", REASONS)

    def opening(self) -> str:
        """Return the sentence that says what was done."""
        return (
            f"为客观反映{subject_of(self.index)}的进展情况，依据《{self.index}》，对{len(self.rows)}个{self.noun}{self.period}"
            f"的情况进行了评价。现将有关情况通报如下。"
        )

    # 评价依据和方法

    def basis(self) -> list[tuple[str, str]]:
        """Return framework, scoring, grades, data and how sure, each in a few sentences."""
        made = [("指标体系", self._framework()), ("计分方法", self._scoring())]
        if self.recipe.grades:
            made.append(("等级划分", one_line("；".join(self._grade_rule(rule) for rule in self.recipe.grades))))
        made.append(("数据来源与覆盖", self._sources()))
        made.append(("结果的把握程度", self._certainty()))
        made.append(
            (
                "结果复核",
                "评价所用数据、计分方案和结果可打包为复算包，各单位可据以逐项重新计算、核对；对本单位数据有异议的，可逐项查询每个数值的来源和计算过程。",
            )
        )
        return made

    def _framework(self) -> str:
        first, recipe = self.recipe.first_level, self.recipe
        parts = [
            f"{self.label(code)}（{percent(recipe.global_weights[code], _places(recipe.global_weights[code]))}）"
            for code in first
        ]
        return f"评价设{len(first)}个一级指标、{len(recipe.codes)}个末级指标。一级指标及权重为：{'、'.join(parts)}。"

    def _scoring(self) -> str:
        lines = dict(method_lines(self.recipe, "zh"))
        low, high = (raw(end) for end in self.recipe.scale)
        text = f"各末级指标采用{lines['标准化']}方法换算为{low}至{high}的得分，"
        if all(rule.normalise.method == "none" for rule in self.recipe.indicators):
            text = "各末级指标以数值为得分，不作换算，"
        text += f"按权重（{lines['权重']}）逐级合成，合成方法为{lines['合成']}。"
        return text + f"覆盖率要求：{lines['覆盖率']}。各项方法和参数见附件1。"

    def _grade_rule(self, rule: GradeRule) -> str:
        names = "、".join(grade_word(name[0] or name[1]) for name in rule.names)
        cuts = rule.cuts_of(self.level)
        if cuts is None:
            return f"{rule.title[0]}由低到高分为{names}"
        how = "以" if rule.method == "fixed" else "按评价结果的分布确定分界点，以"
        return f"{rule.title[0]}{how}{'、'.join(_cut(cut) for cut in cuts)}分为界，由低到高分为{names}"

    def _sources(self) -> str:
        table, board = self.table, self.board
        columns = [table.indicators.index(code) for code in self.recipe.codes]
        cells = self.cells()
        known = int(np.isfinite(cells).sum())
        assert table.origin is not None
        words = [str(word) for word in table.origin[self.rows][:, columns][np.isfinite(cells)]]
        counts = {word: words.count(word) for word in dict.fromkeys(words)}
        kinds = "、".join(
            f"{origin_label(word)[0]}{count}个" for word, count in sorted(counts.items(), key=lambda pair: -pair[1])
        )
        text = f"应有指标数值{cells.size}个，实有{known}个，占{percent(known / cells.size if cells.size else None, 1)}"
        text += f"，其中{kinds}" if kinds else ""
        filled = int(board.imputed[self.rows].sum())
        text += f"；缺失数值中{filled}个按规则填补" if filled else "；缺失数值不填补" if known < cells.size else ""
        estimated = self._estimated()
        text += (
            f"。问卷调查指标{len(estimated)}个，以抽样估计值计入；受访者不足{self.found.minimum}人的数值不予采用和公布"
            if estimated
            else ""
        )
        return one_line(text)

    def _estimated(self) -> list[str]:
        from yitihua.index.sampling import errors_of

        errors = errors_of(self.table, self.recipe.codes)
        return [] if errors is None else list(errors.indicators)

    def _certainty(self) -> str:
        found = self.found.intervals
        if found is None:
            return "本次指标数值未提供误差，名次不附区间；得分相近的单位不宜据此区分高下。"
        if found.of_run:
            return (
                f"得分和名次均附{percent(found.level)}区间，由各种可争议的方法选择和误差的重复试验得出；"
                "区间重叠的单位，名次先后未必可靠。"
            )
        draws = "" if self.board.sampled is None else f"（{self.board.sampled.draws}次抽取）"
        return (
            f"得分和名次均附{percent(found.level)}区间，只反映问卷调查的抽样误差{draws}，不含填报数据的误差；"
            "名次区间重叠的单位，先后未必可靠。"
        )

    # 排名

    def ranking_text(self) -> str:
        """Return how the tables are to be read."""
        text = "名次按总得分由高到低排列，得分相同的名次并列。"
        if self.board.sampled is not None:
            text += "组别相同（含有相同编号）的单位，其得分差异在抽样误差范围内不显著，不能据此区分先后；"
            text += "“3-5”表示同属第3至第5组。"
        elif self.found.intervals is not None:
            text += "名次区间重叠的单位，不能据此区分先后。"
        return text

    def rankings(self) -> list[dict[str, Any]]:
        """Return a table a level, best first, units without a score last."""
        levels = self.board.level_rows
        groups = group_numbers(self.board, self.board.sampled.groups) if self.board.sampled is not None else None
        made = []
        for number, level in enumerate(levels, 1):
            rows = [row for row in score_order(self.board).tolist() if self.table.levels[row] == level]
            noun = self.noun if level == self.level else level_word(level, "zh")
            made.append(
                {
                    "heading": f"表{number}　{noun}得分和排名",
                    "noun": noun,
                    "rows": [self._ranked(row, groups) for row in rows],
                }
            )
        return made

    def _ranked(self, row: int, groups: list[str] | None) -> dict[str, Any]:
        one, shown, intervals = self.board, self.shown, self.found.intervals
        scored = bool(np.isfinite(one.total[row]))
        score = ranks = ""
        if intervals is not None and scored:
            score = shown.between(*(float(end[row]) for end in intervals.score))
            low, high = (int(end[row]) for end in intervals.rank)
            ranks = f"{low}–{high}" if low < high else str(low)
        grades = []
        for rule in self.recipe.grades:
            index = int(one.grade_indices[rule.code][row])
            if index >= 0:
                grades.append(rule.names[index][0] or rule.names[index][1])
        reference = self.table.units[row] == self.recipe.reference_unit
        return {
            "rank": f"{one.rank[row]:.0f}" if scored else "—",
            "code": self.table.units[row],
            "name": self.name(row) + ("（基准）" if reference else ""),
            "score": shown.score(float(one.total[row])) if scored else "不评分",
            "score_interval": score,
            "rank_interval": ranks,
            "group": groups[row] if groups is not None else "",
            "grades": "、".join(grades) or "—",
            "coverage": percent(float(one.coverage[row])),
            "probability": "、".join(
                chance(float(p[row])) for p in self.found.probabilities.values() if np.isfinite(p[row])
            ),
        }

    # 附件

    def method(self) -> list[dict[str, str]]:
        """Return every choice that decides a headline, for the annex."""
        lines = method_lines(self.recipe, "zh")
        if self.board.sampled is not None and not (self.found.intervals and self.found.intervals.of_run):
            what, how = sampling_line(self.board.sampled, "zh", ("排名表", "the ranking"))
            lines.append((what, _of_paper(how)))
        if self.recipe.date:
            lines.append(("定义日期", self.recipe.date))
        lines += [
            ("输入数据", line.title_zh or line.title) for line in self.table.lineage if line.title or line.title_zh
        ]
        return [{"what": what, "how": how} for what, how in lines]

    def indicators(self) -> list[dict[str, str]]:
        """Return the indicators with unit, direction, weight and mean points, for the annex."""
        points = self.board.normalised[self.rows]
        found = []
        for j, rule in enumerate(self.recipe.indicators):
            known = points[np.isfinite(points[:, j]), j]
            found.append(
                {
                    "code": rule.code,
                    "name": self.label(rule.code),
                    "unit": rule.unit[0] or rule.unit[1],
                    "direction": "正向" if rule.positive else "逆向",
                    "weight": percent(self.recipe.global_weights[rule.code], 2),
                    "mean": self.shown.points(float(known.mean()) if known.size else None),
                    "units": str(known.size),
                }
            )
        return found

    def listed(self, rows: list[int], most: int | None = None) -> str:
        """Return the names of units."""
        return listed([self.name(row) for row in rows], most, "单位")


def numbered(parts: list[tuple[str, str]]) -> list[dict[str, str]]:
    """Return headed paragraphs with their numbers （一）（二）.

    Examples
    --------
    >>> numbered([("总体", "很好。")])
    [{'number': '（一）', 'heading': '总体', 'text': '很好。'}]
    """
    return [
        {"number": f"（{numeral(k)}）", "heading": heading, "text": text} for k, (heading, text) in enumerate(parts, 1)
    ]


def _cut(cut: float) -> str:
    return f"{cut:.4g}"


def _places(weight: float) -> int:
    """Return with how many decimals a weight is printed: two where one would round it."""
    return next((k for k in (0, 1, 2) if abs(100 * weight - round(100 * weight, k)) < 1e-9), 1)


def _of_paper(words: str) -> str:
    """Return what is said of the intervals without what only the files of a run show."""
    return words.replace("，等级后为得到该等级的概率", "").replace("，见scores.csv", "")
