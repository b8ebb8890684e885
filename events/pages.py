from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import groupby, islice
from typing import Any, cast
from uuid import uuid4

from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from customers.profile.frame import ProfilePage
from customers.profile.mixins import CustomerMixin
from loyalty.engine.mechanism import Outcome, Refused
from loyalty.points.models import Account
from loyalty.program.enums import Module
from loyalty.program.queries import general_settings
from loyalty.staff.models import User
from loyalty.staff.permissions import Right, may
from loyalty.ui.formats import signed
from loyalty.ui.mixins import DialogPage, PartialMixin
from loyalty.ui.navigation import Crumb
from loyalty.ui.paging import Cursor, Order, Page, decode, encode, page_of
from loyalty.ui.responses import Text, is_partial

from .forms import MAX_ITEMS, AddEventForm, FilterForm, OnceForm
from .models import Event, EventType
from .operations import AlreadyRecorded, add_event, addable_types
from .queries import Names, Told, consequences, event_of, events_apart, events_of, names, postings_of, readable, tell
from .transactions import transaction_named

ORDER = Order("occurred_at", descending=True)
NEWEST_FIRST = f"{Event._meta.label_lower}:{ORDER.name}"
BY_ID = "events"
ITEM_ROWS_OF_A_PAGE = 3
MAX_FACTS = 500
# Attributes that mean something only with a module.
NEEDS = {"expdate": Module.EXPIRING_POINTS, "auto_accept": Module.CHECKOUT_ACCEPT}
# The part of the dialog that the choice of an action replaces.
FIELDS = "action-fields"


@dataclass(frozen=True)
class Day:
    date: date
    rows: Sequence[Told]


@dataclass(frozen=True)
class Fact:
    """An attribute of an event; nested ones are named by their path."""

    name: str
    value: str


class Modules:
    """What the pages show or leave out by the brand's modules."""

    @cached_property
    def modules(self) -> frozenset[str]:
        return frozenset(general_settings().modules)

    @cached_property
    def accounts(self) -> list[tuple[str, str]]:
        """(ID, name), the default one first; none where the brand has one only."""
        if Module.MULTI_ACCOUNTS not in self.modules:
            return []
        return [(account.slug, account.name) for account in Account.objects.order_by("-is_default", "slug")]


class Timeline(PartialMixin, Modules, ProfilePage, TemplateView):
    """What the customer did, newest first, by day."""

    template_name = "events/timeline.html"
    partial_template_name = "events/timeline_rows.html"
    tab = "events:timeline"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known = names()
        form = FilterForm(self.request.GET, actions=known.actions)
        page = self._page(form)
        rows = tell(self.family, page.rows, known, timezone.now(), expiring=Module.EXPIRING_POINTS in self.modules)
        found = {
            "form": form,
            "order": transaction_named(self.customer, form.chosen_transaction),
            "page": page,
            "days": [Day(day, list(told)) for day, told in groupby(rows, key=_day)],
            "has_accounts": Module.MULTI_ACCOUNTS in self.modules,
            "may_import": may(self.request.user, Right.IMPORT_DATA),
        }
        return super().get_context_data(**(found | kwargs))

    def _page(self, form: FilterForm) -> Page[Event]:
        events = events_apart(self.family, form.chosen_action, form.chosen_transaction)
        cursor = _with_instant(self.family, self.request.GET.get("page", ""))
        page = page_of([rows.select_related("staff") for rows in events], ORDER, cursor)
        return replace(page, previous=_without_instant(page.previous), next=_without_instant(page.next))


def _day(told: Told) -> date:
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
    def told(self) -> Told:
        event = event_of(self.family, self.kwargs["event_id"])
        if event is None:
            raise Http404
        expiring = Module.EXPIRING_POINTS in self.modules
        return tell(self.family, [event], self.names, timezone.now(), expiring=expiring)[0]

    @cached_property
    def names(self) -> Names:
        return names()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        event = self.told.event
        caused = list(consequences(self.family, event))
        found = {
            "told": self.told,
            "event": event,
            "unix_time": int(event.occurred_at.timestamp()),
            "facts": list(islice(_facts(readable([event])[event.id]), MAX_FACTS)),
            "most_facts": MAX_FACTS,
            "caused": tell(self.family, caused, self.names, timezone.now(), expiring=False),
            "postings": postings_of(self.customer.id, event),
            "order": transaction_named(self.customer, event.transaction_id),
            "has_accounts": Module.MULTI_ACCOUNTS in self.modules,
            "may_import": may(self.request.user, Right.IMPORT_DATA),
        }
        return super().get_context_data(**(found | kwargs))


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


class EventDialog(CustomerMixin, DialogPage):
    """Records one event of the customer by hand, once however often it is sent; a refusal is shown on its form."""

    right = Right.RECORD_EVENTS

    def get_initial(self) -> dict[str, Any]:
        return {"token": uuid4()}

    def operate(self, form: BaseForm, **sender: Any) -> Outcome:
        """Call one operation; `sender` is what all of them are told: the customer, who asks, when and from where."""
        raise NotImplementedError

    def said(self, outcome: Outcome) -> Text:
        """What was done, for the toast."""
        raise NotImplementedError

    def perform(self, form: BaseForm) -> Text:
        assert isinstance(form, OnceForm)
        headers = self.request.META
        try:
            outcome = self.operate(
                form,
                customer=self.customer,
                by=cast(User, self.request.user),
                at=timezone.now(),
                nonce=str(form.cleaned_data["token"]),
                ip_address=headers.get("REMOTE_ADDR") or None,
                user_agent=headers.get("HTTP_USER_AGENT", ""),
            )
        except AlreadyRecorded:
            return _("This action was already recorded.")
        except Refused as refusal:
            form.refuse(refusal)
            return ""
        return self.said(outcome)


class AddEvent(Modules, EventDialog):
    """Add an action by hand: choose it, then fill in its attributes.

    The address names the action whose attributes are asked for; a form that is sent says it in `shown`.
    """

    template_name = "events/add.html"
    form_class = AddEventForm
    title = _("Add action")
    refresh = ("events", "points")

    def get_success_url(self) -> str:
        return reverse("events:timeline", args=[self.customer.id])

    def get_template_names(self) -> list[str]:
        wants_fields = self.request.headers.get("HX-Target") == FIELDS
        return ["events/add_fields.html"] if wants_fields else super().get_template_names()

    @cached_property
    def types(self) -> Sequence[EventType]:
        return addable_types(self.customer)

    @cached_property
    def chosen(self) -> EventType | None:
        return self._type(self._sent("shown") if self.request.method == "POST" else self.request.GET.get("action", ""))

    def _type(self, action: str) -> EventType | None:
        return next((row for row in self.types if row.action == action), None)

    def _sent(self, name: str) -> str:
        return self.request.POST.get(name, "")

    @property
    def wants_more(self) -> bool:
        """One more row for items, and what was entered so far stays."""
        return "more" in self.request.POST

    @property
    def item_count(self) -> int:
        asked = self._sent("rows") or self.request.GET.get("items", "")
        fewest = 1 if is_partial(self.request) else ITEM_ROWS_OF_A_PAGE
        wanted = int(asked) + self.wants_more if asked.isdecimal() and len(asked) < 4 else 0
        return min(max(wanted, fewest), MAX_ITEMS)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.wants_more:
            return self.render_to_response(self.get_context_data())
        wanted = self._type(self._sent("action"))
        if wanted and wanted != self.chosen:
            # Without script nothing has shown the fields of the action that was chosen last.
            return HttpResponseRedirect(f"{request.path}?{urlencode({'action': wanted.action})}")
        return super().post(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return self.request.POST.dict() if self.wants_more else super().get_initial()

    def get_form_kwargs(self) -> dict[str, Any]:
        found = super().get_form_kwargs() | {
            "types": self.types,
            "accounts": self.accounts,
            "at": timezone.now(),
            "chosen": self.chosen,
            "without": ["guest", *(name for name, module in NEEDS.items() if module not in self.modules)],
            "item_count": self.item_count,
        }
        return found | ({"data": None, "files": None} if self.wants_more else {})

    def get_form(self, form_class: type[BaseForm] | None = None) -> BaseForm:
        form = super().get_form(form_class)
        if is_partial(self.request):
            # The choice itself stays while its fields come: typing the name of an action goes on.
            form.fields["action"].widget.attrs |= {
                "hx-get": self.request.path,
                "hx-target": f"#{FIELDS}",
                "hx-sync": "this:replace",
                "hx-disabled-elt": "unset",
            }
        if self.wants_more:
            cast(AddEventForm, form).focus_last_item()
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        action = self.chosen.action if self.chosen else ""
        found = {
            "lead": self.customer.name,
            "submit_label": _("Add action") if self.chosen or is_partial(self.request) else _("Continue"),
            "more_url": f"{self.request.path}?{urlencode([('action', action), ('items', self.item_count + 1)])}",
            "is_dialog": is_partial(self.request),
        }
        return super().get_context_data(**(found | kwargs))

    def operate(self, form: BaseForm, **sender: Any) -> Outcome:
        assert isinstance(form, AddEventForm)
        assert self.chosen
        account = form.cleaned_data.get("account")
        return add_event(action=self.chosen.action, data=form.data_of_event(), account=account, **sender)

    def said(self, outcome: Outcome) -> Text:
        assert self.chosen
        return recorded(self.chosen.label, outcome)


def recorded(label: str, outcome: Outcome) -> str:
    points = sum(event.points for event in outcome.own_events)
    if not points:
        return gettext("%(action)s recorded.") % {"action": label}
    text = ngettext("%(action)s recorded: %(points)s point", "%(action)s recorded: %(points)s points", abs(points))
    return text % {"action": label, "points": signed(points)}
