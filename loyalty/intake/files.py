"""Files that rooms take: which columns a kind of file has, and what becomes of its rows. Pure."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from loyalty.engine.actions import Text
from loyalty.engine.events import Actor, Incoming
from loyalty.refusals import Refused


@dataclass(frozen=True)
class FileColumn:
    """A column, by its heading. One that holds numbers is read as people and spreadsheets write them."""

    name: str
    required: bool = False
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class FileRow:
    """Whom the row names, in the `scheme` of the file's column; and its cells by column, without the empty ones."""

    customer: str
    scheme: str
    cells: dict[str, Any]

    def event(self, action: str) -> Incoming:
        """The row as an event of that action."""
        return Incoming(self.customer, action, dict(self.cells), scheme=self.scheme)


@dataclass(frozen=True)
class Importable:
    """A kind of file beside those of events and customers. One column names the customer; the `columns` are the others.

    `apply`: given rows in the transaction of their chunk, what became of each: None, or the refusal, whose `field` is the
    column that it is about. Equal rows of a source come once, however often the file is sent.
    """

    name: str
    label: Text
    columns: Sequence[FileColumn]
    apply: Callable[[Sequence[FileRow], Actor, dt.datetime], Sequence[Refused | None]]
