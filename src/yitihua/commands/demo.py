"""`yitihua demo`: all four editions, and what is real and what is simulated."""

from __future__ import annotations

from yitihua.commands.boards import board_dict
from yitihua.commands.options import Json, Lang, Out, language, say


def demo(out: Out = None, json: Json = False, lang: Lang = None) -> None:
    """Score all four editions and say what is real and what simulated. 演示."""
    from yitihua.api import evaluate
    from yitihua.definitions import load_edition
    from yitihua.publish import terminal
    from yitihua.publish.folders import write_folder
    from yitihua.publish.runs import board_files

    words = language(lang)
    boards = {name: (evaluate(name), load_edition(name)) for name in ("hdi", "egdi-2022", "asem", "zhejiang-2022")}
    if out is not None:
        files = {
            f"{name}/{file}": content
            for name, (board, loaded) in boards.items()
            for file, content in board_files(board, loaded, words).items()
        }
        write_folder(out, files)
    if json:
        terminal.print_json({name: board_dict(board, words, out) for name, (board, _) in boards.items()})
        return
    for name, (board, _) in boards.items():
        print(f"\n== {name} ==")
        terminal.print_board(board, words, 10, methods=name == "zhejiang-2022", levels=1)
    print()
    print(
        say(
            words,
            "真实数据：hdi、egdi-2022、asem（公布的指标，得分重算，与公布结果一致）。\n"
            "模拟数据：zhejiang-2022（县名为真，指标值为模拟；指标体系为重构）。",
            "Real: hdi, egdi-2022, asem (published indicators; the recomputed scores equal the published ones).\n"
            "Simulated 模拟: zhejiang-2022 (real counties, simulated values, reconstructed framework).",
        )
    )
    if out is not None:
        print(say(words, f"结果写入 {out}/", f"Written to {out}/"))
    unit = say(words, "嘉善县", "Jiashan")
    print(say(words, "下一步：", "Next: ") + f"yitihua explain --edition zhejiang-2022 {unit} A05")
