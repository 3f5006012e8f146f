"""Progress in words, for the terminal and the window."""

from __future__ import annotations

from engine.events import Progress

STAGES = {
    "inspect": "Reading",
    "load": "Loading models",
    "score": "Scoring",
    "judge": "Comparing",
    "check": "Checking a new model",
}


def speed_text(progress: Progress) -> str:
    """Return such as "9.8 photos/s · 28 s left"; empty where no photo is done, or none counted."""
    if not progress.done or not progress.photos_per_s:
        return ""
    speed = f"{progress.photos_per_s:.1f} photos/s"
    if progress.seconds_left is None or progress.done >= progress.total or progress.seconds_left < 1:
        return speed
    return f"{speed} · {duration(progress.seconds_left)} left"


def duration(seconds: float) -> str:
    """Return such as "2 min 05 s"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
