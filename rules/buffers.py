"""The raw buffers of a column, through the Arrow C stream interface: values and validity bits, nothing copied.

polars itself turns a column that has nulls, or booleans, into numpy some ten times slower than the bits are unpacked.
See https://arrow.apache.org/docs/format/CDataInterface.html; the interface is stable.
"""

from __future__ import annotations

import ctypes
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

GET_POINTER = ctypes.pythonapi.PyCapsule_GetPointer
GET_POINTER.restype, GET_POINTER.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)


class ArrowArray(ctypes.Structure):
    """One chunk of a column."""


RELEASE_ARRAY = ctypes.CFUNCTYPE(None, ctypes.POINTER(ArrowArray))
ArrowArray._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.c_void_p),
    ("dictionary", ctypes.c_void_p),
    ("release", RELEASE_ARRAY),
    ("private_data", ctypes.c_void_p),
]


class ArrowStream(ctypes.Structure):
    """A stream of chunks."""


NEXT = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ArrowStream), ctypes.POINTER(ArrowArray))
RELEASE_STREAM = ctypes.CFUNCTYPE(None, ctypes.POINTER(ArrowStream))
ArrowStream._fields_ = [
    ("get_schema", ctypes.c_void_p),
    ("get_next", NEXT),
    ("get_last_error", ctypes.c_void_p),
    ("release", RELEASE_STREAM),
    ("private_data", ctypes.c_void_p),
]


@dataclass(frozen=True)
class Buffers:
    """The buffers of one chunk of a column: ``values`` (booleans as bits), ``valid`` as bits or None without nulls.

    Bits are least significant first, and ``offset`` is the place of the first value in both. What stands in ``values``
    where a value is null is not defined. They live as long as this does.
    """

    values: NDArray[Any]
    valid: NDArray[np.uint8] | None
    offset: int
    owner: ArrowArray
    bits: bool = False


def buffers(column: pl.Series) -> Buffers:
    """Give the buffers of a column of whole numbers, days, labels (their numbers) or booleans, made one chunk."""
    found = chunks(column.rechunk())
    return found[0] if found else Buffers(np.empty(0, np.uint8), None, 0, ArrowArray())


def chunks(column: pl.Series) -> tuple[Buffers, ...]:
    """Give the buffers of each chunk of such a column, where polars holds them."""
    plain = column.dtype.is_integer() or column.dtype == pl.Boolean
    physical = column if plain else column.to_physical()
    dtype = None if physical.dtype == pl.Boolean else np.dtype(str(physical.dtype).lower())
    capsule = physical.__arrow_c_stream__(None)
    stream = ArrowStream.from_address(GET_POINTER(capsule, b"arrow_array_stream"))
    found: list[Buffers] = []
    while True:
        chunk = ArrowArray()
        if stream.get_next(ctypes.byref(stream), ctypes.byref(chunk)) != 0:
            raise MemoryError(column.name)
        if not chunk.release:
            return tuple(found)
        weakref.finalize(chunk, _release, ArrowArray.from_buffer_copy(chunk))
        found.append(_of_chunk(chunk, dtype))


def _of_chunk(chunk: ArrowArray, dtype: np.dtype[Any] | None) -> Buffers:
    """Give the buffers of a chunk of a type; None is a boolean."""
    length, start = chunk.length, chunk.offset
    bits = (start + length + 7) // 8
    valid = _at(chunk.buffers[0], bits, np.dtype(np.uint8)) if chunk.null_count and chunk.buffers[0] else None
    if dtype is None:
        return Buffers(_at(chunk.buffers[1], bits, np.dtype(np.uint8)), valid, start, chunk, bits=True)
    return Buffers(_at(chunk.buffers[1], start + length, dtype), valid, start, chunk)


class _Memory:
    """Memory that numpy may read where it is; see https://numpy.org/doc/stable/reference/arrays.interface.html."""

    def __init__(self, address: int, count: int, dtype: np.dtype[Any]) -> None:
        self.__array_interface__ = {"version": 3, "data": (address, True), "shape": (count,), "typestr": dtype.str}


def _at(address: int | None, count: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    return np.asarray(_Memory(address, count, dtype)) if count and address else np.empty(0, dtype)


def _release(chunk: ArrowArray) -> None:
    chunk.release(ctypes.byref(chunk))
