"""The customer list: its filters, its order, its tabs and its search."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from customers.fields.names import country_name, gender_name
from customers.rights import CREATE_CUSTOMERS, VIEW_CUSTOMERS
from loyalty.contributions import contributed
from loyalty.engine.status import Status
from loyalty.intake.rights import may_import
from loyalty.program.queries import general_settings
from loyalty.staff.permissions import may
from loyalty.staff.sender import by_staff
from loyalty.staff.sight import Sight, sight_of
from loyalty.ui.mixins import PageMixin, PartialMixin, StaffPage
from loyalty.ui.navigation import Crumb, Tab
from loyalty.ui.responses import Text

from .columns import ListColumn, columns, figure_orders, word_columns
from .operations import note_list_view
from .queries import NEWEST, Listing, browse, fields_of, find, is_view_to_be_told, sorts
from .search import LONGEST_SEARCH, Count, Filters, ListFilter, count_of, countries, genders

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
    ("-login", _("Latest login")),
)
# Offered only while the table's heads have chosen one of them.
OTHER_ORDERS: Sequence[tuple[str, Text]] = (
    ("-name", _("Last name, Z to A")),
    ("-email", _("Email address, Z to A")),
    ("login", _("Earliest login")),
)
MOST_CHOICES = 300


@dataclass(frozen=True)
class Choice:
    value: str
    label: Text
    is_chosen: bool


@dataclass(frozen=True)
class ShownFilter:
    """A filter of the toolbar; `name` is that of its parameter."""

    name: str
    label: Text
    choices: Sequence[Choice]

    @property
    def chosen(self) -> Sequence[Choice]:
        return [choice for choice in self.choices if choice.is_chosen]


@dataclass(frozen=True)
class ListRequest:
    """What the address of the list asks for; whatever it does not know is left out. `added`: the filters of other rooms.

    Raises PermissionDenied for what the sight does not see: left out, it would seem to hold of everybody.
    """

    text: str
    tab: str
    sort: str
    filters: Filters
    page: str
    added: Sequence[ShownFilter] = ()

    @classmethod
    def read(cls, query: QueryDict, modules: Collection[str], sight: Sight) -> "ListRequest":
        tab = query.get("status", "")
        tab = tab if tab in STATUSES else ""
        sort = query.get("sort", "")
        on = [one for one in contributed(ListFilter) if not one.module or one.module in modules]
        sight.require(*(field for one in on if one.name in query for field in one.fields))
        offered = [(one, one.choices()) for one in on if all(map(sight.sees, one.fields))]
        added = {one: _added(one, choices, query) for one, choices in offered if choices}
        chosen = [(one, [choice.value for choice in shown.chosen]) for one, shown in added.items() if shown.chosen]
        return cls(
            text=query.get("q", "").strip()[:LONGEST_SEARCH],
            tab=tab,
            sort=sort if sort in sorts() else NEWEST,
            filters=Filters(
                STATUSES[tab][1], _values(query, "gender", 20), _values(query, "country", 2), chosen, sight
            ),
            page=query.get("page", ""),
            added=list(added.values()),
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.filters.genders or self.filters.countries or self.filters.chosen)

    def listing(self) -> Listing:
        if self.text:
            return find(self.text, self.filters, self.sort, self.page)
        return browse(self.filters, self.sort, self.page)


def _added(one: ListFilter, choices: Sequence[tuple[str, Text]], query: QueryDict) -> ShownFilter:
    asked = set(query.getlist(one.name)[:MOST_CHOICES])
    return ShownFilter(one.name, one.label, [Choice(value, label, value in asked) for value, label in choices])


def _values(query: QueryDict, name: str, longest: int) -> Sequence[str]:
    values = query.getlist(name)[:MOST_CHOICES]
    return [value for value in values if 0 < len(value) <= longest and "\x00" not in value]


def _choices(options: Sequence[str], chosen: Sequence[str], name: Any) -> list[Choice]:
    choices = [Choice(option, name(option), option in chosen) for option in sorted({*options, *chosen})]
    return sorted(choices, key=lambda choice: str(choice.label))


def _orders(current: str, sight: Sight) -> list[Choice]:
    figures = figure_orders()
    highest = [(f"-{key}", order.highest) for key, order in figures.items()]
    lowest = [(key, order.lowest) for key, order in figures.items()]
    # The login last, as its column.
    offered = [*ORDERS[:-1], *highest, ORDERS[-1]]
    offered += (order for order in (*OTHER_ORDERS, *lowest) if order[0] == current)
    return [
        Choice(value, label, value == current) for value, label in offered if all(map(sight.sees, fields_of(value)))
    ]


def _facets(filters: Filters) -> dict[str, list[Choice]]:
    """What can be chosen of the fields that are seen."""
    sight = filters.sight
    shown = genders(sight) if sight.sees("gender") else []
    places = countries(filters.statuses, sight) if sight.sees("country") else []
    return {
        "genders": _choices(shown, filters.genders, gender_name),
        "countries": _choices(places, filters.countries, country_name),
    }


def _searched(sight: Sight) -> str:
    """By what a text finds customers, as the search says it."""
    ways = {"last_name": gettext("name"), "email": gettext("email")}
    found = [word for field, word in ways.items() if sight.sees(field)]
    return capfirst(get_text_list([*found, gettext("customer ID")], gettext("or")))


def _words(
    customer: int, columns: Sequence[ListColumn], told: Sequence[Mapping[int, str]]
) -> list[tuple[ListColumn, str]]:
    return [(column, by_customer.get(customer, "")) for column, by_customer in zip(columns, told, strict=True)]


class CustomerList(PartialMixin, PageMixin, StaffPage, TemplateView):
    right = VIEW_CUSTOMERS
    template_name = "customers/list.html"
    partial_template_name = "customers/list_partial.html"
    title = _("Customers")
    crumbs = (Crumb(_("Customer Insights")),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        modules, sight = general_settings().modules, sight_of(self.request.user)
        wanted = ListRequest.read(self.request.GET, modules, sight)
        listing = wanted.listing()
        self._tell(listing, leafing=bool(wanted.page))
        totals = {status: count_of(Filters([status], sight=sight)) for status in ("active", "inactive", "suspended")}
        totals[""] = totals["active"] + totals["suspended"]
        shown, words = columns(modules), word_columns(modules, sight)
        customers = [row.customer for row in listing.rows]
        told = [column.read(customers) if customers else {} for column in words]
        total = count_of(wanted.filters) if wanted.is_narrowed and not wanted.text else totals[wanted.tab]
        context = {
            "wanted": wanted,
            "listing": listing,
            "total": total,
            "tabs": self._tabs(wanted.tab, totals),
            "is_first_day": not wanted.is_narrowed and not any(count.number for count in totals.values()),
            "columns": shown,
            "word_columns": words,
            "rows": [(row.customer, _words(row.customer.id, words, told), row.cells(shown)) for row in listing.rows],
            "may_create": may(self.request.user, CREATE_CUSTOMERS),
            "may_import": may_import(self.request.user),
            "orders": _orders(wanted.sort, sight),
            "searched": _searched(sight),
            **_facets(wanted.filters),
        }
        return super().get_context_data(**(context | kwargs))

    def _tell(self, listing: Listing, *, leafing: bool) -> None:
        """In the audit trail, that customers are looked at in bulk."""
        by = by_staff(self.request)
        if is_view_to_be_told(by, leafing=leafing):
            note_list_view(rows=len(listing.rows), leafing=leafing, by=by).result()

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
