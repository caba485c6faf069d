"""Moves between grades and convergence as text and as JSON, in Chinese or English."""

from __future__ import annotations

from typing import Any

import numpy as np

from yitihua.analysis.distribution.of_periods import Convergence
from yitihua.analysis.transitions import Transitions
from yitihua.definitions.levels import level_word
from yitihua.publish.change_text import p_said


def transition_rows(found: Transitions, lang: str = "en") -> list[list[str]]:
    """Return the table of moves: grades before down, grades after across; counts with shares of the row.

    Examples
    --------
    >>> import yitihua as yt
    >>> transition_rows(yt.panel("hdi").transitions("group"))[1]
    ['Low', '32 (94%)', '2 (6%)', '0 (0%)', '0 (0%)', '34']
    """
    zh, words = lang == "zh", found.words(lang)
    rows = [["前期＼后期" if zh else "from \\ to", *words, "合计" if zh else "units"]]
    for word, counts, shares in zip(words, found.counts, found.probabilities, strict=True):
        cells = [
            f"{count} ({share:.0%})" if np.isfinite(share) else "-" for count, share in zip(counts, shares, strict=True)
        ]
        rows.append([word, *cells, str(int(counts.sum()))])
    return rows


def transition_lines(found: Transitions, lang: str = "en") -> list[str]:
    """Return how many moved and how many would by noise, whether steps differ, and the long run.

    Examples
    --------
    >>> import yitihua as yt
    >>> for line in transition_lines(yt.panel("hdi").transitions("group"))[:1]:
    ...     print(line)
    2021 -> 2022: 11 of 192 change grade; no sampling error is stated
    """
    zh = lang == "zh"
    lines = [*_step_lines(found, lang)]
    test = found.homogeneity
    if len(found.periods) > 2 and test is not None:
        lines.append(
            f"各期转移概率是否相同（Anderson-Goodman）：χ²={test.statistic:.2f}，自由度{test.df}，{p_said(test.p)}"
            if zh
            else f"same probabilities in every step (Anderson-Goodman): chi2 = {test.statistic:.2f}, df {test.df}, "
            f"{p_said(test.p)}"
        )
    lines += _long_run(found, lang)
    return lines


def _step_lines(found: Transitions, lang: str) -> list[str]:
    zh, lines = lang == "zh", []
    steps = zip(found.periods[:-1], found.periods[1:], found.moved, found.units, found.noise, strict=True)
    for old, new, moved, units, noise in steps:
        if zh:
            by = "未给出抽样误差" if np.isnan(noise) else f"若真实得分均未变，仅抽样误差就会使约{noise:.1f}个变级"
            lines.append(f"{old} -> {new}：{units}个{level_word(found.level, lang)}单位中{moved}个变级；{by}")
        else:
            by = (
                "no sampling error is stated"
                if np.isnan(noise)
                else f"had no true score moved, errors of the surveys alone would move {noise:.1f}"
            )
            lines.append(f"{old} -> {new}: {moved} of {units} change grade; {by}")
    return lines


def _long_run(found: Transitions, lang: str) -> list[str]:
    zh, words, total = lang == "zh", found.words(lang), int(found.units.sum())
    if found.ergodic is None:
        return [
            "长期分布无法确定：取决于起点，或有等级只进不出而去向不明"
            if zh
            else "the long run is not defined: it depends on the start, or some grade has nobody to start from"
        ]
    shares = [f"{word} {share:.0%}" for word, share in zip(words, found.ergodic, strict=True) if share > 0.0005]
    line = (
        f"若照此下去（{total}次观察，假设各期相同、不记过去），长期分布：" if zh
        else f"were it to go on so ({total} observations; the same in every period, without memory), the long run: "
    ) + ("，" if zh else ", ").join(shares)  # fmt: skip
    lines = [line]
    if np.isfinite(found.half_life):
        lines.append(
            f"趋向长期分布的半衰期：{found.half_life:.2g}期" if zh else f"half-life: {found.half_life:.2g} periods"
        )
    return lines


def convergence_lines(found: Convergence, lang: str = "en") -> list[str]:
    """Return whether the spread falls and those behind gain more, with what two periods cannot say."""
    zh, sigma, beta = lang == "zh", found.sigma, found.beta
    names = {
        "cv": ("变异系数", "coefficient of variation"),
        "sd": ("标准差", "sd"),
        "sd_log": ("对数标准差", "sd of logs"),
    }
    name = names[sigma.measure][0 if zh else 1]
    series = getattr(sigma, sigma.measure)
    spread = " -> ".join(f"{x:.4f}" for x in series)
    few = len(sigma.periods) < 3
    trend = (
        ("只有两期，不能检验趋势" if zh else "two periods: no test of a trend")
        if few
        else (f"趋势{p_said(sigma.slope_p)}" if zh else f"trend {p_said(sigma.slope_p)}")
    )
    lines = [f"σ收敛：{name} {spread}；{trend}" if zh else f"sigma convergence: {name} {spread}; {trend}"]
    lines.append(
        f"β收敛：β = {beta.beta:.4f}（标准误{beta.se:.4f}，{p_said(beta.p)}）；β为负表示起点低的增长快，"
        "但测量误差本身也会造成负的β"
        if zh
        else f"beta convergence: beta = {beta.beta:.4f} (se {beta.se:.4f}, {p_said(beta.p)}); below 0 those "
        "behind grew faster, but errors of measurement alone also pull it below 0"
    )
    return lines


def transitions_dict(found: Transitions, spread: Convergence | None, lang: str = "en") -> dict[str, Any]:
    """Return moves and convergence for JSON."""
    which = 0 if lang == "zh" else 1
    test = found.homogeneity
    made: dict[str, Any] = {
        "periods": list(found.periods),
        "scheme": found.rule.code,
        "level": found.level,
        "grades": found.words(lang),
        "rule": found.said[which],
        "simulated": found.simulated,
        "notes": [note[which] for note in found.notes],
        "steps": found.steps.tolist(),
        "moved": found.moved.tolist(),
        "noise": found.noise.tolist(),
        "moves": found.frame(lang).to_dict("records"),
        "homogeneity": None if test is None else {"chi2": test.statistic, "df": test.df, "p": test.p},
        "ergodic": None if found.ergodic is None else found.ergodic.tolist(),
        "first_passage": None if found.passage is None else found.passage.tolist(),
        "half_life": found.half_life,
        "mobility": found.mobility,
    }
    if spread is not None:
        frame = spread.frame(lang)
        made["convergence"] = {"spread": frame.to_dict("records")} | {
            key: frame.attrs[key] for key in ("form", "beta", "se", "p", "speed", "half_life")
        }
    return made
