"""Counts and times of one run, written as telemetry_<run>.json into the data directory. It stays there."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.paths import DataDir
from engine.types import ModelStatus


@dataclass(frozen=True, slots=True)
class Stage:
    """What one stage did so far. Times of stages that run on several threads are added up."""

    count: int = 0  # photos; times it ran, for stages that are not about single photos
    seconds: float = 0.0
    cpu_seconds: float = 0.0  # of the threads that called it

    @property
    def average_ms(self) -> float:
        return 1000 * self.seconds / max(1, self.count)

    @property
    def per_second(self) -> float:
        return self.count / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a run, as of now: what the telemetry file holds and the Performance panel shows."""

    run: str
    seconds: float
    photos: int  # that are done, from the cache or scored
    stages: dict[str, Stage]
    models: tuple[ModelStatus, ...]

    @property
    def photos_per_s(self) -> float:
        return self.photos / self.seconds if self.seconds else 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return the content of the telemetry file."""
        return {
            "run": self.run,
            "seconds": round(self.seconds, 4),
            "photos": self.photos,
            "photos_per_s": round(self.photos_per_s, 3),
            "stages": {name: _stage_dict(stage) for name, stage in self.stages.items()},
            "models": [_model_dict(status) for status in self.models],
        }


@dataclass(slots=True)
class Telemetry:
    """Times the stages of one run. Safe to use from several threads."""

    run: str = field(default_factory=lambda: datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f"))
    photos: int = 0  # that are done; the run counts them
    _stages: dict[str, Stage] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _started: float = field(default_factory=time.perf_counter)

    @contextmanager
    def stage(self, name: str, count: int = 1) -> Iterator[None]:
        """Add the wall time and this thread's CPU time of the block to a stage."""
        wall, cpu = time.perf_counter(), time.thread_time()
        try:
            yield
        finally:
            wall, cpu = time.perf_counter() - wall, time.thread_time() - cpu
            with self._lock:
                old = self._stages.get(name, Stage())
                self._stages[name] = Stage(old.count + count, old.seconds + wall, old.cpu_seconds + cpu)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._started

    def figures(self, statuses: Sequence[ModelStatus]) -> Figures:
        """Return all figures as of now."""
        with self._lock:
            stages = dict(self._stages)
        return Figures(self.run, self.seconds, self.photos, stages, tuple(statuses))


def write_telemetry(figures: Figures, data_dir: DataDir) -> str:
    """Write the file of a run and return its path. Raises OSError."""
    path = data_dir.telemetry(figures.run)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(figures.as_dict(), indent=1), encoding="utf-8")
    beside.replace(path)
    return str(path)


def read_telemetry(file: str | None) -> dict[str, Any]:
    """Return what a run wrote; empty when it wrote nothing. Raises OSError."""
    return json.loads(Path(file).read_text(encoding="utf-8")) if file else {}


def _stage_dict(stage: Stage) -> dict[str, float]:
    return {
        "count": stage.count,
        "seconds": round(stage.seconds, 4),
        "cpu_seconds": round(stage.cpu_seconds, 4),
        "average_ms": round(stage.average_ms, 3),
        "per_second": round(stage.per_second, 3),
    }


def _model_dict(status: ModelStatus) -> dict[str, Any]:
    return {
        "role": status.role.value,
        "name": status.name,
        "state": status.state.value,
        "checkpoint": status.checkpoint,
        "sha256": status.sha256,
        "device": status.device,
        "runtime": status.runtime,
        "scored": status.scored,
        "cached": status.cached,
        "failed": status.failed,
        "reason": status.reason,
        "warning": status.warning,
    }
