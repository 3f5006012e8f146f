"""The reliability diagram: how often a judge is right, by how sure it says it is."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.benchmark.answers import Answer, reliability

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = 4
PANEL = 2.3  # inches
INK, LINE, BARS = "#202020", "#1f6fb2", "#c9d8e6"


def reliability_diagram(answers: dict[str, Sequence[Answer]]) -> bytes:
    """Return a PNG with a panel for each judge; the same answers give the same bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = max(1, -(-len(answers) // COLUMNS))
    figure = Figure(figsize=(COLUMNS * PANEL, rows * PANEL), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(rows, COLUMNS, squeeze=False, sharex=True, sharey=True)
    for axes in panels.flat[len(answers) :]:
        axes.set_visible(False)
    for axes, (name, held) in zip(panels.flat, answers.items(), strict=False):
        _draw(axes, name, held)
    figure.supxlabel("confidence", fontsize=9, color=INK)
    figure.supylabel("share right", fontsize=9, color=INK)
    png = io.BytesIO()
    figure.savefig(png, format="png", metadata={"Software": None})
    return png.getvalue()


def _draw(axes: Axes, name: str, answers: Sequence[Answer]) -> None:
    bins = reliability(answers)
    confidence = [b.confidence for b in bins]
    axes.bar(confidence, [b.count / len(answers) for b in bins], width=0.04, color=BARS)
    axes.plot([0.5, 1.0], [0.5, 1.0], color="#a0a0a0", linewidth=0.8, linestyle="--")
    axes.plot(confidence, [b.accuracy for b in bins], color=LINE, marker="o", markersize=3, linewidth=1.2)
    axes.set_title(name, fontsize=8, color=INK)
    axes.set_xlim(0.48, 1.02)
    axes.set_ylim(0.0, 1.05)
    axes.tick_params(labelsize=7, colors=INK)
