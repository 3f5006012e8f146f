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


@dataclass(slots=True)
class _Stage:
    count: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0


@dataclass(slots=True)
class Telemetry:
    """Times the stages of one run. Safe to use from several threads."""

    run: str = field(default_factory=lambda: datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f"))
    _stages: dict[str, _Stage] = field(default_factory=dict)
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
                stage = self._stages.setdefault(name, _Stage())
                stage.count += count
                stage.seconds += wall
                stage.cpu_seconds += cpu

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._started

    def as_dict(self, statuses: Sequence[ModelStatus]) -> dict[str, Any]:
        """Return stages (count, seconds, average) and what each role's checkpoint did in this run."""
        return {
            "run": self.run,
            "seconds": round(self.seconds, 4),
            "stages": {name: _stage_dict(stage) for name, stage in self._stages.items()},
            "models": [_model_dict(status) for status in statuses],
        }

    def write(self, data_dir: DataDir, statuses: Sequence[ModelStatus]) -> str:
        """Write the file and return its path."""
        path = data_dir.telemetry(self.run)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".part")
        beside.write_text(json.dumps(self.as_dict(statuses), indent=1), encoding="utf-8")
        beside.replace(path)
        return str(path)


def read_telemetry(file: str | None) -> dict[str, Any]:
    """Return what a run wrote; empty when it wrote nothing."""
    return json.loads(Path(file).read_text(encoding="utf-8")) if file else {}


def _stage_dict(stage: _Stage) -> dict[str, float]:
    return {
        "count": stage.count,
        "seconds": round(stage.seconds, 4),
        "cpu_seconds": round(stage.cpu_seconds, 4),
        "average_ms": round(1000 * stage.seconds / max(1, stage.count), 3),
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
