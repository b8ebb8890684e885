"""Files that rooms take: which columns a kind of file has, and what becomes of its rows. Pure."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from loyalty.engine.actions import Text
from loyalty.engine.events import Actor, Incoming
from loyalty.refusals import Refused
from loyalty.staff.roles.rights import Right


@dataclass(frozen=True)
class FileColumn:
    """A column, by its heading. One that holds numbers is read as people and spreadsheets write them."""

    name: str
    required: bool = False
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class FileRow:
    """Whom the row names, in the `scheme` of the file's column, or what, where the kind is not about customers; and its cells
    by column, without the empty ones."""

    subject: str
    scheme: str
    cells: dict[str, Any]

    def event(self, action: str) -> Incoming:
        """The row as an event of that action."""
        return Incoming(self.subject, action, dict(self.cells), scheme=self.scheme)


@dataclass(frozen=True)
class Importable:
    """A kind of file beside those of events and customers. One column names the customer; the `columns` are the others.
    Of a kind with a `subject` the column of that name says what each row is about, and nobody is named.

    `apply`: given rows in the transaction of their chunk, what became of each: None, or the refusal, whose `field` is the
    column that it is about. `right`: asked for beside that of importing.

    Rows say what happened: equal ones of a source come once, however often the file is sent. Or they say what is so, as that
    somebody is on a list: then `already` is the code by which `apply` refuses what is so already. Such a row is applied each
    time it is sent, since meanwhile it may have ceased to be so, and counts as unchanged where it is.
    """

    name: str
    label: Text
    columns: Sequence[FileColumn]
    apply: Callable[[Sequence[FileRow], Actor, dt.datetime], Sequence[Refused | None]]
    subject: str = ""
    right: Right | None = None
    already: int | None = None
