"""A regulation as one C function for the total and one for the breakdown: the practical limit of a single thread.

The source is generated from the law, compiled by the machine's ``cc -O3 -march=native`` and called through ctypes. It
reads what polars holds: values and validity bits of typed columns, booleans as bits. One loop over the declarations:
inputs are drawn from columns in registers, terms fused into small tables are looked up and added, caps are applied.
Streams are not part of it. ``build`` gives None, and says why, where there is no compiler.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from rules.buffers import buffers
from rules.groups import ROOT
from rules.inputs import EPOCH, days_by_year
from rules.lookup import Compiler

CACHE = 2**14
"""Entries of a fused table: what a core keeps in its own cache beside the others; measured from 2^8 to 2^16."""
CC = ("cc", "-O3", "-march=native", "-shared", "-fPIC")
BLOCK = 512
"""Declarations a block: every loop over one of them stays in the cache, and the compiler makes it vector code."""
C_TYPES = {"i1": "int8_t", "i2": "int16_t", "i4": "int32_t", "u1": "uint8_t", "u2": "uint16_t", "u4": "uint32_t"}
HEAD = """#include <stdint.h>
#include <string.h>
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define EACH _Pragma("GCC ivdep") for (int j = 0; j < BLOCK; j++)
__attribute__((noinline)) static void unpack(const uint8_t *bits, int64_t at, uint8_t *restrict out) {
  if (at & 7) { EACH out[j] = (bits[(at + j) >> 3] >> ((at + j) & 7)) & 1; return; }
  bits += at >> 3;
  for (int64_t q = 0; q < BLOCK / 8; q++) {
    uint64_t x = bits[q] * 0x0101010101010101ULL & 0x8040201008040201ULL;
    x = ((x + 0x7f7f7f7f7f7f7f7fULL) | x) >> 7 & 0x0101010101010101ULL;
    memcpy(out + 8 * q, &x, 8);
  }
}
"""


class Source:
    """Writes the C of one regulation: one short loop over a block for each value that is drawn from others.

    ``k_x`` is the place of the value of input x in its domain, -1 where it is null.
    """

    def __init__(self, regulation, facts_on, entries):
        self.regulation, self.facts_on = regulation, facts_on
        self.compiler = Compiler(regulation, entries)
        self.width = 2 if max(domain.size for domain in regulation.inputs.values()) < 2**15 else 4
        self.columns, self.tables, self.lines, self.made = {}, [], [], {}

    def table(self, values, dtype):
        """Keep a constant table and name it."""
        self.tables.append(np.ascontiguousarray(values, dtype=dtype))
        return f"t{len(self.tables) - 1}"

    def line(self, expression, width=4):
        """Compute a value for the whole block."""
        name = f"m{len(self.lines)}"
        self.lines.append(f"int{8 * width}_t {name}[BLOCK]; EACH {name}[j] = {expression};")
        return f"{name}[j]"

    def input(self, name):
        """Give the variable that holds the place of an input in its domain."""
        if name not in self.made:
            derived = self.regulation.derived.get(name)
            writer = self.attribute if derived is None or derived.completes else getattr(self, derived.function)
            self.made[name] = self.line(writer(derived or self.regulation.inputs[name], name), self.width)
        return self.made[name]

    def low(self, name):
        """Give the least value of an input."""
        domain = self.regulation.inputs[name]
        return domain.low if domain.kind == "whole" else 0

    def column(self, name, value, null):
        """Read a column: ``value`` where there is one, ``null`` elsewhere."""
        at = self.columns.setdefault(name, len(self.columns))
        bits = self.regulation.attributes[name].type == "boolean"
        read = value.format(f"b{at}[j]" if bits else f"v{at}[i + j]")
        return f"u{at}[j] ? {read} : {null}"

    def attribute(self, _, name):
        """Read an attribute as declared."""
        low = self.low(name)
        return self.column(name, f"{{}} - {low}" if low else "{}", -1)

    def age(self, source, _):
        """Look an age up by the day of birth."""
        years = self.regulation.attributes[source.of[0]].years_before or 0
        ages = self.table([-1, *np.repeat(np.arange(years + 1), days_by_year(self.facts_on, years))], "i4")
        lived = self.line(self.column(source.of[0], f"{(self.facts_on - EPOCH).days + 1} - {{}}", 0))
        return f"{ages}[{lived}]"

    def digit(self, source, _):
        """Look up what a code stands for."""
        answers = list(source.domain.answers)
        found = self.table([-1, *[-1 if v is None else answers.index(v) for _, v in source.of_values]], "i4")
        return f"{found}[{self.input(source.of[0])} + 1]"

    listed = digit

    def chosen(self, source, name):
        """Choose one of several inputs by a label."""
        selector = self.input(source.of[0])
        places = [self.shifted(of, self.low(name)) for of in source.of[1:]]
        result = places[-1]
        for at, place in reversed(list(enumerate(places[:-1]))):
            result = f"({selector} == {at} ? {place} : {result})"
        return result if not self.regulation.inputs[source.of[0]].none else f"{selector} < 0 ? -1 : {result}"

    def lowest(self, source, name):
        """Take the least; -1 is under every place, so none if one is none."""
        result = self.shifted(source.of[0], self.low(name))
        for of in source.of[1:]:
            other = self.shifted(of, self.low(name))
            result = self.line(f"MIN({result}, {other})", self.width)
        return result

    def shifted(self, name, low):
        """Give the place of an input counted from another least value."""
        place, by = self.input(name), self.low(name) - low
        return place if not by else f"({place} < 0 ? -1 : {place} + {by})"

    def code(self, name):
        """Give the code by which tables know the value of an input."""
        code, place = self.compiler.codes[name], self.input(name)
        read = place
        if code.domain.kind == "whole" and code.high < code.domain.high - 1:
            read = f"MIN({place}, {code.high - code.domain.low})"
        null = code.values.index(None) if None in code.values else None
        if null is None:
            return read
        return f"({read} + 1)" if null == 0 else f"({place} < 0 ? {null} : {read})"

    def sum(self, source):
        """Add terms up, and capped sums."""
        pieces = [self.term(term) for term in source.terms] + [self.capped(one) for one in source.capped]
        return " + ".join(pieces) or "0"

    def term(self, term):
        """Look a term up in its fused table."""
        code = f"(int32_t){self.code(term.inputs[0])}" if term.inputs else "0"
        for name in term.inputs[1:]:
            code = f"({code} * {self.compiler.codes[name].size} + {self.code(name)})"
        return self.line(f"{self.table(self.compiler.array(term), 'i4')}[{self.line(code)}]")

    def capped(self, source):
        """Hold sums under a cap."""
        return self.under([self.line(self.sum(inner)) for inner in source.sums], source.cap, largest=source.largest)

    def under(self, sums, cap, *, largest):
        """Add up, or take the largest, under a cap."""
        result = " + ".join(sums)
        if len(sums) == 1 and cap is None:
            return sums[0]
        if largest:
            result = sums[0]
            for other in sums[1:]:
                result = self.line(f"MAX({result}, {other})")
        if cap is None:
            return self.line(result)
        limit = str(cap.points[0])
        if cap.input is not None:
            values = self.compiler.codes[cap.input].values
            table = self.table([cap.at({cap.input: value}) for value in values], "i4")
            limit = self.line(f"{table}[{self.code(cap.input)}]")
        uncapped = self.line(result)
        return self.line(f"MIN({uncapped}, {limit})")

    def total(self):
        """Write the score alone."""
        return {ROOT: self.sum(self.compiler.merge(self.compiler.split(self.regulation.parts[ROOT])))}

    def parts(self):
        """Write the points of every criterion, every group, and the score."""
        points = {}
        for part in self.regulation.criteria:
            points[part.id] = self.line(self.sum(self.compiler.merge(self.compiler.split(part))))
        for group in self.regulation.groups:
            cap = group.cap if self.compiler.binds(group) else None
            points[group.id] = self.under([points[m] for m in group.members], cap, largest=group.how == "max")
        return points


class Kernel:
    """One compiled C function."""

    def __init__(self, regulation, facts_on, entries, *, breakdown):
        self.source = Source(regulation, facts_on, entries)
        self.results = self.source.parts() if breakdown else self.source.total()
        self.names = [name if name == ROOT else f"{name}_points" for name in self.results]
        self.functions = {}

    def text(self, types):
        """Write the function for columns of these types: None is a boolean."""
        tables = self.source.tables
        head = [f"const {ctype or 'uint8_t'} *restrict v{at} = values[{at}];" for at, ctype in types]
        head += [f"const {C_TYPES[t.dtype.str[1:]]} *restrict t{i} = tables[{i}];" for i, t in enumerate(tables)]
        head += [f"int32_t *restrict r{i} = out[{i}];" for i in range(len(self.results))]
        head += [f"uint8_t u{at}[BLOCK], b{at}[BLOCK]; memset(u{at}, 1, BLOCK);" for at, _ in types]
        block = [f"if (valid[{at}]) unpack(valid[{at}], offsets[{at}] + i, u{at});" for at, _ in types]
        block += [f"unpack(v{at}, offsets[{at}] + i, b{at});" for at, ctype in types if ctype is None]
        block += self.source.lines
        block += [f"EACH r{i}[i + j] = {value};" for i, value in enumerate(self.results.values())]
        return (
            f"#define BLOCK {BLOCK}\n{HEAD}void score(int64_t n, const void **values, const uint8_t **valid, "
            "const int64_t *offsets, const void **tables, int32_t **out) {\n"
            + "\n".join(head)
            + "\nfor (int64_t i = 0; i < n; i += BLOCK) {\nif (i > n - BLOCK) i = n - BLOCK;\n"
            + "\n".join(block)
            + "\n}\n}\n"
        )

    def function(self, types):
        """Compile for columns of these types, once."""
        if types not in self.functions:
            with tempfile.TemporaryDirectory() as folder:
                source, library = Path(folder) / "score.c", Path(folder) / "score.so"
                source.write_text(self.text(types), encoding="utf-8")
                subprocess.run([*CC, "-o", str(library), str(source)], check=True)
                self.functions[types] = ctypes.CDLL(str(library)).score
        return self.functions[types]

    def __call__(self, frame):
        """Run over a frame of typed columns, however many: the last block is the last ``BLOCK`` rows."""
        if frame.height < BLOCK:
            return self(pl.concat([frame] * -(-BLOCK // frame.height))).head(frame.height) if frame.height else None
        columns = [frame[name] for name in self.source.columns]
        read = [buffers(column) for column in columns]
        bits = [column.dtype == pl.Boolean for column in columns]
        steps = [0 if bit else found.offset * found.values.itemsize for bit, found in zip(bits, read, strict=True)]
        pairs = zip(read, steps, strict=True)
        values = (ctypes.c_void_p * len(read))(*[found.values.ctypes.data + step for found, step in pairs])
        valid = (ctypes.c_void_p * len(read))(
            *[None if found.valid is None else found.valid.ctypes.data for found in read]
        )
        offsets = (ctypes.c_int64 * len(read))(*[found.offset for found in read])
        kinds = [None if bit else C_TYPES[found.values.dtype.str[1:]] for bit, found in zip(bits, read, strict=True)]
        tables = (ctypes.c_void_p * len(self.source.tables))(*[table.ctypes.data for table in self.source.tables])
        results = [np.empty(frame.height, np.int32) for _ in self.names]
        out = (ctypes.c_void_p * len(results))(*[result.ctypes.data for result in results])
        score = self.function(tuple(enumerate(kinds)))
        score(ctypes.c_int64(frame.height), values, valid, offsets, tables, out)
        return pl.DataFrame([frame["declaration_id"], *map(pl.Series, self.names, results)])


class CKernel:
    """A regulation in C: ``score(frame)`` and ``breakdown(frame)``, frames typed as ``conform`` leaves them."""

    def __init__(self, regulation, facts_on, entries=CACHE):
        self.score = Kernel(regulation, facts_on, entries, breakdown=False)
        self.breakdown = Kernel(regulation, facts_on, entries, breakdown=True)

    @staticmethod
    def take(frame):
        """Read the columns where polars holds them."""
        return frame

    @staticmethod
    def read(result):
        """Give the frame."""
        return result


def build(regulation, facts_on, entries=CACHE):
    """Compile a regulation; None where there is no C compiler. Levels are read as declared, never from tests."""
    if shutil.which("cc") is None:
        print("No C compiler (cc): the C kernel is left out.", file=sys.stderr)
        return None
    return CKernel(replace(regulation, streams=()), facts_on, entries)
