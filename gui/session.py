"""Where the photographer was in each album: view, filter, order, photo, zoom, thumbnail size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from PySide6.QtCore import QObject, Slot

from engine.library.marks import MOST_STARS
from engine.paths import DataDir
from engine.types import Decision, Label
from gui.album_model import AlbumModel
from gui.album_run import AlbumRun
from gui.cell_layout import DEFAULT_SIZE, SIZES
from gui.choosing import Choosing
from gui.criteria import TRAITS, Criteria, Filter
from gui.kept_file import KeptFile
from gui.ordering import Ordering, SortBy
from gui.view_state import MOST_ZOOM, View
from gui.views import Views

KEPT = 100  # albums


class Place(BaseModel):
    """Where one was in an album."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    view: Literal["grid", "loupe", "compare", "survey"] = "grid"
    photo: str | None = None  # name
    zoom: float | None = Field(default=None, gt=0, le=MOST_ZOOM)
    x: float = Field(default=0.5, ge=0, le=1)
    y: float = Field(default=0.5, ge=0, le=1)
    decisions: frozenset[Decision] = frozenset()
    traits: frozenset[Filter] = frozenset()
    stars: int = Field(default=0, ge=0, le=MOST_STARS)
    labels: frozenset[Label] = frozenset()
    text: str = ""
    sort: SortBy = SortBy.CAPTURE
    reverse: bool = False
    grouped: bool = True
    size: int = Field(default=DEFAULT_SIZE, ge=0, lt=len(SIZES))

    @property
    def criteria(self) -> Criteria:
        # Which photos a model changed is not known before one is switched off again.
        traits = (self.traits & TRAITS.keys()) - {Filter.CHANGED}
        return Criteria(self.decisions, frozenset(traits), self.stars, self.labels, self.text)

    @property
    def ordering(self) -> Ordering:
        return Ordering(self.sort, self.reverse, self.grouped)


class Places:
    """The places of the last albums, in a file of the data directory."""

    def __init__(self, data_dir: DataDir) -> None:
        self._file = KeptFile(data_dir.root / "places.json", "Places")

    def get(self, album: Path) -> Place | None:
        """Return where one was; None where that is not known or cannot be read."""
        known = self._read().get(str(album))
        try:
            return None if known is None else Place.model_validate(known)
        except ValidationError as error:
            self._file.note_unreadable(error)
            return None

    def put(self, album: Path, place: Place) -> None:
        """Remember a place."""
        places = {name: known for name, known in self._read().items() if name != str(album)}
        places[str(album)] = place.model_dump(mode="json")
        self._file.write(json.dumps(dict(list(places.items())[-KEPT:])))

    def _read(self) -> dict[str, object]:
        found = self._file.read_json()
        return found if isinstance(found, dict) else {}


class Session(QObject):
    """Notes the place when an album is left, and goes back to it when it is opened again."""

    def __init__(
        self,
        data_dir: DataDir,
        run: AlbumRun,
        model: AlbumModel,
        views: Views,
        choosing: Choosing,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._places = Places(data_dir)
        self._run, self._model, self._views, self._choosing = run, model, views, choosing
        self._place = Place()
        self._returned = True  # whether the place of before was gone back to, or need not be any more
        self._wanted: Path | None = None  # a file to stand on, wherever one was before
        run.leaving.connect(self.save)
        run.begun.connect(self._begin)
        run.listed.connect(self._go_to_wanted)
        run.ordered.connect(self._return)

    def stand_on(self, file: Path | None) -> None:
        """Have the album that is opened next stand on this photo, not where one was before."""
        self._wanted = file

    @Slot()
    def save(self) -> None:
        if self._run.album is not None and self._model.total:
            self._places.put(self._run.album, self._here())

    def _here(self) -> Place:
        here = self._seen()
        if self._returned or not self._views.grid.untouched:
            return here
        # The album is left before its groups are known: one was nowhere else since.
        before = self._place.model_dump(include={"view", "photo", "zoom", "x", "y"})
        return here.model_copy(update=before)

    def _seen(self) -> Place:
        criteria, ordering = self._model.criteria, self._model.ordering
        current, views = self._views.grid.current, self._views
        view = views.loupe.canvas.view
        rooms = {views.loupe: "loupe", views.compare: "compare", views.survey: "survey"}
        return Place.model_validate(
            {
                "view": rooms.get(views.currentWidget(), "grid"),
                "photo": current.photo.name if current else None,
                **{"zoom": view.zoom, "x": view.x, "y": view.y},
                **{"decisions": criteria.decisions, "traits": criteria.traits, "stars": criteria.stars},
                **{"labels": criteria.labels, "text": criteria.text},
                **{"sort": ordering.by, "reverse": ordering.reverse, "grouped": ordering.grouped},
                "size": views.grid.size_step,
            }
        )

    @Slot(int)
    def _begin(self, _job: int) -> None:
        assert self._run.album is not None
        size = self._views.grid.size_step
        self._place, self._returned = self._places.get(self._run.album) or Place(size=size), False
        self._views.grid.set_size_step(self._place.size)
        self._model.set_ordering(self._place.ordering)
        self._choosing.apply(self._place.criteria)

    @Slot()
    def _go_to_wanted(self) -> bool:
        """Stand on the photo that was asked for, if it is here, with no filter where that would hide it."""
        wanted = next((e for e in self._model.entries() if self._wanted in e.photo.files), None)
        if wanted is not None:
            if not self._model.passes(wanted.photo.id):
                self._choosing.apply(Criteria())
            self._views.grid.go_to(wanted.photo.id)
        return wanted is not None

    @Slot()
    def _return(self) -> None:
        """Go back once the first groups are known, unless the photographer has gone somewhere already."""
        self._returned = True
        stands = not self._views.grid.untouched or self._go_to_wanted()
        self._wanted = None
        if stands:
            return
        named = (entry for entry in self._model.entries() if entry.photo.name == self._place.photo)
        entry = next(named, None)
        if entry is None:
            self._views.grid.go_to_row(0)
            return
        self._views.grid.go_to(entry.photo.id)
        shows = {"loupe": self._views.show_loupe, "compare": self._views.show_compare}
        shows |= {"survey": self._views.show_survey, "grid": self._views.show_grid}
        shows[self._place.view]()
        if self._place.view == "loupe":
            self._views.loupe.canvas.show_view(View(self._place.zoom, self._place.x, self._place.y))
            self._views.loupe.refresh()
