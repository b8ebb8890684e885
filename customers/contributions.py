"""What customers show elsewhere."""

from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from customers.rights import (
    CONFIGURE_FIELDS,
    EDIT_CUSTOMERS,
    EXPORT_CUSTOMERS,
    OPT_OUT_CUSTOMERS,
    RIGHTS,
    SUSPEND_CUSTOMERS,
    VIEW_CUSTOMERS,
    VIEW_ERASURES,
)
from loyalty.accounts.models import Account
from loyalty.api.keys.models import ApiKey
from loyalty.api.keys.reach import KeyLimit
from loyalty.api.once.models import SavedAnswer
from loyalty.engine.status import Status
from loyalty.http.routes import Routes
from loyalty.intake.hand import ByHand
from loyalty.staff.models import User
from loyalty.staff.roles.own import Members
from loyalty.staff.roles.rights import ConfigurationPages
from loyalty.timers import Timer
from loyalty.ui.navigation import Entry, Group
from loyalty.ui.palette import PaletteSearch

from .api.entities import customer_pair
from .codes import CODES
from .directory.palette import find_customers
from .erasure.api import delete_entity
from .erasure.models import Erasure, ErasureItem, Tombstone
from .export.queries import CustomerColumns, NotExported, ReferenceNames
from .fields.facts import FACTS
from .labels import AUDIT
from .merging.contributions import CONTRIBUTIONS as MERGING
from .models import Customer, Merge
from .profile.frame import ProfileAction, ProfileBadge, ProfileTab
from .profile.own import concerns_member
from .sight.keys import beyond_sight
from .sight.rights import PERSONAL_FIELDS, SEE_NOTES, SEEING

CONTRIBUTIONS: tuple[object, ...] = (
    CODES,
    RIGHTS,
    SEEING,
    *PERSONAL_FIELDS,
    KeyLimit(beyond_sight),
    FACTS,
    ByHand(frozenset({"profile"}), EDIT_CUSTOMERS),
    Members(concerns_member),
    ProfileBadge(lambda page: [_("Your own e-mail address")] if page.is_own else []),
    ConfigurationPages("customers.field", CONFIGURE_FIELDS),
    Routes("customers.urls"),
    customer_pair(delete_entity),
    *AUDIT,
    *MERGING,
    Entry(Group.INSIGHTS, _("Customers"), "customers:list", "users", VIEW_CUSTOMERS, shortcut="c"),
    Entry(Group.INSIGHTS, _("Erasures"), "erasures:list", "eraser", VIEW_ERASURES),
    PaletteSearch(find_customers),
    # Each hour of the day itself, of those that have come since; a week later still.
    Timer("birthdays", "customers.life.tasks.record_birthdays", crontab(minute=4), is_long=True),
    Timer("anniversaries", "customers.life.tasks.record_anniversaries", crontab(minute=14), is_long=True),
    Timer("erasures", "customers.erasure.tasks.go_on_erasing", 30.0),
    Timer("late-erasures", "customers.erasure.tasks.tell_of_late_erasures", crontab(hour=3, minute=40)),
    CustomerColumns(Customer, ("id",)),
    CustomerColumns(Merge, ("source_id", "survivor_id")),
    NotExported(Tombstone, "Of erased IDs: a keyed hash, nothing of a person who is there."),
    NotExported(Erasure, "Of erased persons, who are not there any more."),
    NotExported(ErasureItem, "The receipts of an erasure."),
    # Of rooms below, which cannot contribute to this one.
    NotExported(SavedAnswer, "What integrators were told of it within a week, for them to be told again."),
    ReferenceNames("account_id", lambda: Account.objects.values_list("id", "name")),
    ReferenceNames("staff_id", lambda: User.objects.values_list("id", "username")),
    ReferenceNames("api_key_id", lambda: ApiKey.objects.values_list("id", "name")),
    ProfileTab(_("Overview"), "customers:overview", 10),
    ProfileTab(_("Personal information"), "customers:personal", 20),
    ProfileTab(_("Notes"), "customers:notes", 90, SEE_NOTES),
    ProfileAction(
        _("Suspend…"), "customers:suspend", "user-x", SUSPEND_CUSTOMERS, position=60, statuses={Status.ACTIVE}
    ),
    ProfileAction(
        _("Unsuspend…"),
        "customers:unsuspend",
        "user-round-check",
        SUSPEND_CUSTOMERS,
        position=60,
        statuses={Status.SUSPENDED},
    ),
    ProfileAction(
        _("Download data"),
        "customers:data",
        "download",
        EXPORT_CUSTOMERS,
        position=70,
        arguments=("json",),
        is_dialog=False,
        is_possible=lambda page: page.sight.is_full,
    ),
    ProfileAction(
        _("Download data as CSV"),
        "customers:data",
        "download",
        EXPORT_CUSTOMERS,
        position=71,
        arguments=("csv",),
        is_dialog=False,
        is_possible=lambda page: page.sight.is_full,
    ),
    ProfileAction(_("Opt out…"), "customers:opt_out", "user-minus", OPT_OUT_CUSTOMERS, position=90, is_final=True),
)
