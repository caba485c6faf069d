"""`yitihua simulate`: a simulated province as a project folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from yitihua.commands.options import language, say, tracked
from yitihua.errors import refuse


def simulate(
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="A new or empty folder.")],
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same bytes.")] = 2022,
    units: Annotated[int, typer.Option("--units", help="90: Zhejiang; 2842: China; or fewer.")] = 90,
    counties: Annotated[str | None, typer.Option("--counties", metavar="CODE,...", help="Only these counties.")] = None,
    surveys: Annotated[bool, typer.Option("--surveys/--no-surveys", help="Whether to simulate respondents.")] = True,
    records: Annotated[
        bool, typer.Option("--records/--no-records", help="Also records/: exports whose counts are the measures.")
    ] = False,
    records_format: Annotated[str, typer.Option("--records-format", help="parquet or csv.")] = "parquet",
    json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
    lang: Annotated[str | None, typer.Option("--lang", help="zh or en.")] = None,
) -> None:
    """Write a simulated province to learn on; nothing in it is observed. 模拟数据."""
    from yitihua.indicators.simulate import simulate_measures
    from yitihua.publish import terminal
    from yitihua.surveys.simulation.folder import new_folder

    words = language(lang)
    codes = [code.strip() for code in counties.split(",") if code.strip()] if counties else []
    province = simulate_measures(seed, units, codes)
    if records_format not in ("parquet", "csv"):
        raise refuse("bad-choice", key="--records-format", found=records_format, options=["parquet", "csv"])
    count = 0

    def also(folder: Path) -> None:
        from yitihua.indicators.simulation.records.files import write_records

        nonlocal count
        what = say(words, "模拟记录", "records")
        count = write_records(
            folder / "records", seed, units, codes, records_format, lambda batch: tracked(list(batch), what)
        )

    names = new_folder(province, out, surveys, also if records else None)
    if json:
        terminal.print_json(
            {"out": str(out), "seed": seed, "units": len(province.units), "simulated": True, "datasets": names,
             "records": count}
        )  # fmt: skip
        return
    many = len(province.units)
    if words == "zh":
        print(f"模拟数据（{many}个县级单位，种子{seed}）已写入 {out}/：不得作为任何县的评价结论。")
    else:
        print(f"SIMULATED 模拟: {many} units, seed {seed}, written to {out}/; no finding may be drawn.")
    print(*(f"  data/{name}/" for name in names), sep="\n")
    if records:
        print(say(words, f"  records/（{count:,}条记录）", f"  records/ ({count:,} records)"))
    print(say(words, "下一步：", "Next: ") + f"yitihua score {out}")
