"""The steps by which a block of declarations is scored: laid down once, then gone through for each block."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from rules.blocks import Pool, Tables
    from rules.buffers import Buffers
    from rules.domains import Domain
    from rules.inputs import Derived
    from rules.lookup import Capped, Sum, Term
    from rules.tables import Cap

    Array = NDArray[Any]
    Part = Mapping[str, Buffers]


def origin(domain: Domain) -> int:
    """Give what is taken from a value to have its place."""
    return (domain.low if domain.kind == "whole" else 0) - domain.none


def narrow(size: int) -> np.dtype[Any]:
    """Give the type of places below ``size``."""
    return np.dtype(np.uint8 if size <= 2**8 else np.uint16 if size <= 2**16 else np.uint32)


class Steps:
    """What is done to every block of ``size`` declarations, given the number of its first: ``total`` has its scores.

    All arrays are made once, before the first block; each step is one call of numpy on them. A column is read where it
    is first needed, so that what is computed from it finds it in the cache.
    """

    def __init__(self, pool: Pool, tables: Tables, size: int) -> None:
        self.pool, self.tables, self.size = pool, tables, size
        self.steps: list[Callable[[Part, int], object]] = []
        self.places: dict[str, Array] = {}
        self.codes: dict[str, Array] = {}
        self.masks: dict[tuple[str, int, np.dtype[Any]], Array] = {}
        self.rooms: dict[np.dtype[Any], Array] = {}
        self.constants: dict[tuple[int, np.dtype[Any]], Array] = {}
        self.index = np.empty(size, np.intp)
        self.total = self.sum(tables.total)

    def run(self, part: Part, start: int) -> Array:
        """Score the declarations of a part from its number ``start`` on; the array is that of every block."""
        for step in self.steps:
            step(part, start)
        return self.total

    def _step(self, function: Callable[..., object], *arguments: object, **named: object) -> None:
        step = partial(function, *arguments, **named)
        self.steps.append(lambda _part, _start: step())

    def _array(self, dtype: np.dtype[Any]) -> Array:
        return np.empty(self.size, dtype)

    def _room(self, dtype: np.dtype[Any]) -> Array:
        """Give the one array of a type to work in: what it holds lasts until the next input or term."""
        if dtype not in self.rooms:
            self.rooms[dtype] = self._array(dtype)
        return self.rooms[dtype]

    def _constant(self, value: int, dtype: np.dtype[Any]) -> Array:
        """Give an array of one value: against a scalar numpy is ten times slower to find a minimum."""
        if (value, dtype) not in self.constants:
            self.constants[value, dtype] = np.full(self.size, value, dtype)
        return self.constants[value, dtype]

    def place(self, name: str) -> Array:
        """Give the places of the values of an input."""
        if name not in self.places:
            source = self.pool.regulation.derived.get(name)
            self.places[name] = self._read(name) if source is None or source.completes else self._derived(source)
        return self.places[name]

    def _domain(self, name: str) -> Domain:
        return self.pool.regulation.inputs[name]

    def _read(self, name: str) -> Array:
        """Read a column. A number that wraps in its narrow type is back in range once the origin is taken off."""
        domain, size = self._domain(name), self.size
        places = self._array(narrow(domain.size))

        def read(part: Part, start: int) -> None:
            column = part[name]
            first = column.offset + start
            if column.bits:
                np.copyto(places, _unpacked(column.values, first, size))
            else:
                np.copyto(places, column.values[first : first + size], casting="unsafe")

        self.steps.append(read)
        return self._known(name, self._less(places, origin(domain)))

    def _less(self, places: Array, by: int) -> Array:
        if by:
            self._step(np.subtract, places, _wrapped(by, places.dtype), out=places)
        return places

    def _known(self, name: str, places: Array) -> Array:
        """Give null the place 0, whatever stands in the column there."""
        size = self.size

        def known(part: Part, start: int) -> None:
            column = part[name]
            if column.valid is not None:
                np.multiply(places, _unpacked(column.valid, column.offset + start, size), out=places)

        if any(part[name].valid is not None for part in self.pool.parts):
            self.steps.append(known)
        return places

    def _derived(self, source: Derived) -> Array:
        if source.function == "age":
            return self._age(source)
        if source.function == "chosen":
            return self._chosen(source)
        if source.function == "lowest":
            return self._lowest(source)
        places, of = self._array(narrow(source.domain.size)), self._domain(source.of[0])
        self._step(np.copyto, self.index, self.place(source.of[0]))
        self._step(_coded(source, of).take, self.index, None, places, "clip")
        return places

    def _age(self, source: Derived) -> Array:
        name, lived, day, size = source.of[0], self.index, self.pool.day, self.size
        ages = self.pool.ages[name]
        places = self._array(ages.dtype)

        def read(part: Part, start: int) -> None:
            first = part[name].offset + start
            np.subtract(day, part[name].values[first : first + size], out=lived)
            ages.take(lived, None, places, "clip")

        self.steps.append(read)
        return self._known(name, self._less(places, origin(source.domain)))

    def _lowest(self, source: Derived) -> Array:
        least = self._array(narrow(source.domain.size))
        each = [self._moved(name, source.domain) for name in source.of]
        self._step(np.copyto, least, each[0])
        for other in each[1:]:
            self._step(np.minimum, least, other, out=least)
        return least

    def _chosen(self, source: Derived) -> Array:
        selector, optional = self.place(source.of[0]), self._domain(source.of[0]).none
        dtype = narrow(source.domain.size)
        each = [self._moved(name, source.domain) for name in source.of[1:]]
        result, apart = self._array(dtype), self._room(dtype)
        self._step(np.copyto, result, each[-1])
        for label, places in reversed(list(enumerate(each[:-1], start=optional))):
            mask = self._mask(source.of[0], label, dtype)
            self._step(np.bitwise_xor, result, places, out=apart)
            self._step(np.bitwise_and, apart, mask, out=apart)
            self._step(np.bitwise_xor, result, apart, out=result)
        if optional:
            self._keep(result, selector)
        return result

    def _keep(self, places: Array, where: Array) -> None:
        """Turn places to 0 where others are 0."""
        there = self._array(np.dtype(np.bool_))
        self._step(np.not_equal, where, where.dtype.type(0), out=there)
        self._step(np.multiply, places, there.view(np.uint8), out=places)

    def _mask(self, selector: str, label: int, dtype: np.dtype[Any]) -> Array:
        """Give all bits where a selector has a place, and none elsewhere."""
        key = (selector, label, dtype)
        if key not in self.masks:
            place, equal = self.place(selector), self._array(np.dtype(np.bool_))
            self.masks[key] = self._array(dtype)
            self._step(np.equal, place, place.dtype.type(label), out=equal)
            self._step(np.negative, equal.view(np.uint8), out=self.masks[key], dtype=dtype)
        return self.masks[key]

    def _moved(self, name: str, target: Domain) -> Array:
        """Give the places of an input counted from the origin of another domain; null stays 0."""
        domain, dtype = self._domain(name), narrow(target.size)
        places = self.place(name)
        by = origin(domain) - origin(target)
        if not by and places.dtype == dtype:
            return places
        moved = self._array(dtype)
        self._step(np.copyto, moved, places, casting="unsafe")
        if by:
            self._step(np.add, moved, _wrapped(by, dtype), out=moved)
            if domain.none:
                self._keep(moved, places)
        return moved

    def code(self, name: str) -> Array:
        """Give the codes by which tables know an input: its places, and no more than the last that matters."""
        if name not in self.codes:
            code, places = self.tables.codes[name], self.place(name)
            self.codes[name] = places
            if code.domain.kind == "whole" and code.high < code.domain.high - 1:
                most = self._constant(code.high - origin(code.domain), places.dtype)
                self.codes[name] = self._array(narrow(code.size))
                self._step(np.minimum, places, most, out=self.codes[name], casting="unsafe")
        return self.codes[name]

    def sum(self, source: Sum) -> Array:
        """Add terms and capped sums up."""
        result = self._array(self.tables.type)
        self._step(result.fill, 0)
        for term in source.terms:
            self._step(np.add, result, self._looked_up(term), out=result)
        for capped in source.capped:
            self._step(np.add, result, self._capped(capped), out=result)
        return result

    def _looked_up(self, term: Term) -> Array:
        """Look points up by the mixed-radix code of some inputs, in bytes as long as bytes hold it."""
        codes, points = self.tables.codes, self.tables.points[id(term)]
        names = [name for name in term.inputs if codes[name].size > 1]
        if not names:
            return points[:1]
        mixed, *others = [self.code(name) for name in names]  # all of them first: they use the rooms too
        size = codes[names[0]].size
        for name, other in zip(names[1:], others, strict=True):
            size *= codes[name].size
            room = self._room(narrow(size))
            self._step(np.multiply, mixed, room.dtype.type(codes[name].size), out=room)
            self._step(np.add, room, other, out=room)
            mixed = room
        return self._taken(points, mixed)

    def _taken(self, points: Array, code: Array) -> Array:
        found = self._room(points.dtype)
        self._step(np.copyto, self.index, code)
        self._step(points.take, self.index, None, found, "clip")
        return found

    def _capped(self, source: Capped) -> Array:
        """Add up, or take the largest, under a cap."""
        first, *others = [self.sum(inner) for inner in source.sums]
        for other in others:
            self._step(np.maximum if source.largest else np.add, first, other, out=first)
        if source.cap is not None:
            self._step(np.minimum, first, self._limit(source.cap), out=first)
        return first

    def _limit(self, cap: Cap) -> Array:
        if cap.input is None:
            return self._constant(cap.points[0], self.tables.type)
        code = self.tables.codes[cap.input]
        limits = np.array([cap.at({cap.input: value}) for value in code.values], self.tables.type)
        return limits if code.size == 1 else self._taken(limits, self.code(cap.input))


def _unpacked(bits: Array, first: int, count: int) -> Array:
    """Give some bits as bytes, from bit number ``first`` on."""
    found = np.unpackbits(bits[first // 8 : (first + count + 7) // 8], bitorder="little")
    return found[first % 8 : first % 8 + count]


def _wrapped(number: int, dtype: np.dtype[Any]) -> Any:  # noqa: ANN401 - a numpy scalar
    """Give a whole number, negative or not, as an unsigned type wraps it."""
    return dtype.type(number % 2 ** (8 * dtype.itemsize))


def _coded(source: Derived, of: Domain) -> Array:
    """Give the places of what each code stands for, by the place of the code."""
    answers = {value: place for place, value in enumerate(source.domain.answers, start=source.domain.none)}
    stands = [0 if value is None else answers[value] for _, value in source.of_values]
    return np.array([*([0] if of.none else []), *stands], narrow(source.domain.size))
