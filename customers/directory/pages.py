"""The customer list: its filters, its order, its tabs and its search."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from customers.names import country_name, gender_name
from loyalty.engine.status import Status
from loyalty.program.queries import general_settings
from loyalty.staff.permissions import Right, may
from loyalty.ui.mixins import PageMixin, PartialMixin, StaffPage
from loyalty.ui.navigation import Crumb, Tab
from loyalty.ui.responses import Text

from .columns import columns, figure_orders
from .queries import NEWEST, Listing, browse, find, sorts
from .search import LONGEST_SEARCH, Count, Filters, count_of, countries, genders

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
class ListRequest:
    """What the address of the list asks for; whatever it does not know is left out."""

    text: str
    tab: str
    sort: str
    filters: Filters
    page: str

    @classmethod
    def read(cls, query: QueryDict) -> "ListRequest":
        tab = query.get("status", "")
        tab = tab if tab in STATUSES else ""
        sort = query.get("sort", "")
        return cls(
            text=query.get("q", "").strip()[:LONGEST_SEARCH],
            tab=tab,
            sort=sort if sort in sorts() else NEWEST,
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
    figures = figure_orders()
    highest = [(f"-{key}", order.highest) for key, order in figures.items()]
    lowest = [(key, order.lowest) for key, order in figures.items()]
    # The login last, as its column.
    offered = [*ORDERS[:-1], *highest, ORDERS[-1]]
    offered += (order for order in (*OTHER_ORDERS, *lowest) if order[0] == current)
    return [Choice(value, label, value == current) for value, label in offered]


class CustomerList(PartialMixin, PageMixin, StaffPage, TemplateView):
    right = Right.VIEW_CUSTOMERS
    template_name = "customers/list.html"
    partial_template_name = "customers/list_partial.html"
    title = _("Customers")
    crumbs = (Crumb(_("Customer Insights")),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        wanted = ListRequest.read(self.request.GET)
        listing = wanted.listing()
        totals = {status: count_of(Filters([status])) for status in ("active", "inactive", "suspended")}
        totals[""] = totals["active"] + totals["suspended"]
        shown = columns(general_settings().modules)
        total = count_of(wanted.filters) if wanted.is_narrowed and not wanted.text else totals[wanted.tab]
        context = {
            "wanted": wanted,
            "listing": listing,
            "total": total,
            "tabs": self._tabs(wanted.tab, totals),
            "is_first_day": not wanted.is_narrowed and not any(count.number for count in totals.values()),
            "columns": shown,
            "rows": [(row.customer, row.cells(shown)) for row in listing.rows],
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
