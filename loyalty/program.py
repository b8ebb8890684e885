"""The composition of the engine: its mechanisms in their order. Named by a setting; nobody imports it."""

from zoneinfo import ZoneInfo

from django.conf import settings

import customers.mechanism
import events.mechanism
import loyalty.sync.mechanism
from events import orders
from events.queries import event_rules
from loyalty.engine.rows import CUSTOMER, EVENT
from loyalty.engine.types import Composition, Program
from loyalty.points import activity, bonuses, ledger, mechanism, rows
from loyalty.points.queries import points_config
from loyalty.staff.queries import general_settings, program_version


def configure() -> Program:
    version = program_version()  # first: what changes while the rest is read is then read again
    brand = general_settings()
    return Program(
        version=version,
        time_zone=ZoneInfo(settings.TIME_ZONE),
        auto_subscribe=brand.auto_subscribe,
        currency=brand.currency,
        modules=frozenset(brand.modules),
        event_rules=event_rules(),
        config={ledger.APP: points_config(), orders.APP: orders.OrdersConfig(brand.accept_after_days)},
    )


COMPOSITION = Composition(
    mechanisms=(
        *events.mechanism.OPENING,
        *mechanism.MECHANISMS_BEFORE_ORDERS,
        *customers.mechanism.MECHANISMS,
        *events.mechanism.MECHANISMS,
        *mechanism.MECHANISMS,
    ),
    # In the order of their foreign keys.
    tables=(
        CUSTOMER,
        EVENT,
        orders.TRANSACTION,
        orders.GuestRow.TABLE,
        rows.LOT,
        rows.PendingRow.TABLE,
        bonuses.BonusUseRow.TABLE,
        bonuses.BonusTotalRow.TABLE,
        rows.BALANCE,
        rows.ENTRY,
        loyalty.sync.mechanism.OUTBOX,
    ),
    parts=(rows.BALANCES,),
    on_guest=orders.keep_guest_order,
    on_new_customer=(mechanism.open_default_account,),
    on_recorded=(activity.keep_activity, loyalty.sync.mechanism.tell),
    configure=configure,
)
