from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, cast

from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View

from loyalty.engine.status import GONE, Status
from loyalty.points.queries import balances_of, next_to_expire
from loyalty.program.enums import Module
from loyalty.program.queries import general_settings
from loyalty.staff.models import User
from loyalty.staff.permissions import Right, may
from loyalty.ui.mixins import PageMixin, PartialMixin, StaffPage
from loyalty.ui.navigation import Crumb, Tab
from loyalty.ui.paging import Order, page_of
from loyalty.ui.responses import Text

from .addresses import MergedAway, to_survivor
from .listing import NEWEST, SORTS, Listing, browse, find
from .models import Customer, Note
from .names import country_name, gender_name, language_name
from .operations import may_delete
from .overview import attributes_of, average_purchase, latest_actions, strips_of
from .queries import (
    LONGEST_SEARCH,
    Count,
    Filters,
    count_of,
    countries,
    duplicates_of,
    family,
    genders,
    notes_of,
    survivor_of,
)

# Inactive customers are shown under their own tab only.
STATUSES: dict[str, tuple[Text, Sequence[str]]] = {
    "": (_("All"), Filters().statuses),
    "active": (_("Active"), [Status.ACTIVE.value]),
    "inactive": (_("Inactive"), [Status.INACTIVE.value]),
    "suspended": (_("Suspended"), [Status.SUSPENDED.value]),
}
ORDERS: Sequence[tuple[str, Text]] = (
    (NEWEST, _("Newest first")),
    ("joined", _("Oldest first")),
    ("name", _("Last name")),
    ("email", _("Email address")),
    ("-score", _("Highest score")),
    ("-spendable", _("Most spendable points")),
    ("-login", _("Latest login")),
)
LATEST_NOTE = Order("id", descending=True)
# Offered only while the table's heads have chosen one of them.
OTHER_ORDERS: Sequence[tuple[str, Text]] = (
    ("-name", _("Last name, Z to A")),
    ("-email", _("Email address, Z to A")),
    ("score", _("Lowest score")),
    ("spendable", _("Fewest spendable points")),
    ("login", _("Earliest login")),
)
MOST_CHOICES = 300
TABS: Sequence[tuple[Text, str]] = (
    (_("Overview"), "customers:overview"),
    (_("Personal information"), "customers:personal"),
    (_("Events"), "events:timeline"),
    (_("Points history"), "points:history"),
    (_("Transactions"), "transactions:list"),
    (_("Notes"), "customers:notes"),
)


@dataclass(frozen=True)
class Choice:
    value: str
    label: Text
    is_chosen: bool


@dataclass(frozen=True)
class Wanted:
    """What the address of the list asks for; whatever it does not know is left out."""

    text: str
    tab: str
    sort: str
    filters: Filters
    page: str

    @classmethod
    def read(cls, query: QueryDict) -> "Wanted":
        tab = query.get("status", "")
        tab = tab if tab in STATUSES else ""
        sort = query.get("sort", "")
        return cls(
            text=query.get("q", "").strip()[:LONGEST_SEARCH],
            tab=tab,
            sort=sort if sort in SORTS else NEWEST,
            filters=Filters(STATUSES[tab][1], _values(query, "gender", 20), _values(query, "country", 2)),
            page=query.get("page", ""),
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.filters.genders or self.filters.countries)

    def listing(self) -> Listing:
        if self.text:
            return find(self.text, self.filters, self.sort, self.page)
        return browse(self.filters, self.sort, self.page)


def _values(query: QueryDict, name: str, longest: int) -> Sequence[str]:
    values = query.getlist(name)[:MOST_CHOICES]
    return [value for value in values if 0 < len(value) <= longest and "\x00" not in value]


def _choices(options: Sequence[str], chosen: Sequence[str], name: Any) -> list[Choice]:
    choices = [Choice(option, name(option), option in chosen) for option in sorted({*options, *chosen})]
    return sorted(choices, key=lambda choice: str(choice.label))


def _orders(current: str) -> list[Choice]:
    offered = [*ORDERS, *(order for order in OTHER_ORDERS if order[0] == current)]
    return [Choice(value, label, value == current) for value, label in offered]


class CustomerList(PartialMixin, PageMixin, StaffPage, TemplateView):
    right = Right.VIEW_CUSTOMERS
    template_name = "customers/list.html"
    partial_template_name = "customers/list_partial.html"
    title = _("Customers")
    crumbs = (Crumb(_("Customer Insights")),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        wanted = Wanted.read(self.request.GET)
        listing = wanted.listing()
        totals = {status: count_of(Filters([status])) for status in ("active", "inactive", "suspended")}
        totals[""] = totals["active"] + totals["suspended"]
        total = count_of(wanted.filters) if wanted.is_narrowed and not wanted.text else totals[wanted.tab]
        context = {
            "wanted": wanted,
            "listing": listing,
            "total": total,
            "tabs": self._tabs(wanted.tab, totals),
            "is_first_day": not wanted.is_narrowed and not any(count.number for count in totals.values()),
            "shows_expired": Module.EXPIRING_POINTS in general_settings().modules,
            "may_create": may(self.request.user, Right.EDIT_CUSTOMERS),
            "may_import": may(self.request.user, Right.IMPORT_DATA),
            "orders": _orders(wanted.sort),
            "genders": _choices(genders(), wanted.filters.genders, gender_name),
            "countries": _choices(countries(wanted.filters.statuses), wanted.filters.countries, country_name),
        }
        return super().get_context_data(**(context | kwargs))

    def _tabs(self, current: str, totals: dict[str, Count]) -> list[Tab]:
        tabs = []
        for key, (label, _statuses) in STATUSES.items():
            query = self.request.GET.copy()
            query.pop("page", None)
            query.pop("status", None)
            if key:
                query["status"] = key
            tabs.append(Tab(label, f"?{query.urlencode()}", key == current, totals[key].short))
        return tabs


class CustomerMixin(PageMixin):
    """For a page or dialog below one customer, whom the address names by the internal ID; 404 for who is gone."""

    kwargs: dict[str, Any]

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return cast(View, super()).dispatch(request, *args, **kwargs)
        except MergedAway as moved:
            if request.method not in {"GET", "HEAD"}:
                raise
            return to_survivor(request, moved)

    @cached_property
    def customer(self) -> Customer:
        found = get_object_or_404(Customer, id=self.kwargs["customer_id"])
        if found.status == Status.MERGED and (survivor := survivor_of(found)):
            raise MergedAway(found, survivor)
        if found.status in GONE:
            raise Http404
        return found

    @cached_property
    def family(self) -> Sequence[int]:
        """The customer, then the profiles that were merged into it."""
        return family(self.customer.id)

    def get_crumbs(self) -> Sequence[Crumb]:
        return [
            Crumb(_("Customers"), reverse("customers:list")),
            Crumb(self.customer.name, reverse("customers:overview", args=[self.customer.id])),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"customer": self.customer} | kwargs))


@dataclass(frozen=True)
class ShownNote:
    note: Note
    may_edit: bool
    may_delete: bool


@dataclass(frozen=True)
class MenuItem:
    """What can be done with the customer, in a dialog or on a page of its own. `is_daily`: it has a button of its own,
    at least where there is room; `is_final`: nobody can take it back."""

    label: Text
    url: str
    icon: str
    is_dialog: bool = True
    is_daily: bool = False
    is_final: bool = False


class ProfilePage(CustomerMixin, StaffPage):
    """A tab of the profile: its template extends `customers/profile.html`; its `tab` is a URL name of TABS."""

    right = Right.VIEW_CUSTOMERS
    tab: ClassVar[str]

    def get_title(self) -> Text:
        return self.customer.name

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Customers"), reverse("customers:list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tabs = [Tab(label, reverse(name, args=[self.customer.id]), name == self.tab) for label, name in TABS]
        found = {"tabs": tabs, "menu": [*self.daily_actions(), *self.other_actions()]}
        return super().get_context_data(**(found | kwargs))

    def url_of(self, name: str, *args: object) -> str:
        return reverse(name, args=[self.customer.id, *args])

    # Only what the user may, and what the customer's status allows.

    def daily_actions(self) -> Iterator[MenuItem]:
        """The commonest first: on a phone it alone has a button."""
        user = self.request.user
        if may(user, Right.RECORD_EVENTS):
            yield MenuItem(_("Manage points"), self.url_of("points:manage"), "coins", is_daily=True)
            yield MenuItem(_("Add action"), self.url_of("events:add"), "plus", is_daily=True)
        if may(user, Right.MERGE_CUSTOMERS) and self.customer.status == Status.ACTIVE:
            yield MenuItem(_("Merge"), self.url_of("customers:merge"), "merge", is_daily=True)

    def other_actions(self) -> Iterator[MenuItem]:
        user, status = self.request.user, self.customer.status
        if may(user, Right.EDIT_CUSTOMERS) and status == Status.ACTIVE:
            yield MenuItem(_("Suspend…"), self.url_of("customers:suspend"), "user-x")
        if may(user, Right.EDIT_CUSTOMERS) and status == Status.SUSPENDED:
            yield MenuItem(_("Unsuspend…"), self.url_of("customers:unsuspend"), "user-round-check")
        if may(user, Right.EXPORT_DATA):
            for format, label in (("json", _("Download data")), ("csv", _("Download data as CSV"))):
                yield MenuItem(label, self.url_of("customers:data", format), "download", is_dialog=False)
        if may(user, Right.ERASE_CUSTOMERS):
            yield MenuItem(_("Opt out…"), self.url_of("customers:opt_out"), "user-minus", is_final=True)


class Overview(PartialMixin, ProfilePage, TemplateView):
    template_name = "customers/overview.html"
    partial_template_name = "customers/overview_body.html"
    tab = "customers:overview"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        customer, settings = self.customer, general_settings()
        default, balances = balances_of(customer.id)
        has_accounts = Module.MULTI_ACCOUNTS in settings.modules
        shown = balances if has_accounts else [default]
        expires = Module.EXPIRING_POINTS in settings.modules
        expiring = next_to_expire(customer.id, [balance.account for balance in shown]) if expires else {}
        strips = strips_of(self.family, shown, timezone.now(), expiring)
        context = {
            "strips": strips,
            "has_accounts": has_accounts,
            "points": next(strip for strip in strips if strip.balance.account_id == default.account_id),
            "shows_expired": expires,
            "actions": latest_actions(self.family),
            "gender": gender_name(customer.gender) if customer.gender else "",
            "country": country_name(customer.country) if customer.country else "",
            "spoken": language_name(customer.language) if customer.language else "",
            "attributes": attributes_of(customer.properties),
            "average": average_purchase(customer),
            "currency": settings.currency,
            "duplicates": duplicates_of(customer),
            "may_merge": may(self.request.user, Right.MERGE_CUSTOMERS),
        }
        return super().get_context_data(**(context | kwargs))


class Notes(PartialMixin, ProfilePage, TemplateView):
    """What staff have written down about the customer, newest first."""

    template_name = "customers/notes.html"
    partial_template_name = "customers/note_rows.html"
    tab = "customers:notes"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = page_of(notes_of(self.customer.id), LATEST_NOTE, self.request.GET.get("page", ""))
        user = cast(User, self.request.user)
        may_write = may(user, Right.EDIT_CUSTOMERS)
        found = {
            "page": page,
            "notes": [
                ShownNote(
                    note,
                    may_edit=may_write and note.staff_id == user.pk and note.customer_id == self.customer.id,
                    may_delete=may_write and may_delete(note, user),
                )
                for note in page.rows
            ],
            "may_write": may_write,
        }
        return super().get_context_data(**(found | kwargs))
