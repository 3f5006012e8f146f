"""What the selection knows of one photo."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from engine.types import Metadata, Role, Score


@dataclass(slots=True)
class Candidate:
    """One photo with all that was found out about it. Filled by the pipeline, read by the selection."""

    photo_id: int
    name: str
    metadata: Metadata = field(default_factory=Metadata)
    scores: dict[Role, Score] = field(default_factory=dict)
    features: NDArray[np.float32] | None = None  # (n,), unit length, of the aesthetic model
    sketch: NDArray[np.uint8] | None = None  # (48, 64) grey
    error: str | None = None
    own_group: str = ""  # as in Marks: what the photographer put together
    own_pick: bool = False

    @property
    def captured_at(self) -> datetime | None:
        return self.metadata.captured_at
