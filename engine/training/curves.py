"""Draws how a run went."""

from __future__ import annotations

import io
from collections.abc import Sequence

PANELS = (
    ("loss", ("train_loss", "val_loss")),
    ("metric", ("val_spearman", "val_acc", "val_order_bias")),
    ("gradient norm", ("grad_norm_mean", "grad_norm_max")),
    ("learning rate", ("lr_head", "lr_backbone")),
)
PANEL_SIZE = (4.2, 2.6)  # inches


def curves(history: Sequence[dict[str, float]]) -> bytes:
    """Return a PNG of losses, metrics, gradient norms and learning rates by epoch."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(2 * PANEL_SIZE[0], 2 * PANEL_SIZE[1]), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    epochs = [row["epoch"] for row in history]
    for axes, (title, names) in zip(figure.subplots(2, 2).flat, PANELS, strict=True):
        for name in names:
            if name in history[0]:
                axes.plot(epochs, [row[name] for row in history], marker=".", label=name.replace("_", " "))
        axes.set_title(title, fontsize=9)
        axes.set_xlabel("epoch", fontsize=8)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.tick_params(labelsize=7)
        axes.legend(fontsize=7, frameon=False)
    png = io.BytesIO()
    figure.savefig(png, format="png", metadata={"Software": None})
    return png.getvalue()
