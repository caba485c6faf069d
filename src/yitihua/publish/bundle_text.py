"""What `bundle` and `verify` say: the verdict in words, and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from yitihua import __version__
from yitihua.publish.bundle.archive import printable
from yitihua.publish.bundle.compare import Difference
from yitihua.publish.bundle.manifest import Manifest
from yitihua.publish.bundle.verify import Verdict

#: Places printed of one file; --json gives more.
SHOWN: Final = 20

_KINDS: Final = {
    "changed": ("内容不同", "differs"),
    "surplus": ("多出的文件，由其余内容得不出", "follows from nothing in the bundle"),
    "absent": ("缺少的文件，由其余内容可得出", "comes out, but is not in the bundle"),
}


def _said(lang: str, zh: str, en: str) -> str:
    return zh if lang == "zh" else en


def about_lines(manifest: Manifest, has_definitions: bool, lang: str) -> list[str]:
    """Return what a bundle is: title, notices, and what of it is computed again."""
    lines = [" ".join(filter(None, (printable(manifest.title.get(lang, "")), printable(manifest.period or ""))))]
    if notice := manifest.notice.get(lang):
        lines.append(printable(notice, 600))
    if manifest.simulated:
        lines.append(
            _said(
                lang, "数据为模拟数据，不代表任何真实单位。", "The data are simulated 模拟; they describe no real unit."
            )
        )
    if not has_definitions:
        zh = "包内没有指标定义：得分按包内的计分方案和公式复算，方案本身未由定义重新得出。"
        en = "No definitions in it: scores are computed from its recipe and formulas, which follow from nothing here."
        lines.append(_said(lang, zh, en))
    elif manifest.recipe == "given":
        zh = "计分方案（边界、权重、分级线）按包内所给采用，未由定义和数据重新拟合。"
        en = "The recipe (bounds, weights, grade cuts) is taken as given, not fitted anew from definitions and data."
        lines.append(_said(lang, zh, en))
    return lines


def verdict_lines(verdict: Verdict, lang: str, top: int = SHOWN) -> list[str]:
    """Return the verdict in words: equal, or which files differ, where, and both numbers."""
    lines = about_lines(verdict.manifest, verdict.has_definitions, lang)
    lines.append(f"sha256 {verdict.sha256}")
    if verdict.signer:
        who = printable(verdict.signer)
        lines.append(_said(lang, f"签名有效，签名人：{who}", f"Signed by {who}; the signature holds."))
    for one in verdict.given:
        zh, en = "与由定义和数据拟合的不同之处：", "In this it differs from what definitions and data give:"
        lines += [_said(lang, zh, en), *_file_lines(one, lang, top)]
    if verdict.equal:
        zh = "一致：由包内原始量和估计值重新计算、重新打包，每一个字节都相同。"
        en = "Equal: computed again from its measures and estimates and packed again, every byte is the same."
        return [*lines, _said(lang, zh, en)]
    zh, en = "不一致：重新计算得出的结果与包内所载不同。", "Not equal: what comes out is not what the bundle holds."
    lines.append(_said(lang, zh, en))
    for one in verdict.differs:
        lines += _file_lines(one, lang, top)
    made_by = printable(verdict.manifest.versions.get("yitihua", "?"))
    if made_by != __version__:
        zh = f"打包用的是yitihua {made_by}，复算用的是{__version__}；不同之处也可能由此而来。"
        en = f"It was made by yitihua {made_by} and computed by {__version__}, which may be the reason."
        lines.append(_said(lang, zh, en))
    return lines


def _file_lines(one: Difference, lang: str, top: int) -> list[str]:
    kind = _said(lang, *_KINDS[one.kind])
    count = _said(lang, f"（{one.count}处）", f" ({one.count} places)") if one.count else ""
    lines = [f"{printable(one.file)}{_said(lang, '：', ': ')}{kind}{count}"]
    for place in one.places[:top]:
        stated, found = (printable(text) or "-" for text in (place.stated, place.found))
        lines.append(
            "  " + printable(place.where)
            + _said(lang, f"：包内{stated}，复算{found}", f": {stated} in the bundle, {found} when computed")
        )  # fmt: skip
    if one.count > top:
        lines.append(_said(lang, f"  另有{one.count - top}处未显示", f"  {one.count - top} more"))
    return lines


def verdict_dict(verdict: Verdict) -> dict[str, Any]:
    """Return what `verify --json` prints."""
    return {
        "equal": verdict.equal,
        "sha256": verdict.sha256,
        "signer": verdict.signer or None,
        "has_definitions": verdict.has_definitions,
        "differs": [asdict(one) for one in verdict.differs],
        "given": [asdict(one) for one in verdict.given],
        **verdict.manifest.model_dump(mode="json", exclude={"files"}),
        "computed_by": __version__,
    }
