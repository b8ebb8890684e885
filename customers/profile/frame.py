"""What every page of a profile shows around its own: the tabs, and what can be done with the customer."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.rights import VIEW_CUSTOMERS
from loyalty.contributions import contributed
from loyalty.engine.status import Status
from loyalty.program.models import GeneralSettings
from loyalty.program.queries import general_settings
from loyalty.staff.permissions import may
from loyalty.staff.roles.rights import Right
from loyalty.ui.mixins import StaffPage
from loyalty.ui.navigation import Crumb, Tab
from loyalty.ui.responses import Text

from .mixins import CustomerMixin

Found = TypeVar("Found")


@dataclass(frozen=True)
class ProfileTab:
    """`page` is a URL name that takes the customer's id; tabs stand in the order of their `position`.

    With a `right` only those see the tab who have it.
    """

    label: Text
    page: str
    position: int
    right: Right | None = None


@dataclass(frozen=True)
class ProfileAction:
    """What can be done with the customer, in a dialog or on a page of its own, in the order of `position`.

    Offered to who has the right, for customers of these statuses. `page` takes the customer's id and these arguments.
    `is_daily`: it has a button of its own, at least where there is room; the first one has it on a phone, too.
    `is_final`: it can't be undone. `is_possible`: what else of the customer it depends on.
    """

    label: Text
    page: str
    icon: str
    right: Right
    position: int
    arguments: Sequence[object] = ()
    statuses: Collection[Status] = frozenset(Status)
    is_dialog: bool = True
    is_daily: bool = False
    is_final: bool = False
    is_possible: Callable[["ProfilePage"], bool] | None = None


@dataclass(frozen=True)
class ProfileBadge:
    """What a room says of the customer beside the status, on every page of the profile."""

    read: Callable[["ProfilePage"], Iterable[Text]]


class Area(StrEnum):
    """Where on the Overview a card stands: above the columns, or in one of them; in the side column above or below what is
    there."""

    TOP = "top"
    MAIN = "main"
    SIDE_TOP = "side_top"
    SIDE = "side"


@dataclass(frozen=True)
class Card:
    """`template` has `shown` as `card`. The cards of an area stand in the order of their `position`."""

    area: Area
    position: int
    template: str
    shown: Any


@dataclass(frozen=True)
class OverviewCards:
    """What a room shows on the Overview of a customer; a fixed number of queries."""

    read: Callable[["ProfilePage"], Iterable[Card]]


@dataclass(frozen=True)
class PersonalCards:
    """What a room shows below the form of the Personal information, each a template with what it has as `card`."""

    read: Callable[["ProfilePage"], Iterable[tuple[str, Any]]]


@dataclass(frozen=True)
class MenuItem:
    """An action as it is offered for one customer."""

    action: ProfileAction
    url: str


class ProfilePage(CustomerMixin, StaffPage):
    """A tab of the profile: its template extends `customers/profile.html`; its `tab` is the page of a ProfileTab."""

    right = VIEW_CUSTOMERS
    tab: ClassVar[str]

    def get_title(self) -> Text:
        return self.customer.name

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Customers"), reverse("customers:list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        frame = {"tabs": self._tabs(), "menu": self._menu(), "badges": self._badges()}
        return super().get_context_data(**(frame | kwargs))

    @cached_property
    def settings(self) -> GeneralSettings:
        return general_settings()

    def once(self, read: Callable[["ProfilePage"], Found]) -> Found:
        """What several contributions of a room need, read once for the page."""
        if read not in self._read:
            self._read[read] = read(self)
        found: Found = self._read[read]
        return found

    @cached_property
    def _read(self) -> dict[Callable[["ProfilePage"], Any], Any]:
        return {}

    def url_of(self, page: str, *args: object) -> str:
        return reverse(page, args=[self.customer.id, *args])

    def _tabs(self) -> list[Tab]:
        tabs = sorted(contributed(ProfileTab), key=lambda tab: tab.position)
        return [
            Tab(tab.label, self.url_of(tab.page), tab.page == self.tab)
            for tab in tabs
            if tab.right is None or may(self.request.user, tab.right)
        ]

    def _menu(self) -> list[MenuItem]:
        actions = sorted(contributed(ProfileAction), key=lambda action: action.position)
        return [
            MenuItem(action, self.url_of(action.page, *action.arguments))
            for action in actions
            if self.customer.status in action.statuses and self.may(action.right)
            if action.is_possible is None or action.is_possible(self)
        ]

    def _badges(self) -> list[Text]:
        return [text for badge in contributed(ProfileBadge) for text in badge.read(self)]
