"""Files for spreadsheets: streamed row by row, and safe to open."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any, cast
from zipfile import ZIP_DEFLATED, ZipFile

from django.http import StreamingHttpResponse

from loyalty.disarming import safe_cell

Cell = str | int | None
CHUNK = 65_536


def csv_file(
    name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], *, delimiter: str = ","
) -> StreamingHttpResponse:
    """A download of that name, in UTF-8; nothing of it is kept in caches."""
    lines = csv_lines(head, rows, delimiter=delimiter)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


class _Echo:
    def write(self, text: str) -> str:
        return text


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Any]], *, delimiter: str = ",") -> Iterator[str]:
    """The lines of such a file."""
    # A spreadsheet takes UTF-8 for granted only after this mark.
    yield "\ufeff"
    writer = csv.writer(_Echo(), delimiter=delimiter, quoting=csv.QUOTE_ALL)
    yield writer.writerow([safe_cell(cell) for cell in head])
    for row in rows:
        yield writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])


class _Pipe:
    """What was written and not yet taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        pass

    def take(self) -> bytes:
        found, self._parts, self.size = b"".join(self._parts), [], 0
        return found


def zip_of_csv(files: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]) -> Iterator[bytes]:
    """A ZIP archive, as it grows, of a CSV file for each (name, head, rows)."""
    pipe = _Pipe()
    with ZipFile(cast(IO[bytes], pipe), "w", ZIP_DEFLATED) as archive:
        for name, head, rows in files:
            with archive.open(f"{name}.csv", "w", force_zip64=True) as file:
                for line in csv_lines(head, rows):
                    file.write(line.encode())
                    if pipe.size > CHUNK:
                        yield pipe.take()
    yield pipe.take()
