"""The refused rows of an import as rows, to be mended and sent alone."""

from collections.abc import Iterator, Sequence

from customers.fields.spelling import compared as normal
from loyalty.transfer.models import ImportJob, RefusedRow
from loyalty.transfer.queries import refused_rows
from loyalty.transfer.reading.headings import REFUSAL, REFUSAL_HEADINGS
from loyalty.transfer.reading.reader import Line, Reader

from .store import path_of


class RefusedFile:
    """The columns of the file and two more, which say why and are not read again; the delimiter is the file's own, so
    that its numbers keep their meaning. Raises FileNotFoundError if the file is not kept any more."""

    def __init__(self, job: ImportJob) -> None:
        if job.file_erased:
            raise FileNotFoundError(job.stored_name)
        self._job, self._file = job, path_of(job.stored_name).open("rb")
        self._reader = Reader(self._file)
        names = self._reader.header.names
        self.delimiter = self._reader.header.delimiter
        self._kept = [place for place, name in enumerate(names) if normal(name) not in REFUSAL]
        self.head = [*(names[place] for place in self._kept), *REFUSAL_HEADINGS]

    def rows(self) -> Iterator[Sequence[str]]:
        """File and refusals are read side by side, in the order of their lines."""
        with self._file:
            refused = refused_rows(self._job).order_by("line").iterator()
            lines = self._reader.rows()
            for row in refused:
                line = next((line for line in lines if line.number == row.line), None)
                if line is None:
                    return
                yield self._row(line, row)

    def _row(self, line: Line, row: RefusedRow) -> list[str]:
        width = len(self._reader.header.names)
        cells = [*line.cells, *[""] * (width - len(line.cells))]
        reason = f"{row.column}: {row.reason}" if row.column else row.reason
        # What stands beyond the last column is shown behind, where it is refused again.
        return [*(cells[place] for place in self._kept), str(row.code), reason, *cells[width:]]
