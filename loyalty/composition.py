"""The composition of the engine: its mechanisms in their order, and what configures it. Named by a setting; nobody imports it."""

import logging
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.db import OperationalError
from django.utils import timezone

import customers.mechanism
import events.orders.mechanism
import loyalty.points.mechanism
from customers import identities, secrets
from customers.erasure.mechanism import ErasureRow, holds_nothing
from customers.fields import rules as fields
from customers.fields.program import CUSTOMER_FIELDS
from customers.merging import mechanism as merging
from events.orders import merging as merging_of_orders
from events.orders import rows as orders
from events.types import attributes, near_misses
from events.types.program import EVENT_TYPES
from events.types.queries import event_rules
from loyalty.accounts.program import ACCOUNTS
from loyalty.engine.mechanism import Composition
from loyalty.engine.program import Program
from loyalty.engine.rows import CUSTOMER, EVENT, IDENTITY
from loyalty.identifiers import folded
from loyalty.points import merging as merging_of_points
from loyalty.points.bonuses import rules as bonuses
from loyalty.points.bonuses.program import BONUSES
from loyalty.points.build import config_of
from loyalty.points.expiry import activity
from loyalty.points.ledger import moves, rows
from loyalty.program.operations import advance_program, keep_program
from loyalty.program.queries import program_record, read_program
from loyalty.program.settings import SETTINGS
from loyalty.sync import mechanism as sync
from loyalty.transfer.erasing import erase_imports

logger = logging.getLogger(__name__)

# The parts of the program file, in its order.
SECTIONS = (
    SETTINGS,
    CUSTOMER_FIELDS,
    EVENT_TYPES,
    ACCOUNTS,
    BONUSES,
)


def build(version: int, document: Mapping[str, Any], facts: Mapping[str, Any]) -> Program:
    """The engine's programme of a version: what its file says, and the facts that no file holds."""
    brand = document["settings"]
    # Versions from before there were such fields or such a setting have none.
    people = fields.config_of(document.get("customer_fields", []), unique_emails=brand.get("unique_emails", False))
    return Program(
        version=version,
        time_zone=ZoneInfo(facts["time_zone"]),
        auto_subscribe=brand["auto_subscribe"],
        currency=brand["currency"],
        modules=frozenset(brand["modules"]),
        event_rules=event_rules(document["event_types"]),
        schemes=frozenset({"id", *people.external_ids}),
        refused_names=frozenset(map(folded, brand.get("refused_names", []))),
        config={
            fields.APP: people,
            moves.APP: config_of(document, facts),
            attributes.APP: attributes.shapes_of(document["event_types"]),
            near_misses.APP: near_misses.names_of(document["event_types"], document.get("customer_fields", [])),
            orders.APP: orders.OrdersConfig(brand["accept_after_days"]),
        },
        document=document,
        facts=facts,
    )


def configure() -> Program:
    """The programme as it is, kept under its version."""
    for _ in range(3):
        program = build(*read_program())
        if keep(program):
            return program
        logger.warning("Version %s was kept by another release or in another time zone: a new version", program.version)
        advance_program()
    raise OperationalError("The programme kept changing while it was read: try again")


def keep(program: Program) -> bool:
    return keep_program(program.version, program.document, program.facts, at=timezone.now())


def program_of(version: int) -> Program:
    """The very programme that events of this version ran under. Raises LookupError for a version that is not kept."""
    kept = program_record(version)
    if kept is None:
        raise LookupError(f"No programme is kept under version {version}")
    return build(version, kept.document, kept.facts)


COMPOSITION = Composition(
    mechanisms=(
        *customers.mechanism.OPENING,
        *events.orders.mechanism.OPENING,
        *loyalty.points.mechanism.MECHANISMS_BEFORE_ORDERS,
        *customers.mechanism.MECHANISMS,
        *events.orders.mechanism.MECHANISMS,
        *loyalty.points.mechanism.MECHANISMS,
        # Who is merged, then what each app holds.
        merging.MECHANISM,
        merging_of_orders.MECHANISM,
        merging_of_points.MECHANISM,
    ),
    # In the order of their foreign keys.
    tables=(
        CUSTOMER,
        IDENTITY,
        secrets.SecretRow.TABLE,
        EVENT,
        merging.EarlierMergeRow.TABLE,
        merging.MergeRow.TABLE,
        orders.TRANSACTION,
        orders.GuestRow.TABLE,
        rows.LOT,
        rows.PendingRow.TABLE,
        bonuses.BonusUseRow.TABLE,
        bonuses.BonusTotalRow.TABLE,
        rows.BALANCE,
        rows.ENTRY,
        sync.OUTBOX,
        ErasureRow.TABLE,
    ),
    fan_out={
        "import_files": erase_imports,
        # The queue holds ids, the cache nothing; logs name nobody; bodies for others are made as they are sent.
        "caches": holds_nothing,
        "logs": holds_nothing,
        "outgoing_syncs": holds_nothing,
    },
    # Events before customers: by their IDs it is known what others' events say of them, and who was referred.
    erasures=("erase_events", "erase_customers", "erase_points", "erase_sync", "erase_api"),
    parts=(rows.BALANCES,),
    on_guest=orders.keep_guest_order,
    on_new_customer=(identities.welcome, loyalty.points.mechanism.open_default_account),
    on_recorded=(activity.keep_activity, sync.tell),
    configure=configure,
    keep=keep,
)
