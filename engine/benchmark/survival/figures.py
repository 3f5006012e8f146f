"""What `benchmark reliability` counts."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

STAGES = ("loading", "scoring", "judging")  # of the command


@dataclass(slots=True)
class Tally:
    """Counts of one benchmark."""

    kills: int = 0
    kills_while_scoring: int = 0
    kills_with_networks: int = 0  # of those: of the command, networks and all; 0 without weights
    kills_with_networks_by_stage: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STAGES, 0))
    kills_while_deciding: int = 0
    kills_while_exporting: int = 0
    kills_while_writing_sidecars: int = 0
    kills_while_writing_into_files: int = 0  # 0 without ExifTool
    decisions_confirmed: int = 0
    decisions_lost: int = 0
    scores_lost: int = 0
    originals_changed: int = 0
    half_files: int = 0
    not_recovered: int = 0  # exports that did not go on or roll back to a whole state
    bad_inputs: int = 0
    hostile_inputs: int = 0  # of the bad inputs
    damaged_jpegs: int = 0  # of the bad inputs: made to be read by the program itself
    crashes: int = 0
    hangs: int = 0
    contained: int = 0  # files that took a decoder's process down, or hung it, and nothing else
    unreported: int = 0  # bad inputs that are photos by name, and of which nothing was said
    peak_memory_mb: float = 0.0  # of the process and its decoders together
    seconds: float = 0.0
    troubles: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing was lost, changed, half done, silent or stuck."""
        bad = (self.decisions_lost, self.scores_lost, self.originals_changed, self.half_files)
        return not any((*bad, self.not_recovered, self.crashes, self.hangs, self.unreported))

    def as_rows(self) -> list[tuple[str, str]]:
        """Return names and values for a table."""
        return [(name, _text(value)) for name, value in asdict(self).items() if name != "troubles"]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {count}" for name, count in value.items())
    return f"{value:,.0f}" if isinstance(value, float) else str(value)
