"""The composition of the engine: its mechanisms in their order. Named by a setting; nobody imports it."""

from zoneinfo import ZoneInfo

from django.conf import settings

import customers.mechanism
import events.mechanism
import loyalty.points.mechanism
import loyalty.sync.mechanism
from events.queries import event_rules
from loyalty.engine.rows import CUSTOMER, EVENT
from loyalty.engine.types import Composition, Program
from loyalty.points import mechanism as points
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
        config={points.APP: points_config()},
    )


COMPOSITION = Composition(
    mechanisms=(
        *points.MECHANISMS_BEFORE_ORDERS,
        *customers.mechanism.MECHANISMS,
        *events.mechanism.MECHANISMS,
        *points.MECHANISMS,
    ),
    # In the order of their foreign keys.
    tables=(CUSTOMER, EVENT, points.LOT, points.BALANCE, points.ENTRY, loyalty.sync.mechanism.OUTBOX),
    parts=(points.BALANCES,),
    on_new_customer=(points.open_default_account,),
    on_recorded=(loyalty.sync.mechanism.tell,),
    configure=configure,
)
