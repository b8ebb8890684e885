"""Deep in a list `next` names the row after which it goes on, so that page 10,000 costs what page 10 costs.

Up to DEEP rows it is the offset alone, as it is published: to leave so many out costs next to nothing. The place is signed, and bound to the list, to its order and to the offset beside it: a client that counts the offset on
by itself gets the page of that offset.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, Q

from loyalty.ui.paging import Order, beyond, decode, place_of

from .paging import Page

DEEP = 1_000
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Walk:
    """A page of the list `name`, read along `order`; None if no single column and an id make it up: by the offset alone."""

    page: Page
    name: str
    order: Order | None

    def _scope(self, offset: int) -> str:
        assert self.order is not None
        return f"api:{self.name}:{self.order.name}:{offset}"

    @property
    def where(self) -> Sequence[Q]:
        """What the rows must also meet."""
        if self.order is None or not self.page.after:
            return ()
        start = decode(self.page.after, self._scope(self.page.offset))
        return [Q(beyond(self.order, start, descending=self.order.descending))] if start else ()

    @property
    def bounds(self) -> tuple[int, int]:
        """From where to where the rows that meet it are read: one more than the page has, to know whether there are more."""
        start = 0 if self.where else self.page.offset
        return start, start + self.page.limit + 1

    def after(self, rows: Sequence[M]) -> str:
        """The place at which the page after `rows` begins; empty if there is none, or if the offset does as well."""
        offset = self.page.offset + self.page.limit
        if self.order is None or len(rows) <= self.page.limit or offset < DEEP:
            return ""
        return place_of(rows[self.page.limit - 1], self.order, self._scope(offset))
