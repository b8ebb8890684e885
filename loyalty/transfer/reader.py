"""Reads a CSV file row by row, from any row's first byte on, and survives whatever stands in it."""

import csv
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO
from unicodedata import normalize

MAX_LINE = 1024 * 1024
MAX_COLUMNS = 500
MAX_NAME = 100
DELIMITERS = ",;\t|"
BOM = b"\xef\xbb\xbf"
UNCLOSED = "A quotation mark opens in this row and does not close in it"
OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff")


class UnreadableFile(Exception):
    """The file as a whole cannot be imported; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Header:
    names: tuple[str, ...]
    delimiter: str
    # Where the rows begin.
    offset: int
    lines: int


@dataclass(slots=True)
class Line:
    """A row: its cells, or what is wrong with it. `number` is that of its first line in the file."""

    number: int
    cells: list[str]
    fault: str = ""


class _Lines(Iterator[str]):
    """The lines of the file as text; knows where it is. A faulty line is delivered as far as possible, so that the
    quotes around it keep their meaning, and noted."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.seek(0, 0)

    def seek(self, offset: int, lines: int) -> None:
        self.file.seek(offset)
        self.offset, self.lines = offset, lines
        self.begin()

    def begin(self) -> None:
        """A new row starts here."""
        self.fault, self.is_plain, self.length = "", True, 0

    def __next__(self) -> str:
        raw = self.file.readline(MAX_LINE + 1)
        if not raw:
            raise StopIteration
        self.lines += 1
        self.offset += len(raw)
        self.length += len(raw)
        if self.length > MAX_LINE:
            self._skip_rest(raw)
            raise csv.Error("too long")
        if b"\0" in raw:
            self.fault = self.fault or "The row contains a NUL character: save the file as CSV with UTF-8 again"
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            self.fault = self.fault or "The row is not UTF-8: save the file as “CSV UTF-8”"
            text = raw.decode(errors="replace")
        if not text.isascii():
            self.is_plain = False
        return text

    def _skip_rest(self, raw: bytes) -> None:
        while raw and not raw.endswith(b"\n"):
            raw = self.file.readline(MAX_LINE)
            self.offset += len(raw)


class Reader:
    """The rows of a file; `offset` and `lines` say where the next one begins."""

    def __init__(self, file: BinaryIO) -> None:
        self._lines = _Lines(file)
        self.header = _read_header(self._lines)
        self.seek(self.header.offset, self.header.lines)

    @property
    def offset(self) -> int:
        return self._lines.offset

    @property
    def lines(self) -> int:
        return self._lines.lines

    def seek(self, offset: int, lines: int) -> None:
        self._lines.seek(offset, lines)
        self._csv = csv.reader(self._lines, delimiter=self.header.delimiter, strict=True)

    def rows(self, until: int = sys.maxsize) -> Iterator[Line]:
        """The rows up to the first that ends at or beyond this byte. Rows without any content are left out."""
        lines, width = self._lines, len(self.header.names)
        while lines.offset < until:
            offset, before, fault = lines.offset, lines.lines, ""
            lines.begin()
            cells: list[str] = []
            try:
                cells = next(self._csv)
            except StopIteration:
                return
            except csv.Error as error:
                fault = _reason(str(error))
            if not fault and len(cells) != width and any(cells):
                fault = f"The row has {len(cells)} columns, the header has {width}"
            if fault and lines.lines > before + 1:
                # A quote that never closes swallows the rows after it: they are read again without it.
                fault = UNCLOSED
                self._skip_line(offset, before)
            if fault or any(cells):
                plain = cells if lines.is_plain else [normalize("NFC", cell) for cell in cells]
                yield Line(before + 1, plain, fault or lines.fault)

    def _skip_line(self, offset: int, before: int) -> None:
        self.seek(offset, before)
        with suppress(csv.Error):
            next(self._lines)


def _reason(error: str) -> str:
    if "too long" in error:
        return f"The row is longer than {MAX_LINE // 1024:,} kB"
    if "field larger" in error:
        return f"A cell is longer than {csv.field_size_limit():,} characters"
    if "new-line" in error:
        return "A line break stands in a cell without quotation marks around it"
    if "unexpected end" in error:
        return UNCLOSED
    return "A quotation mark stands in the wrong place: double it inside a cell"


def _read_header(lines: _Lines) -> Header:
    first = lines.file.readline(MAX_LINE + 1)
    if first.startswith(OTHER_ENCODINGS):
        raise UnreadableFile("The file is UTF-16: save it as “CSV UTF-8”.")
    start = len(BOM) if first.startswith(BOM) else 0
    if not first[start:].strip():
        raise UnreadableFile("The file has no header: its first line must name the columns.")
    delimiter = _delimiter(first[start:].decode(errors="replace"))
    lines.seek(start, 0)
    try:
        names = [name.strip() for name in next(csv.reader(lines, delimiter=delimiter, strict=True))]
    except csv.Error as error:
        raise UnreadableFile(f"The header cannot be read. {_reason(str(error))}.") from None
    if lines.fault:
        raise UnreadableFile(lines.fault.replace("The row", "The header") + ".")
    return Header(_checked([normalize("NFC", name) for name in names]), delimiter, lines.offset, lines.lines)


def _delimiter(header: str) -> str:
    """Of comma, semicolon, tab and bar the one that stands most often between the names."""
    bare = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


def _checked(names: list[str]) -> tuple[str, ...]:
    if len(names) > MAX_COLUMNS:
        raise UnreadableFile(f"The file has {len(names):,} columns; at most {MAX_COLUMNS} can be imported.")
    for place, name in enumerate(names, 1):
        if not name:
            raise UnreadableFile(f"Column {place} has no name: name it in the first line, or remove it.")
        if len(name) > MAX_NAME or not name.isprintable():
            raise UnreadableFile(f"The name of column {place} must have at most {MAX_NAME} printable characters.")
        if name in names[: place - 1]:
            raise UnreadableFile(f"Two columns are named “{name}”: rename or remove one.")
    return tuple(names)
