"""Checkpoint files that mean harm: they run code, fill memory, hang, or break what reads them."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import torch

GOOD = "head.0.weight"


class Call:
    """Calls a function when it is unpickled."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


# A small assembler of pickles, for what Python itself would never write.
def named(module: str, name: str) -> bytes:
    return f"c{module}\n{name}\n".encode()


def text(value: str) -> bytes:
    encoded = value.encode()
    return b"X" + struct.pack("<I", len(encoded)) + encoded


def number(value: int) -> bytes:
    encoded = value.to_bytes((value.bit_length() + 8) // 8, "little", signed=True)
    return b"\x8a" + bytes([len(encoded)]) + encoded


def group(*parts: bytes) -> bytes:
    return b"(" + b"".join(parts) + b"t"


def called(module: str, name: str, *arguments: bytes) -> bytes:
    return named(module, name) + group(*arguments) + b"R"


def mapping(entries: Mapping[str, bytes]) -> bytes:
    return b"}(" + b"".join(text(key) + value for key, value in entries.items()) + b"u"


def tensor(sizes: tuple[int, ...], strides: tuple[int, ...], numbers: int = 6, offset: int = 0) -> bytes:
    storage = group(text("storage"), named("torch", "FloatStorage"), text("0"), text("cpu"), number(numbers))
    shape, steps = (group(*map(number, each)) for each in (sizes, strides))
    hooks = named("collections", "OrderedDict") + b")R"
    return called(
        "torch._utils", "_rebuild_tensor_v2", storage + b"Q", number(offset), shape, steps, b"\x89", hooks
    )


def assembled(body: bytes) -> bytes:
    """A .pt file with this pickle and one storage of six floats."""
    return zipped({"a/data.pkl": b"\x80\x02" + body + b".", "a/data/0": bytes(24), "a/version": b"3\n"})


def with_entry(key: str, value: bytes) -> bytes:
    """A file that is in order but for one entry beside its tensors."""
    state = mapping({GOOD: tensor((2, 3), (3, 1))})
    return assembled(mapping({"model_state_dict": state, key: value}))


def with_tensor(value: bytes, name: str = GOOD) -> bytes:
    return assembled(mapping({"model_state_dict": mapping({name: value})}))


def zipped(entries: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def saved(content: object, *, new: bool = True) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer, _use_new_zipfile_serialization=new)
    return buffer.getvalue()


def safetensors(header: bytes, data: bytes = bytes(4), length: int | None = None) -> bytes:
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def hostile_contents(canary: Path) -> dict[str, bytes]:
    """Files by name. Those that could run code would make `canary`."""
    return {**code_contents(canary), **_greedy(), **_broken()}


def code_contents(canary: Path) -> dict[str, bytes]:
    make = Call(os.mkdir, str(canary))
    state = {GOOD: torch.ones(2, 3)}
    shell = f"__import__('os').mkdir({str(canary)!r})"
    stack_global = pickle.dumps(make, 4)
    files = {
        "code as the whole.pt": saved(make),
        "code in the config.pt": saved({"model_state_dict": state, "config": {"model": {"backbone": make}}}),
        "code as the state.pt": saved({"model_state_dict": make}),
        "code as a tensor.pt": saved({"model_state_dict": {GOOD: make}}),
        "code as a key.pt": with_entry("config", b"}(" + called("os", "mkdir", text(str(canary))) + b"Nu"),
        "code in an old file.pt": saved({"model_state_dict": state, "config": make}, new=False),
        "code nested.pt": saved({"config": [({"a": [Call(eval, shell)]},)], "model_state_dict": state}),
        "code by a method.pt": saved(Call(getattr, make, "call")),
        "code of torch.pt": with_entry("x", called("torch.serialization", "load", text("/etc/passwd"))),
        "code of numpy.pt": with_entry("x", called("numpy", "load", text("/etc/passwd"))),
        "code by BUILD.pt": with_entry("x", named("os", "environ") + b"}b"),
        "code by NEWOBJ.pt": with_entry("x", named("subprocess", "Popen") + group(text("true")) + b"\x81"),
        "code by INST.pt": with_entry("x", b"(" + text(str(canary)) + b"ios\nmkdir\n"),
        "code by STACK_GLOBAL.pt": zipped({"a/data.pkl": stack_global, "a/version": b"3\n"}),
        "code in a second pickle.pt": zipped({"a/b/data.pkl": stack_global, "a/data.pkl": b"\x80\x02}."}),
        "code by a model object.pt": saved(torch.nn.Linear(2, 2)),
    }
    for protocol in range(6):
        files[f"bare pickle of protocol {protocol}.pt"] = pickle.dumps(make, protocol)
    return files


def _greedy() -> dict[str, bytes]:
    """Small files that ask for gigabytes, or for hours."""
    doubling = b"]" + b"".join(b"q%c(" % k + (b"h%c" % k) * 10 + b"t" for k in range(1, 60))
    vast_type = called("numpy", "dtype", text("V2000000000"), b"\x89", b"\x88")
    slow = called("_codecs", "encode", text("ü" * 300_000), text("punycode"))
    nested = json.dumps({"__metadata__": {"config": "[" * 100_000}, "a": _ENTRY}).encode()
    return {
        "six gigabytes of bytes.pt": with_entry("x", called("builtins", "bytearray", number(6 * 10**9))),
        "scalar of two gigabytes.pt": with_entry("x", called("numpy._core.multiarray", "scalar", vast_type)),
        "slow codec.pt": with_entry("x", slow),
        "tuples doubling.pt": with_entry("config", mapping({"model": doubling})),
        "lists in lists.pt": with_entry("config", mapping({"model": b"]" * 100_000 + b"a" * 99_999})),
        "zip bomb.pt": zipped(
            {"a/data.pkl": b"\x80\x02}.", "a/data/0": bytes(1100 * 2**20)}, zipfile.ZIP_DEFLATED
        ),
        "pickle bomb.pt": zipped({"a/data.pkl": b"\x80\x02" + b"]" * 2**26}, zipfile.ZIP_DEFLATED),
        "many entries.pt": zipped({"a/data.pkl": b"\x80\x02}."} | {f"a/{k}": b"" for k in range(60_000)}),
        "strides of nought.pt": with_tensor(tensor((10**6, 10**6), (0, 0))),
        "vast shape.pt": with_tensor(tensor((10**15,), (1,))),
        "vast storage.pt": with_tensor(tensor((10**10,), (1,), numbers=10**10)),
        "vast header.safetensors": safetensors(b"{}", length=2**62),
        "vast shape.safetensors": safetensors(_header({"a": {**_ENTRY, "shape": [10**12, 10**12]}})),
        "lists in lists.safetensors": safetensors(nested),
        "long name.pt": with_tensor(tensor((2, 3), (3, 1)), "n" * 10**6),
        "long value.pt": with_entry("config", mapping({"model": mapping({"backbone": text("x\n" * 10**5)})})),
    }


_ENTRY = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}


def _header(entries: object) -> bytes:
    return json.dumps(entries).encode()


def _broken() -> dict[str, bytes]:
    whole = saved({"model_state_dict": {GOOD: torch.ones(2, 3)}})
    hidden = named("collections", "OrderedDict") + b")R}(" + text("items") + b"K\x05ub"
    old = saved({GOOD: torch.ones(200, 3)}, new=False)
    reader_fooled = whole.replace(b"PK\x05\x06", b"PK\x05\x06" + bytes(18) + b"PK\x05\x06")
    meta = called(
        "torch._utils", "_rebuild_meta_tensor_no_storage", named("torch", "float32"), group(number(2))
    )
    return {
        "empty.pt": b"",
        "text.pt": b"this is text, not a checkpoint\n" * 50,
        "noughts.pt": bytes(5000),
        "cut off.pt": whole[: len(whole) // 2],
        "end cut off.pt": whole[:-30],
        "old and cut off.pt": old[: len(old) // 2],
        "start of a zip.pt": b"PK\x03\x04",
        "two ends.pt": reader_fooled,
        "something before it.pt": whole[:4] + whole,
        "storage that is too short.pt": with_tensor(tensor((1000,), (1,), numbers=1000)),
        "offset outside.pt": with_tensor(tensor((2, 3), (3, 1), offset=10**9)),
        "negative strides.pt": with_tensor(tensor((2, 3), (-3, -1))),
        "meta tensor.pt": with_tensor(meta),
        "complex numbers.pt": saved({GOOD: torch.ones(2, 3, dtype=torch.complex64)}),
        "sparse tensor.pt": saved({GOOD: torch.ones(2, 3).to_sparse()}),
        "numbers for names.pt": saved({3: torch.ones(1)}),
        "a list.pt": saved([torch.ones(1)]),
        "state that hides its items.pt": assembled(mapping({"model_state_dict": hidden})),
        "config that hides its keys.pt": with_entry("config", hidden.replace(b"items", b"get__")),
        "control codes.pt": with_tensor(tensor((2, 3), (3, 1)), "evil\n\x1b[31mname"),
        "no header.safetensors": b"\x02\0\0",
        "overlapping.safetensors": safetensors(_header({"a": _ENTRY, "b": _ENTRY})),
        "text.safetensors": b"this is text, not a checkpoint\n" * 50,
        "a pickle.safetensors": pickle.dumps({"a": 1}),
    }
