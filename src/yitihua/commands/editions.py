"""`yitihua editions`: what can be scored, and how two editions differ."""

from __future__ import annotations

from typing import Any

from yitihua.commands.options import Folder, Json, Lang, language, say
from yitihua.errors import refuse


def editions(directory: Folder = None, json: Json = False, lang: Lang = None) -> None:
    """List the editions that can be scored. 列出版本."""
    from yitihua.definitions import edition_names, load_edition
    from yitihua.publish import terminal

    words = language(lang)
    if directory is not None and not directory.is_dir():
        raise refuse("file-not-found", file=str(directory))
    rows: list[dict[str, Any]] = []
    for name in edition_names(directory):
        loaded = load_edition(name, directory)
        rows.append({"name": name, "title": loaded.title.get(words), "indicators": len(loaded.indicators),
                     "weight_sets": ["equal", *loaded.spec.weights.sets], "views": list(loaded.views)})  # fmt: skip
    if json:
        terminal.print_json(rows)
        return
    for row in rows:
        print(f"{row['name']}\n    {row['title']}")
        indicators, sets = say(words, "指标", "indicators"), say(words, "权重方案", "weight sets")
        print(f"    {indicators}: {row['indicators']}   {sets}: {', '.join(row['weight_sets'])}")
        if row["views"]:
            print(f"    {say(words, '视角', 'views')}: {', '.join(row['views'])}")
