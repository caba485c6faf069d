"""Texts that somebody might type, and a board that is made of them."""

from dataclasses import replace

import yitihua as yt

#: Texts that somebody might type as a name, a remark or a title.
HOSTILE = (
    "=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1:A9)", "=HYPERLINK(\"http://x.example\",\"click\")", "  =1+1",
    "＝1+1", "＠SUM(1)", "=WEBSERVICE(\"http://x.example\")", "{=1+1}", "'=1+1", "<b>bold</b>",
    "<script>alert(1)</script>", "</t></si><si><t>x", "]]>", "&lt;&amp;", "\"quoted\" 'single' `back`",
    "🏛️ 🇨🇳 emoji", "שלום عربي", "\u202e123\u202c", "\u2066x\u2069", "a\tb", "\tx=1", "line\nbreak\r\nend",
    "\x00\x01\x08\x0b\x1f", "\ud800 lone", "\ufffe\uffff", "_x0041_ _x0000_", "../../etc/passwd", "C:\\..\\x.xlsx",
    "http://x.example", "#REF!", "TRUE", "1e5", "00012", "x" * 40_000,
)  # fmt: skip
assert len(HOSTILE) >= 30


def hostile_board() -> yt.Scoreboard:
    """Return a board whose names, titles, notices, remarks, labels and codes are all hostile."""
    board = yt.evaluate("egdi-2022")
    table, recipe = board.table, board.recipe
    text = iter(HOSTILE * 20)
    units = tuple(f"{next(text)[:200]}{row}" for row in range(len(table.units)))
    names = tuple(HOSTILE[row % len(HOSTILE)] for row in range(len(units)))
    flags = {(unit, recipe.codes[0]): ((HOSTILE[k], HOSTILE[-k]),) for k, unit in enumerate(units[: len(HOSTILE)])}
    own = replace(table, units=units, names={"zh": names, "en": names}, flags=flags, notices=(("=1+1", "=1+1"),))
    rules = tuple(
        replace(rule, name=(HOSTILE[k], HOSTILE[k]), unit=("=1+1", "@x")) for k, rule in enumerate(recipe.indicators)
    )
    grades = tuple(
        replace(rule, title=("=1", "=2"), names=tuple((HOSTILE[k], HOSTILE[k]) for k in range(len(rule.names))))
        for rule in recipe.grades[:1]
    )
    nodes = tuple(replace(node, name=("<script>", "=1+1")) for node in recipe.nodes)
    title, notice = ("=cmd|x &P", "@title&A"), ("-1 </f>", "+1")
    return yt.apply(own, replace(recipe, indicators=rules, grades=grades, nodes=nodes, title=title, notice=notice))
