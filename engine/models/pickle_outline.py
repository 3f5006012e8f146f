"""Walks through a checkpoint's pickle as data: nothing is looked up, imported or executed.

The names in it stand for what the outline of a checkpoint needs: the shape of a tensor, the size of what
holds its numbers, plain numbers, pure paths. The steps are those that PyTorch's own careful reader takes.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from engine.models.checkpoint import PATH_KINDS, ScalarType, scalar

MAX_RANK = 8  # of a tensor
MAX_SIZE = 2**48
BYTES = {
    **{"Double": 8, "Long": 8, "ComplexFloat": 8, "Float": 4, "Int": 4},
    **{"Half": 2, "BFloat16": 2, "Short": 2, "Char": 1, "Byte": 1, "Bool": 1, "Untyped": 1},
}
_VALUES = {"BININT", "BININT1", "BININT2", "BINFLOAT", "BINUNICODE", "SHORT_BINSTRING", "LONG1"}
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_NOTHING = {"PROTO", "STOP"}


class BeyondUsError(Exception):
    """The file holds what this reader does not know; PyTorch may."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A tensor of which only the shape was read."""

    shape: tuple[int, ...]

    @property
    def ndim(self) -> int:
        return len(self.shape)


@dataclass(frozen=True, slots=True)
class Storage:
    """Numbers of a file that were not read: under which name, how many bytes."""

    key: str
    bytes: int


class PickleOutline:
    """One pickle: `value` is what it holds, `storages` what it wants of the rest of the file."""

    def __init__(self, file: IO[bytes]) -> None:
        """Read up to the pickle's end. Raises BeyondUsError."""
        self.storages: list[Storage] = []
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}
        try:
            for code, value, _ in pickletools.genops(file):
                self._step(code.name, value)
            (self.value,) = self._stack
        except Exception as error:  # odd pickles make it raise anything at all
            raise BeyondUsError(f"{type(error).__name__}: {error}") from error

    def _step(self, name: str, value: Any) -> None:
        if name in _VALUES:
            self._stack.append(value)
        elif name in _CONSTANTS:
            self._stack.append(_CONSTANTS[name])
        elif name in _TUPLES:
            self._stack.append(tuple(self._last(_TUPLES[name])))
        elif name not in _NOTHING:
            _STEPS[name](self, value)

    def _last(self, count: int) -> list[Any]:
        found = self._stack[-count:]
        del self._stack[-count:]
        return found

    def _to_mark(self) -> list[Any]:
        return self._last(len(self._stack) - at) if (at := self._marks.pop()) < len(self._stack) else []

    def _mark(self, _: Any) -> None:
        self._marks.append(len(self._stack))

    def _empty_list(self, _: Any) -> None:
        self._stack.append([])

    def _empty_dict(self, _: Any) -> None:
        self._stack.append({})

    def _tuple(self, _: Any) -> None:
        self._stack.append(tuple(self._to_mark()))

    def _append(self, _: Any) -> None:
        added = self._last(1)
        self._into(list).extend(added)

    def _appends(self, _: Any) -> None:
        added = self._to_mark()
        self._into(list).extend(added)

    def _set_item(self, _: Any) -> None:
        self._set(self._last(2))

    def _set_items(self, _: Any) -> None:
        self._set(self._to_mark())

    def _set(self, pairs: list[Any]) -> None:
        into = self._into(dict)
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            # Tuples within tuples would take for ever to be hashed.
            if not isinstance(key, str | int | float | bool | None):
                raise BeyondUsError("an unusual key")
            into[key] = value

    def _into(self, kind: type) -> Any:
        if type(self._stack[-1]) is not kind:
            raise BeyondUsError(f"no {kind.__name__} to put something into")
        return self._stack[-1]

    def _get(self, place: int) -> None:
        self._stack.append(self._memo[place])

    def _put(self, place: int) -> None:
        self._memo[place] = self._stack[-1]

    def _name(self, name: str) -> None:
        self._stack.append(_stand_in(name.replace(" ", ".", 1)))

    def _call(self, _: Any) -> None:
        stand_in, given = self._last(2)
        self._stack.append(stand_in(*given))

    def _build(self, _: Any) -> None:
        state = self._stack.pop()
        if isinstance(self._stack[-1], ScalarType):
            self._stack[-1].__setstate__(state)  # attributes of anything else (`_metadata`) are not needed

    def _storage(self, _: Any) -> None:
        kind, width, key, _, count = self._stack.pop()[:5]
        if kind != "storage" or not isinstance(width, int) or not isinstance(key, str) or not is_size(count):
            raise BeyondUsError("an unknown kind of storage")
        self.storages.append(Storage(key, width * count))
        self._stack.append(self.storages[-1])


_STEPS: dict[str, Callable[[PickleOutline, Any], None]] = {
    "MARK": PickleOutline._mark,
    "EMPTY_LIST": PickleOutline._empty_list,
    "EMPTY_DICT": PickleOutline._empty_dict,
    "TUPLE": PickleOutline._tuple,
    "APPEND": PickleOutline._append,
    "APPENDS": PickleOutline._appends,
    "SETITEM": PickleOutline._set_item,
    "SETITEMS": PickleOutline._set_items,
    "BINGET": PickleOutline._get,
    "LONG_BINGET": PickleOutline._get,
    "BINPUT": PickleOutline._put,
    "LONG_BINPUT": PickleOutline._put,
    "GLOBAL": PickleOutline._name,
    "REDUCE": PickleOutline._call,
    "NEWOBJ": PickleOutline._call,
    "BUILD": PickleOutline._build,
    "BINPERSID": PickleOutline._storage,
}


def is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MAX_SIZE


def _tensor(storage: object, _offset: object, size: object, *_: object) -> Shape:
    if not isinstance(storage, Storage) or not isinstance(size, tuple):
        raise BeyondUsError("a tensor of no usual kind")
    if len(size) > MAX_RANK or not all(map(is_size, size)):
        raise BeyondUsError("a tensor of an odd shape")
    return Shape(size)


def _parameter(data: object, *_: object) -> object:
    return data


def _mapping(*pairs: object) -> dict[Any, Any]:
    if pairs:
        raise BeyondUsError("a mapping made of pairs")
    return {}


def _bytes_of(text: str, codec: str) -> bytes:
    """How protocol 2 writes bytes."""
    if codec != "latin1":
        raise BeyondUsError("an unusual codec")
    return text.encode("latin1")


_STAND_INS: dict[str, Callable[..., Any]] = {
    "collections.OrderedDict": _mapping,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": _parameter,
    "torch.Size": tuple,
    "numpy.core.multiarray.scalar": scalar,
    "numpy._core.multiarray.scalar": scalar,
    "numpy.dtype": ScalarType,
    "_codecs.encode": _bytes_of,
    **{name: kind for kind, name in PATH_KINDS},
}


def _stand_in(name: str) -> Callable[..., Any] | int:
    """Return what a name stands for; of a storage, how many bytes one of its numbers has."""
    if name in _STAND_INS:
        return _STAND_INS[name]
    module, _, last = name.rpartition(".")
    kind = last.removesuffix("Storage")
    if module not in ("torch", "torch.storage") or kind == last or kind not in BYTES:
        raise BeyondUsError(f"an unknown name: {name[:80]}")
    return BYTES[kind]
