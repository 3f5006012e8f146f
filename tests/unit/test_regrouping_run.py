"""A run at work takes over what is grouped and picked by hand meanwhile."""

from __future__ import annotations

from pathlib import Path

from engine.events import CancelToken, Composed, PhotoScored, PhotosInspected, Selected
from engine.library.decisions import DecisionStore
from engine.library.marks import MarkChange, PhotoKey
from engine.paths import DataDir
from engine.pipeline import CullJob, cull
from engine.settings import load_settings
from engine.types import Inspected, Marks, Role

RULES_ONLY = frozenset({Role.AESTHETIC, Role.PORTRAIT})


def test_a_group_made_while_photos_are_scored_is_in_the_next_selection(small_album: Path, tmp_path: Path):
    data_dir = DataDir(tmp_path / "data")
    settings = load_settings()
    one_by_one = settings.performance.model_copy(update={"batch_size": 1})
    settings = settings.model_copy(update={"performance": one_by_one})
    job = CullJob(small_album, without=RULES_ONLY)
    inspected: dict[int, Inspected] = {}
    said = False
    after: list[Selected] = []
    scored_when_first = scored = 0
    for event in cull(job, settings, data_dir, CancelToken()):
        match event:
            case PhotosInspected(found):
                inspected |= found
            case PhotoScored():
                scored += 1
                if not said:
                    said = True
                    _merge_first_two_moments(data_dir, job, inspected)
            case Selected() if said:
                scored_when_first = scored_when_first or scored
                after.append(event)
            case Composed(candidates):
                assert sum(bool(candidate.own_group) for candidate in candidates) == 6
            case _:
                pass
    assert scored_when_first < 9, "it did not wait for the end"
    for event in after:
        ranked = event.selection.ranked
        assert [ranked[photo].group for photo in sorted(ranked)] == [0] * 6 + [1] * 3
        assert [photo for photo in range(6) if ranked[photo].pick] == [2], "the own pick, blurred as it is"


def _merge_first_two_moments(data_dir: DataDir, job: CullJob, inspected: dict[int, Inspected]) -> None:
    keys = [
        PhotoKey(photo, f"IMG_{photo + 1:04d}.JPG", found.identity, None)
        for photo, found in inspected.items()
    ]
    changes = {key: MarkChange(own_group="one") for key in keys if key.photo_id < 6}
    changes |= {key: MarkChange(own_group="one", own_pick=True) for key in keys if key.photo_id == 2}
    store = DecisionStore(data_dir.library)
    store.change(job.album, changes, "merged", dict.fromkeys(changes, Marks()))
    store.close()
    job.regrouped.count += 1
