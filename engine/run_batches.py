"""Runs an album and hands its events over a few times a second, for a window that must not be kept busy."""

from __future__ import annotations

import time
from collections.abc import Iterator

from engine.events import AlbumListed, CancelToken, Event, Selected
from engine.paths import DataDir
from engine.pipeline import CullJob, cull
from engine.settings import Settings
from engine.stages.reading_marks import with_marks

FLUSH_SECONDS = 0.05
MOST_EVENTS = 250  # in one batch: more would hold the window up
AT_ONCE = (AlbumListed, Selected)  # photos are read after the one, a model is loaded after the other


def run_in_batches(
    job: CullJob, settings: Settings, data_dir: DataDir, cancel: CancelToken
) -> Iterator[list[Event]]:
    """Yield the events of a run, with the photographer's marks. Raises what `cull` raises."""
    batch: list[Event] = []
    flushed = time.monotonic()
    events = cull(job, settings, data_dir, cancel)
    for event in with_marks(events, job.album, data_dir.library):
        batch.append(event)
        late = time.monotonic() - flushed >= FLUSH_SECONDS
        if late or len(batch) >= MOST_EVENTS or isinstance(event, AT_ONCE):
            yield batch
            batch, flushed = [], time.monotonic()
    if batch:
        yield batch
