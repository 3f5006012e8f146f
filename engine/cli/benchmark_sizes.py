"""`benchmark sizes`: how far scores move when the same photo is a file of another size."""

from __future__ import annotations

from dataclasses import asdict

from rich.table import Table

from engine.album.scan import scan
from engine.benchmark.scorers import score_functions
from engine.benchmark.sizes import SizeFigures, measure_sizes
from engine.cli import tables
from engine.cli.bar import counting
from engine.cli.json_file import write_json
from engine.cli.parser import Options
from engine.cli.unreadable import name_unreadable
from engine.errors import NothingToDoError
from engine.models.closing import closing_all
from engine.models.registry import build_lineup
from engine.paths import DataDir
from engine.settings import Settings
from engine.words import printable


def run(options: Options, settings: Settings, data_dir: DataDir) -> int:
    assert options.photos is not None
    photos = scan(options.photos.absolute(), recursive=False)
    if not photos:
        raise NothingToDoError(f"There are no photos in {options.photos}.")
    lineup = build_lineup(settings, data_dir)
    with closing_all(lineup.scorers.values()), counting("photos") as on_photo:
        found = measure_sizes(photos, score_functions(lineup), on_photo)
    tables.console().print(_table(found.models))
    if found.too_small:
        print(f"Left out, under 6 MP: {printable(', '.join(found.too_small))}")
    if options.json is not None:
        write_json(options.json, {name: asdict(figures) for name, figures in found.models.items()})
    return name_unreadable(found.unreadable)


def _table(found: dict[str, SizeFigures]) -> Table:
    table = Table(title="The same photo at 24, 12, 6 and 2 MP: scores apart by", title_justify="left")
    for column in ("model", "mean", "at most", "photos"):
        table.add_column(column, justify="left" if column == "model" else "right")
    for name, figures in found.items():
        table.add_row(name, f"{figures.mean:.3f}", f"{figures.largest:.3f}", str(figures.photos))
    return table
