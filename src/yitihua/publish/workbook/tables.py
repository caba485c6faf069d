"""Scores of all nodes, indicators, contributions and weights: the board's tables, laid out to be read."""

from __future__ import annotations

from typing import Any

import numpy as np

from yitihua.definitions.levels import level_word, origin_label
from yitihua.index.recipe import NodeRule
from yitihua.index.tables import indicator_table, score_order
from yitihua.publish.workbook.page import MOST_ROWS, Column, Desk, value_format


def _identity(desk: Desk, order: Any) -> list[Column]:
    table, say = desk.board.table, desk.say
    names = [table.name_of(int(row), desk.lang) for row in order]
    found = [
        Column(say("代码", "unit"), [table.units[row] for row in order], "code", most=16),
        Column(say("单位", "name"), names, "strong_text", most=26),
    ]
    if len(desk.board.level_rows) > 1:
        found.append(Column(say("层级", "level"), [level_word(table.levels[row], desk.lang) for row in order]))
    return found


def _coded(desk: Desk, code: str, more: str = "") -> str:
    name = desk.pick(desk.board.recipe.labels[code])
    return "\n".join(part for part in (code, name if name != code else "", more) if part)


def draw_scores(desk: Desk) -> None:
    """Draw score, rank and coverage of every node."""
    board, say = desk.board, desk.say
    order = score_order(board)
    columns = _identity(desk, order)
    frozen = len(columns)
    for k in sorted(range(len(board.recipe.nodes)), key=lambda k: (board.recipe.nodes[k].depth, k)):
        node = board.recipe.nodes[k]
        root = node.parent is None
        fmt = desk.score_format if root else desk.node_format
        look = "strong" if root else "number"
        columns += [
            Column(_coded(desk, node.code, say("得分", "score")), board.node_values[order, k].tolist(), look, fmt,
                   least=9, most=14),
            Column(f"{node.code}\n{say('排名', 'rank')}", board.node_ranks[order, k].tolist(), "number", "0", least=7),
            Column(f"{node.code}\n{say('覆盖率', 'coverage')}", board.node_coverage[order, k].tolist(), "number", "0%",
                   least=8),
        ]  # fmt: skip
    remarks = [say("总指数和各级指标的得分、在同层级单位中的排名和覆盖率（有数据的指标权重）。",
                   "Score of the index and of every node, rank among units of the same level, and coverage: the share "
                   "of weight observed.")]  # fmt: skip
    desk.table("scores", say("各级得分", "Scores of all nodes"), columns, remarks, frozen, across=len(columns) <= 24)


def draw_indicators(desk: Desk) -> None:
    """Draw one row a unit and indicator: raw value, error, respondents, points, weight, contribution, origin, flags."""
    board, say, recipe = desk.board, desk.say, desk.board.recipe
    frame = indicator_table(board, desk.lang)
    if len(frame) > MOST_ROWS - 20:
        desk.left_out.append(say(
            f"无指标明细表：{len(frame)}行，超过Excel的上限；明细见结果文件夹的indicators.csv。",
            f"No sheet of indicators: {len(frame)} rows are more than Excel takes; see indicators.csv.",
        ))  # fmt: skip
        return
    units, codes = len(board.table.units), recipe.codes
    at = np.concatenate([np.arange(row * len(codes), (row + 1) * len(codes)) for row in score_order(board)])
    frame = frame.iloc[at]
    names = dict(zip(board.table.units, (board.table.name_of(row, desk.lang) for row in range(units)), strict=True))
    raw = frame["raw_value"].to_numpy(dtype=float).reshape(units, len(codes))
    formats = [value_format(raw[:, j].tolist()) for j in range(len(codes))]
    finer = [value_format(raw[:, j].tolist(), 1) for j in range(len(codes))]
    labels = {rule.code: (desk.pick(rule.name), desk.pick(rule.unit)) for rule in recipe.indicators}
    shown = frame["indicator"].tolist()
    columns = [
        Column(say("代码", "unit"), frame["unit"].tolist(), "code", most=14),
        Column(say("单位", "name"), [names[unit] for unit in frame["unit"]], "text", most=20),
        Column(say("指标", "indicator"), shown, "code", most=14),
        Column(say("指标名称", "name of indicator"), [labels[code][0] for code in shown], "text", most=34),
        Column(say("原始值", "raw value"), frame["raw_value"].tolist(), "strong", fmts=formats * units, least=9),
        Column(say("计量单位", "unit of measure"), [labels[code][1] for code in shown], "text", most=14),
    ]
    if board.table.se is not None:
        columns.append(Column(say("标准误", "se"), frame["se"].tolist(), "number", fmts=finer * units, least=8))
    if board.table.n is not None:
        columns.append(Column(say("受访者数", "n"), frame["n"].tolist(), "number", "#,##0", least=8))
    columns += [
        Column(say("得分", "points"), frame["normalised"].tolist(), "number", desk.score_format, least=8),
        Column(say("实际权重", "weight in force"), frame["weight"].tolist(), "number", "0.0000", least=9),
        Column(say("贡献", "contribution"), frame["contribution"].tolist(), "number", desk.score_format + "0", least=9),
        Column(say("来源", "origin"), [desk.pick(origin_label(word)) for word in frame["origin"]], "text", most=14),
        Column(say("标记", "flags"), frame["flags"].tolist(), "text", most=28),
    ]
    remarks = [say("每个单位每项指标一行。实际权重为缺失指标的权重分给同级其他指标之后的权重。",
                   "One row a unit and indicator. A weight in force is that after the weight of missing indicators "
                   "went to their siblings.")]  # fmt: skip
    desk.table("indicators", say("指标明细", "Indicators"), columns, remarks, 4)


def draw_contributions(desk: Desk) -> None:
    """Draw what every node and indicator contributes to a unit's score."""
    board, say, recipe = desk.board, desk.say, desk.board.recipe
    order = score_order(board)
    contribution, _ = board.contribution_arrays
    columns = _identity(desk, order)
    frozen = len(columns)
    columns.append(Column(say("总得分", "score"), board.total[order].tolist(), "strong", desk.score_format, least=9))
    fmt = desk.score_format + "0"
    for code in (*recipe.first_level, *(code for code in recipe.codes if code not in recipe.first_level)):
        values = contribution[order, recipe.plan.column[code]].tolist()
        look = "strong" if code in recipe.first_level else "number"
        columns.append(Column(_coded(desk, code), values, look, fmt, least=8.5, most=11.5))
    remarks = [say("一级指标（深色）的贡献之和等于总得分，全部末级指标的贡献之和也等于总得分。缺失的指标没有贡献。",
                   "Contributions of the first level (shaded) sum to the score, and so do those of all indicators. "
                   "What is missing contributes nothing.")]  # fmt: skip
    title = say("对总得分的贡献", "Contributions to the score")
    desk.table("contributions", title, columns, remarks, frozen, across=len(columns) <= 14)


def draw_weights(desk: Desk) -> None:
    """Draw the tree with its weights: within the parent, in the index, in force, and the share of what is scored."""
    board, say, recipe = desk.board, desk.say, desk.board.recipe
    found = [recipe.root.code, *_below(recipe.root, {node.code: node for node in recipe.nodes})]
    nodes = {node.code: node for node in recipe.nodes}
    parent = {child: node.code for node in recipe.nodes for child in node.children}
    depth = {recipe.root.code: 0}
    for code in found[1:]:
        depth[code] = depth[parent[code]] + 1
    own = {child: w for node in recipe.nodes for child, w in zip(node.children, node.weights, strict=True)}
    contribution, weight = board.contribution_arrays
    scored = np.isfinite(board.total)
    held, share = {}, {}
    for code in found:
        column = recipe.plan.column[code]
        force = np.nan_to_num(weight[scored, column])
        held[code] = (force.mean(), force.min(), force.max()) if force.size else (np.nan,) * 3
        total = board.total[scored].sum()
        share[code] = np.nansum(contribution[scored, column]) / total if total > 0 else np.nan
    columns = [
        Column(say("代码", "code"), found, "code", most=16),
        Column(say("名称", "name"), ["　" * depth[c] + desk.pick(recipe.labels[c]) for c in found], "text", most=52),
        Column(say("上级", "parent"), [parent.get(code, "") for code in found], "code", most=14),
        Column(say("级次", "depth"), [depth[code] for code in found], "number", "0"),
        Column(say("同级权重", "weight within parent"), [own.get(code, 1.0) for code in found], "number", "0.0000"),
        Column(say("名义权重\n（占总指数）", "nominal weight\nin the index"),
               [recipe.global_weights[code] for code in found], "strong", "0.0000"),
        Column(say("实际权重\n均值", "in force\nmean"), [held[code][0] for code in found], "number", "0.0000", 10),
        Column(say("实际权重\n最小", "in force\nleast"), [held[code][1] for code in found], "number", "0.0000", 10),
        Column(say("实际权重\n最大", "in force\nmost"), [held[code][2] for code in found], "number", "0.0000", 10),
        Column(say("占得分的\n比重", "share of\nthe score"), [share[code] for code in found], "number", "0.0%", 10),
        Column(say("合成方法", "aggregation"), [_made(desk, nodes[c]) if c in nodes else "" for c in found], most=36),
    ]  # fmt: skip
    remarks = [
        say("名义权重为各级权重的连乘积。实际权重为缺失指标的权重分给同级之后各评分单位的权重；"
            "占得分的比重为全部评分单位的贡献之和除以得分之和。",
            "Nominal weights are products down the tree. Weights in force are those of scored units after the weight "
            "of missing indicators went to siblings; the share of the score is the sum of contributions over that of "
            "scores."),
    ]  # fmt: skip
    desk.table("weights", say("权重", "Weights"), columns, remarks, 2)


def _below(node: NodeRule, nodes: dict[str, NodeRule]) -> list[str]:
    """Return all below a node, each followed by what is below it."""
    found = []
    for child in node.children:
        found.append(child)
        if child in nodes:
            found += _below(nodes[child], nodes)
    return found


def _made(desk: Desk, node: NodeRule) -> str:
    from yitihua.publish.words import method_word

    word = method_word(node.method, desk.lang)
    least = desk.say(f"覆盖率不低于{node.coverage:.0%}", f"coverage {node.coverage:.0%}")
    return f"{word}{desk.say('，', ', ')}{least}"
