"""The events of a customer: the timeline, and one event in full."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import groupby, islice
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from customers.models import Customer
from customers.profile.frame import ProfilePage
from events.models import Event
from events.orders.queries import transaction_named
from events.queries import readable
from loyalty.accounts.enums import EXPIRING_POINTS, MULTI_ACCOUNTS
from loyalty.accounts.modules import Modules
from loyalty.contributions import contributed
from loyalty.intake.rights import VIEW_IMPORTS
from loyalty.staff.permissions import may
from loyalty.ui.mixins import PartialMixin
from loyalty.ui.navigation import Crumb
from loyalty.ui.paging import Cursor, Order, Page, decode, encode, page_of
from loyalty.ui.responses import Text

from .forms import FilterForm
from .queries import Names, TimelineEntry, consequences, describe_events, event_of, events_of, events_per_profile, names

ORDER = Order("occurred_at", descending=True)
NEWEST_FIRST = f"{Event._meta.label_lower}:{ORDER.name}"
BY_ID = "events"
MAX_FACTS = 500


@dataclass(frozen=True)
class Day:
    date: date
    rows: Sequence[TimelineEntry]


@dataclass(frozen=True)
class Fact:
    """An attribute of an event; nested ones are named by their path."""

    name: str
    value: str


@dataclass(frozen=True)
class EventCard:
    """What a room shows on the page of an event, given whose it is: `template` has what is read as `card`."""

    template: str
    read: Callable[[Customer, Event], Any]


class Timeline(PartialMixin, Modules, ProfilePage, TemplateView):
    """What the customer did, newest first, by day."""

    template_name = "events/timeline.html"
    partial_template_name = "events/timeline_rows.html"
    tab = "events:timeline"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known = names()
        form = FilterForm(self.request.GET, actions=known.actions)
        page = self._page(form)
        expiring = EXPIRING_POINTS in self.modules
        rows = describe_events(self.family, page.rows, known, timezone.now(), expiring=expiring, sight=self.sight)
        found = {
            "form": form,
            "order": transaction_named(self.customer, form.chosen_transaction),
            "page": page,
            "days": [Day(day, list(told)) for day, told in groupby(rows, key=_day)],
            "has_accounts": MULTI_ACCOUNTS in self.modules,
            "may_import": may(self.request.user, VIEW_IMPORTS),
        }
        return super().get_context_data(**(found | kwargs))

    def _page(self, form: FilterForm) -> Page[Event]:
        events = events_per_profile(self.family, form.chosen_action, form.chosen_transaction)
        cursor = _with_instant(self.family, self.request.GET.get("page", ""))
        page = page_of([rows.select_related("staff") for rows in events], ORDER, cursor)
        return replace(page, previous=_without_instant(page.previous), next=_without_instant(page.next))


def _day(told: TimelineEntry) -> date:
    return timezone.localdate(told.event.occurred_at)


def _with_instant(family: Sequence[int], text: str) -> str:
    """The cursor of the list for one of an address. Addresses name the event alone: when it happened is personal."""
    cursor = decode(text, BY_ID) if text else None
    event = events_of(family).filter(id=cursor.id).first() if cursor else None
    return encode(Cursor(event.occurred_at, event.id, cursor.backwards), NEWEST_FIRST) if cursor and event else ""


def _without_instant(text: str | None) -> str | None:
    cursor = decode(text, NEWEST_FIRST) if text else None
    return encode(Cursor(None, cursor.id, cursor.backwards), BY_ID) if cursor else None


class EventDetail(Modules, ProfilePage, TemplateView):
    """Everything that is known of one event."""

    template_name = "events/detail.html"
    tab = "events:timeline"

    def get_title(self) -> Text:
        return self.told.label

    def get_crumbs(self) -> Sequence[Crumb]:
        return [
            *super().get_crumbs(),
            Crumb(self.customer.name, reverse("customers:overview", args=[self.customer.id])),
            Crumb(_("Events"), reverse("events:timeline", args=[self.customer.id])),
        ]

    @cached_property
    def told(self) -> TimelineEntry:
        event = event_of(self.family, self.kwargs["event_id"])
        if event is None:
            raise Http404
        expiring = EXPIRING_POINTS in self.modules
        return describe_events(self.family, [event], self.names, timezone.now(), expiring=expiring, sight=self.sight)[0]

    @cached_property
    def names(self) -> Names:
        return names()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        event = self.told.event
        found = {
            "told": self.told,
            "event": event,
            "unix_time": int(event.occurred_at.timestamp()),
            "facts": list(islice(_facts(readable([event], self.sight)[event.id]), MAX_FACTS)),
            "most_facts": MAX_FACTS,
            "caused": self._caused(event),
            "cards": [(card.template, card.read(self.customer, event)) for card in contributed(EventCard)],
            "order": transaction_named(self.customer, event.transaction_id),
            "has_accounts": MULTI_ACCOUNTS in self.modules,
            "may_import": may(self.request.user, VIEW_IMPORTS),
        }
        return super().get_context_data(**(found | kwargs))

    def _caused(self, event: Event) -> Sequence[TimelineEntry]:
        caused = list(consequences(self.family, event))
        return describe_events(self.family, caused, self.names, timezone.now(), expiring=False, sight=self.sight)


def _facts(data: Any, path: str = "") -> Iterator[Fact]:
    """The attributes, one line for each: nested ones as `address › city`, `items 1 › price`."""
    if isinstance(data, Mapping) and data:
        for name, value in data.items():
            yield from _facts(value, f"{path} › {name}" if path else str(name))
    elif isinstance(data, list) and data:
        for number, value in enumerate(data, start=1):
            yield from _facts(value, f"{path} {number}")
    elif path:
        yield Fact(path, _shown(data))


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    return str(value) if value or value == 0 else gettext("Empty")
