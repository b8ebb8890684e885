"""What every page of a profile shows around its own: the tabs, and what can be done with the customer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from loyalty.engine.status import Status
from loyalty.staff.permissions import Right, may
from loyalty.ui.mixins import StaffPage
from loyalty.ui.navigation import Crumb, Tab
from loyalty.ui.responses import Text

from .mixins import CustomerMixin

TABS: Sequence[tuple[Text, str]] = (
    (_("Overview"), "customers:overview"),
    (_("Personal information"), "customers:personal"),
    (_("Events"), "events:timeline"),
    (_("Points history"), "points:history"),
    (_("Transactions"), "transactions:list"),
    (_("Notes"), "customers:notes"),
)


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
