"""Reads a CSV file row by row, from any row's first byte on, and survives whatever stands in it."""

import csv
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO
from unicodedata import normalize

from loyalty.disarming import rearmed

from .cells import is_shortened

MAX_LINE = 1024 * 1024
MAX_COLUMNS = 500
MAX_NAME = 100
DELIMITERS = ",;\t|"
BOM = b"\xef\xbb\xbf"
UNCLOSED = "A quotation mark opens in this row and does not close in it"
OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff")
SHORTENED = "The spreadsheet shortened this number, its last digits are lost: format the column as text, enter it again"
# What other files begin with, and the cure.
OTHER_FILES = (
    (b"PK\x03\x04", "The file is a workbook (.xlsx, .ods) or an archive: save the sheet as “CSV UTF-8”."),
    (b"\xd0\xcf\x11\xe0", "The file is a workbook (.xls): save the sheet as “CSV UTF-8”."),
    (b"\x1f\x8b", "The file is packed (.gz): unpack it, and upload the CSV file."),
    (b"%PDF", "The file is a PDF: export the rows as “CSV UTF-8”."),
    (b"{", "The file is JSON: save its rows as CSV, with the names of the columns in the first line."),
    (b"[", "The file is JSON: save its rows as CSV, with the names of the columns in the first line."),
    (b"<", "The file is a web page or XML: save its rows as “CSV UTF-8”."),
)


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
    # Where the fault is, if it is in one cell.
    column: str = ""


class _Lines(Iterator[str]):
    """The lines of the file as text; knows where it is. A faulty line is delivered as far as possible, so that the
    quotes around it keep their meaning, and noted."""

    def __init__(self, file: BinaryIO) -> None:
        self.put = file
        self.seek(0, 0)

    def seek(self, offset: int, lines: int) -> None:
        self.put.seek(offset)
        self.offset, self.lines = offset, lines
        self.begin()

    def begin(self) -> None:
        """A new row starts here."""
        self.fault, self.is_plain, self.length = "", True, 0

    def __next__(self) -> str:
        raw = self.put.readline(MAX_LINE + 1)
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
        # An apostrophe may disarm a formula, `E+` may be a number that a spreadsheet has shortened.
        if not text.isascii() or "'" in text or "E+" in text or "e+" in text:
            self.is_plain = False
        return text

    def _skip_rest(self, raw: bytes) -> None:
        while raw and not raw.endswith(b"\n"):
            raw = self.put.readline(MAX_LINE)
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
            if len(cells) > width and not any(cells[width:]):
                # As spreadsheets fill a row up to its longest.
                del cells[width:]
            if not fault and len(cells) != width and any(cells):
                fault = f"The row has {len(cells)} columns, the header has {width}"
            if fault and lines.lines > before + 1:
                # A quote that never closes swallows the rows after it: they are read again without it.
                fault = UNCLOSED
                self._skip_line(offset, before)
            if fault or any(cells):
                line = Line(before + 1, cells, fault or lines.fault)
                if not lines.is_plain:
                    self._tidy(line)
                yield line

    def _tidy(self, line: Line) -> None:
        """What only few rows need: one form of letters, the sheet's own apostrophes off, shortened numbers told."""
        line.cells = [rearmed(normalize("NFC", cell)) for cell in line.cells]
        for name, cell in zip(self.header.names, line.cells, strict=False):
            if not line.fault and is_shortened(cell):
                line.fault, line.column = SHORTENED, name

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
    first = lines.put.readline(MAX_LINE + 1)
    _refuse_other_files(first)
    start, before = len(BOM) if first.startswith(BOM) else 0, 0
    said = _said_delimiter(first[start:])
    if said:
        start, before = len(first), 1
        first = b"x" * start + lines.put.readline(MAX_LINE + 1)
    if not first[start:].strip():
        raise UnreadableFile("The file has no header: its first line must name the columns.")
    delimiter = said or _delimiter(first[start:].decode(errors="replace"))
    lines.seek(start, before)
    try:
        names = [name.strip() for name in next(csv.reader(lines, delimiter=delimiter, strict=True))]
    except csv.Error as error:
        raise UnreadableFile(f"The header cannot be read. {_reason(str(error))}.") from None
    if lines.fault:
        raise UnreadableFile(lines.fault.replace("The row", "The header") + ".")
    while names and not names[-1]:
        # As spreadsheets leave columns behind that were emptied.
        del names[-1]
    return Header(_checked([normalize("NFC", name) for name in names]), delimiter, lines.offset, lines.lines)


def _refuse_other_files(first: bytes) -> None:
    if first.startswith(OTHER_ENCODINGS):
        raise UnreadableFile("The file is UTF-16: save it as “CSV UTF-8”.")
    for beginning, reason in OTHER_FILES:
        if first.removeprefix(BOM).lstrip().startswith(beginning):
            raise UnreadableFile(reason)


def _said_delimiter(first: bytes) -> str:
    """Of a first line such as `sep=;`, by which some programs tell spreadsheets how to part the columns."""
    said = re.fullmatch(rb'"?sep=(.)"?\r?\n?', first, re.IGNORECASE)
    found = said[1].decode(errors="replace") if said else ""
    return found if found in DELIMITERS else ""


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
