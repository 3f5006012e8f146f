"""Collects a run's events into the result that --json writes and the table shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from engine.album.scan import display_name
from engine.events import (
    AlbumListed,
    Composed,
    Event,
    Finished,
    ModelsChanged,
    Notice,
    PhotoFailed,
    PhotoScored,
    PhotosInspected,
    Selected,
)
from engine.paths import as_text
from engine.selection.candidate import Candidate
from engine.selection.opinions import Opinions
from engine.types import (
    Decision,
    Face,
    Inspected,
    ModelStatus,
    Photo,
    Role,
    Score,
    Selection,
    Verdict,
)

SCHEMA = 1


@dataclass(slots=True)
class CullResult:
    """Everything a run found out, in memory."""

    album: Path
    photos: tuple[Photo, ...] = ()
    inspected: dict[int, Inspected] = field(default_factory=dict)
    scores: dict[int, dict[Role, Score]] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)
    selection: Selection = field(default_factory=lambda: Selection((), {}))
    candidates: tuple[Candidate, ...] = ()
    opinions: Opinions = field(default_factory=Opinions)
    statuses: tuple[ModelStatus, ...] = ()
    notices: list[str] = field(default_factory=list)
    finished: Finished | None = None

    def take(self, event: Event) -> None:
        """Add what an event tells."""
        match event:
            case AlbumListed(photos):
                self.photos = photos
            case PhotosInspected(inspected):
                self.inspected.update(inspected)
            case PhotoScored(photo_id, scores):
                self.scores[photo_id] = {score.role: score for score in scores}
            case PhotoFailed(photo_id, reason):
                self.errors[photo_id] = reason
            case ModelsChanged(statuses):
                self.statuses = statuses
            case Selected(selection):
                self.selection = selection
            case Composed(candidates, opinions=opinions):
                self.candidates, self.opinions = candidates, opinions
            case Notice(text):
                self.notices.append(text)
            case Finished():
                self.finished = event
            case _:
                pass  # progress is for the screen

    @property
    def in_order(self) -> list[Photo]:
        """Photos in the order of the selection; all of them, in name order, before there is one."""
        by_id = {photo.id: photo for photo in self.photos}
        return [by_id[i] for i in self.selection.order] or list(self.photos)

    @property
    def picks(self) -> list[Photo]:
        ranked = self.selection.ranked
        return [photo for photo in self.in_order if photo.id in ranked and ranked[photo.id].pick]


def as_json(
    result: CullResult, device: str, decisions: Mapping[int, Decision], telemetry: dict[str, Any]
) -> dict[str, Any]:
    """Return the JSON document of a run; paths are relative to the album."""
    names = {photo.id: photo.name for photo in result.photos}
    return {
        "schema": SCHEMA,
        "album": as_text(result.album),
        "device": device,
        "models": [status_as_json(status) for status in result.statuses],
        "photos": [_photo(result, photo, decisions) for photo in result.in_order],
        "pairs": [_pair(verdict, names) for verdict in result.selection.verdicts],
        "telemetry": telemetry,
    }


def status_as_json(status: ModelStatus) -> dict[str, Any]:
    """Return a role's model as it stands in every JSON document; `warning` only where there is one."""
    found = {**asdict(status), "role": status.role.value, "state": status.state.value}
    if found["warning"] is None:
        del found["warning"]  # the schema that other programs rely on does not have it
    return found


def _photo(result: CullResult, photo: Photo, decisions: Mapping[int, Decision]) -> dict[str, Any]:
    ranked = result.selection.ranked.get(photo.id)
    inspected = result.inspected.get(photo.id)
    taken = inspected.metadata.captured_at if inspected else None
    scores = result.scores.get(photo.id, {})
    portrait = scores.get(Role.PORTRAIT)
    folder = photo.name.rpartition("/")[0]
    names = (Path(file.name) for file in photo.files)
    return {
        "path": photo.name,
        "files": [f"{folder}/{name}" if folder else name for name in map(display_name, names)],
        "error": result.errors.get(photo.id),
        "captured_at": taken.isoformat() if taken else None,
        "group": ranked.group if ranked else -1,
        "sequence": ranked.sequence.value if ranked and ranked.sequence else None,
        "pick": bool(ranked and ranked.pick),
        "decision": decisions.get(photo.id, Decision.NONE).value,
        "composite": ranked.composite if ranked else None,
        "composite_of": [role.value for role in ranked.composite_of] if ranked else [],
        "reasons": list(ranked.reasons) if ranked else [],
        "scores": {role.value: _score(score) for role, score in scores.items()},
        "faces": [_face(face) for face in portrait.faces] if portrait else [],
    }


def _score(score: Score) -> dict[str, Any]:
    return {
        "value": score.value,
        "raw": score.raw,
        "details": score.details,
        "sha256": score.sha256,
        "cached": score.cached,
    }


def _face(face: Face) -> dict[str, Any]:
    return {
        "box": list(face.box),
        "eyes_open": face.eyes_open,
        "smile": face.smile,
        "confidence": face.confidence,
    }


def _pair(verdict: Verdict, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "a": names[verdict.a],
        "b": names[verdict.b],
        "winner": None if verdict.winner is None else names[verdict.winner],
        "confidence": verdict.confidence,
        "source": verdict.source,
        "sha256": verdict.sha256,
    }
