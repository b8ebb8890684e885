"""What must never be stored is refused by the database itself: one attempt for each constraint."""

import pytest
from django.db import IntegrityError, transaction

from loyalty.database.tables import our_models
from tests.listing import all_of

from .world import accepted, event, rows

pytestmark = pytest.mark.django_db
# Whose own tests try them.
ELSEWHERE = {"transfer", "protection", "tiers"}
ACCOUNT = "(SELECT id FROM points_account WHERE is_default)"
EVENT = (
    "(customer_id, action, source, data, source_detail, user_agent, occurred_at, recorded_at, program_version, points)"
)
ENTRY = "INSERT INTO points_entry (customer_id, event_id, account_id, kind, points, lot_id, recorded_at)"
LOT = "SELECT customer_id, event_id, account_id, {kind}, {points}, id, now() FROM points_lot LIMIT 1"
ORDER = (
    "INSERT INTO events_transaction (customer_id, transaction_id, status, total, refunded, items, earned, bonus,"
    " taken_back, burned, given_back, reserved, created_at, updated_at)"
)
FIGURES = "0, 0, '[]', 7, 0, 0, 5, 0, 0, now(), now()"
BURN_RATE = "INSERT INTO points_burnrate (account_id, currency, points, amount)"

BONUS = "INSERT INTO points_bonus (account_id, name, kind, multiplier, points{}) SELECT id, 'B', {} FROM points_account"

FIVE = BONUS.format("", "'fixed', NULL, 5")

FIELD = (
    "INSERT INTO customers_field (slug, name, labels, description, type, format, options, searchable, external_id,"
    " read_only, personal, position, active, factory) VALUES"
    " ('{}', 'F', '{{}}', '', {}, {}, '{{}}', false, {}, {}, true, 0, true, false)"
)
ATTRIBUTE = (
    "INSERT INTO events_eventattribute (event_type_id, slug, label, type, options, required, personal, position)"
    " SELECT action, 'new', '', {}, {}, false, false, 0 FROM events_eventtype{} WHERE action = 'opt_in'"
)
MERGE = (
    'INSERT INTO customers_merge (source_id, survivor_id, "into", kind, merged_at, source_event, survivor_event, moved, filled)'
    " SELECT a.id, {}.id, {}.id, '{}', now(), 1, 1, '{{}}', '{{}}' FROM customers_customer a, customers_customer b"
    " WHERE a.public_id = 'ann' AND b.public_id = 'bob'"
)
ERASURE = (
    "INSERT INTO customers_erasure (reference, customer_id, requested_at, banned, reason, completed_at, sealed)"
    " SELECT gen_random_uuid(), id, now(), {} FROM customers_customer WHERE public_id = 'ann'"
)
OPTED_OUT = "false, '', NULL, NULL"
RECEIPT = (
    f"WITH made AS ({ERASURE.format(OPTED_OUT)} RETURNING id)"
    " INSERT INTO customers_erasureitem (erasure_id, place, erased) SELECT id, 'logs', {} FROM made{}"
)
KEY = (
    "INSERT INTO staff_apikey (key, name, active, kind, apis, actions, origins, external_ids, networks, requests_per_minute,"
    " created_at) VALUES ('k', 'K', true, {}, '{{events}}', {}, '{{}}', '{{}}', 20000, now())"
)
KEY_MADE = KEY.format("'server'", "'{}', '{}'") + " RETURNING id"
SECRET = "INSERT INTO staff_apisecret (api_key_id, place, sealed, created_at)"

# Constraint → what it must refuse.
ATTEMPTS = {
    "customer_status_is_known": "UPDATE customers_customer SET status = 'gone'",
    "customer_has_a_public_id": "UPDATE customers_customer SET public_id = '' WHERE public_id = 'ann'",
    "customer_purchases_are_not_negative": "UPDATE customers_customer SET purchase_total = -1",
    "field_type_is_known": FIELD.format("f", "'colour'", "''", "false", "false"),
    "field_format_is_of_a_string": FIELD.format("f", "'date'", "'email'", "false", "false"),
    "field_external_id_is_a_personal_string": FIELD.format("f", "'string'", "''", "true", "true"),
    "field_options_are_of_a_choice": FIELD.format("f", "'select'", "''", "false", "false"),
    "merge_kind_is_known": MERGE.format("b", "b", "half"),
    "merge_is_of_two_customers": MERGE.format("b", "a", "full"),
    "erasure_ban_has_a_reason": ERASURE.format("true, '', NULL, NULL"),
    "erasure_keeps_nothing_when_complete": ERASURE.format("false, '', now(), 'left'"),
    "one_receipt_for_a_place": RECEIPT.format("NULL", ", generate_series(1, 2)"),
    "receipt_is_open_or_counted": RECEIPT.format("1", ""),
    "note_has_a_text": "INSERT INTO customers_note (customer_id, text, staff_id, written_at)"
    " SELECT id, '', 1, now() FROM customers_customer",
    "default_points_are_not_negative": "UPDATE events_eventtype SET default_points = -1 WHERE action = 'opt_in'",
    "what_is_personal_or_transactional_is_not_behavioural": "UPDATE events_eventtype SET behavioural = true WHERE action = 'checkout'",
    "one_attribute_of_an_id": ATTRIBUTE.format("'string'", "'{}'", ", generate_series(1, 2)"),
    "attribute_type_is_known": ATTRIBUTE.format("'colour'", "'{}'", ""),
    "attribute_options_are_of_a_choice": ATTRIBUTE.format("'select'", "'{}'", ""),
    "event_source_is_known": f"INSERT INTO events_event {EVENT} SELECT id, 'opt_in', 'nowhere', '{{}}', '', '', now(), now(), 1, 0"
    " FROM customers_customer LIMIT 1",
    "one_default_account": "INSERT INTO points_account (slug, name, currency_label, is_default) VALUES ('b', 'B', 'p', true)",
    "account_type_is_known": "UPDATE points_account SET type = 'gold'",
    "one_burn_rate_per_currency": f"{BURN_RATE} SELECT id, 'HUF', 1, 1 FROM points_account, generate_series(1, 2)",
    "burn_rate_is_positive": f"{BURN_RATE} SELECT id, 'HUF', 0, 1 FROM points_account",
    "earning_rule_range": "UPDATE points_earningrule SET percentage = -1",
    "earning_rate_range": "INSERT INTO points_earningrate (rule_id, currency, percentage)"
    " SELECT id, 'HUF', 10001 FROM points_earningrule",
    "one_rate_per_currency": "INSERT INTO points_earningrate (rule_id, currency, percentage)"
    " SELECT id, 'HUF', 1 FROM points_earningrule, generate_series(1, 2)",
    "lot_has_points": "UPDATE points_lot SET points = 0, remaining = 0",
    "lot_remaining": "UPDATE points_lot SET remaining = points + 1",
    "entry_moves_points": f"{ENTRY} {LOT.format(kind=repr('spend'), points=0)}",
    "entry_kind_is_known": f"{ENTRY} {LOT.format(kind=repr('gift'), points=-1)}",
    "entry_sign_follows_kind": f"{ENTRY} {LOT.format(kind=repr('earn'), points=-1)}",
    "balance_buckets_are_not_negative": "UPDATE points_balance SET earned = -1, spent = -1",
    "balance_spendable_is_not_negative": "UPDATE points_balance SET spent = earned + 1",
    "balance_debt_or_spendable": "UPDATE points_balance SET debt = 1",
    "ok_means_none_differ": "INSERT INTO points_verification (at, seconds, ok, found, compared, mismatches)"
    " VALUES (now(), 1, true, 1, '{}', '[]')",
    "expiry_unit_is_known": "UPDATE points_account SET expiry_unit = 'weeks'",
    "expiry_is_complete": "UPDATE points_account SET expiry = 'calendar', expiry_month = 12",
    "entry_has_a_lot_unless_pending_or_owed": f"{ENTRY} {LOT.format(kind=repr('pending'), points=1)}",
    "pending_has_points": "INSERT INTO points_pending (customer_id, event_id, account_id, points)"
    " SELECT customer_id, event_id, account_id, 0 FROM points_lot",
    "one_transaction_per_customer": f"{ORDER} SELECT id, 'T', 'draft', {FIGURES} FROM customers_customer, generate_series(1, 2)",
    "transaction_status_is_known": f"{ORDER.replace('status', 'status, event_id')}"
    f" SELECT customer_id, 'T', 'lost', id, {FIGURES} FROM events_event WHERE action = 'point_add'",
    "rejected_transaction_uses_no_limit": f"{ORDER.replace('status', 'status, event_id, booked')}"
    f" SELECT customer_id, 'T', 'rejected', id, '[]', {FIGURES} FROM events_event WHERE action = 'point_add'",
    "only_a_draft_has_no_checkout": f"{ORDER} SELECT id, 'T', 'pending', {FIGURES} FROM customers_customer",
    "transaction_refunds_at_most_its_total": f"{ORDER} SELECT id, 'T', 'draft', {FIGURES.replace('0, 0', '0, 1', 1)}"
    " FROM customers_customer",
    "transaction_takes_back_at_most_what_it_earned": f"{ORDER} SELECT id, 'T', 'draft', {FIGURES.replace('7, 0, 0', '7, 0, 8')}"
    " FROM customers_customer",
    "transaction_gives_back_at_most_what_it_burned": f"{ORDER} SELECT id, 'T', 'draft', {FIGURES.replace('5, 0, 0', '5, 6, 0')}"
    " FROM customers_customer",
    "transaction_points_are_in_range": f"{ORDER} SELECT id, 'T', 'draft', {FIGURES.replace('5, 0, 0', '5, 0, -1')}"
    " FROM customers_customer",
    "bonus_is_a_multiplier_or_points": BONUS.format("", "'multiplier', 2, 5"),
    "bonus_ends_after_it_begins": BONUS.format(
        ", first_day, last_day", "'fixed', NULL, 5, date '2026-03-02', date '2026-03-01'"
    ),
    "bonus_minimum_has_a_currency": BONUS.format(", minimum", "'fixed', NULL, 5, 10"),
    "bonus_limits_leave_something": BONUS.format(", total_limit", "'fixed', NULL, 5, 0"),
    "bonus_use_is_not_negative": f"WITH made AS ({FIVE} RETURNING id)"
    " INSERT INTO points_bonususe (customer_id, bonus_id, points) SELECT c.id, made.id, -1 FROM customers_customer c, made",
    "bonus_total_is_not_negative": f"{FIVE}; UPDATE points_bonustotal SET points = -1",
    "saved_answer_status_is_known": "INSERT INTO api_savedanswer (api_key_id, digest, fingerprint, status, body, expires_at)"
    " VALUES (1, '', '', 500, '', now())",
    "user_flags_follow_the_role": "INSERT INTO staff_user (username, password, role, first_name, last_name, email,"
    " is_superuser, is_staff, is_active, date_joined, shortcuts)"
    " VALUES ('u', '', 'manager', '', '', '', true, true, true, now(), true)",
    "general_settings_is_one_row": "UPDATE staff_generalsettings SET id = 2",
    "program_origin_is_known": "INSERT INTO staff_programrecord (version, document, facts, origin, recorded_at)"
    " VALUES (0, '{}', '{}', 'nowhere', now())",
    "api_key_kind_is_known": KEY.format("'master'", "'{}', '{}'"),
    "api_key_limit_is_positive": KEY.replace("20000", "0").format("'server'", "'{}', '{}'"),
    "client_side_key_is_narrow": KEY.format("'client_side'", "'{checkout}', '{}'"),
    "two_secrets_at_most": f"WITH made AS ({KEY_MADE}) {SECRET} SELECT id, 3, 's', now() FROM made",
    "one_secret_for_a_place": f"WITH made AS ({KEY_MADE}) {SECRET} SELECT id, 1, 's', now() FROM made, generate_series(1, 2)",
    "program_version_is_one_row": "UPDATE staff_programversion SET id = 2",
    **all_of("attempts"),
}
# Fields that are unique by themselves.
UNIQUE = {
    "points_bonus.slug": "INSERT INTO points_bonus (account_id, name, kind, multiplier, slug)"
    " SELECT id, 'B', 'multiplier', 2, 'b' FROM points_account, generate_series(1, 2)",
    "customers_customer.public_id": "UPDATE customers_customer SET public_id = 'ann'",
    "customers_field.slug": FIELD.format("facebook_id", "'string'", "''", "false", "false"),
    "customers_erasure.customer": f"{ERASURE.format(OPTED_OUT)}; {ERASURE.format(OPTED_OUT)}",
    "points_account.slug": "INSERT INTO points_account (slug, name, currency_label, is_default) VALUES ('main', 'M', 'p', false)",
}


@pytest.fixture(autouse=True)
def filled() -> None:
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=5), event("bob", "opt_in"))


@pytest.mark.parametrize("constraint", ATTEMPTS)
def test_the_database_refuses(constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        rows(ATTEMPTS[constraint])


@pytest.mark.parametrize(
    ("kind", "points", "lot"),
    [
        ("spend", 1, True),
        ("deduct", 1, True),
        ("unspend", -1, True),
        ("repay", 1, True),
        ("repay", -1, False),
        ("refund", 1, True),
        ("reserve", 1, True),
        ("release", -1, True),
    ],
)
def test_an_entry_has_the_sign_of_its_kind(kind: str, points: int, lot: bool) -> None:
    row = LOT.format(kind=f"'{kind}'", points=points).replace(", id,", ", id," if lot else ", NULL,")
    with pytest.raises(IntegrityError, match="entry_sign_follows_kind"), transaction.atomic():
        rows(f"{ENTRY} {row}")


def test_points_move_with_their_lot_only() -> None:
    row = LOT.format(kind="'move'", points=1).replace(", id,", ", NULL,")
    with pytest.raises(IntegrityError, match="entry_has_a_lot"), transaction.atomic():
        rows(f"{ENTRY} {row}")


@pytest.mark.parametrize("field", UNIQUE)
def test_the_database_refuses_a_second(field: str) -> None:
    with pytest.raises(IntegrityError, match="unique"), transaction.atomic():
        rows(UNIQUE[field])


def test_an_identity_belongs_to_one_customer() -> None:
    with pytest.raises(IntegrityError, match="customers_identity_pkey"), transaction.atomic():
        rows(
            "INSERT INTO customers_identity (scheme, value, customer_id) SELECT 'id', 'ann', id FROM customers_customer"
        )


def test_a_customer_is_merged_away_once() -> None:
    with pytest.raises(IntegrityError, match="customers_merge_pkey"), transaction.atomic():
        rows(f"{MERGE.format('b', 'b', 'full')}; {MERGE.format('b', 'b', 'full')}")


@pytest.mark.parametrize("later", [("bob", "ann"), ("cal", "ann")], ids=["cycle", "chain"])
def test_nobody_is_merged_into_a_profile_that_was_merged_away(later: tuple[str, str]) -> None:
    accepted(event("cal", "opt_in"))
    rows(MERGE.format("b", "b", "full"))
    again = MERGE.replace("'ann'", "'{}'").replace("'bob'", "'{}'").format("b", "b", "full", *later)
    with pytest.raises(IntegrityError, match="was merged away"), transaction.atomic():
        rows(f"{again}; SET CONSTRAINTS ALL IMMEDIATE")


def test_a_name_has_one_saved_answer() -> None:
    with pytest.raises(IntegrityError, match="api_savedanswer_pkey"), transaction.atomic():
        rows(
            "INSERT INTO api_savedanswer (api_key_id, digest, fingerprint, status, body, expires_at)"
            " SELECT 1, 'd', 'f', 200, '', now() FROM generate_series(1, 2)"
        )


def test_a_business_key_is_used_once() -> None:
    with pytest.raises(IntegrityError, match="events_businesskey_pkey"), transaction.atomic():
        rows("INSERT INTO events_businesskey (key, recorded_at) SELECT 'k', now() FROM generate_series(1, 2)")


@pytest.mark.parametrize("table", ["points_lot", "points_entry", "points_pending"])
def test_the_ledger_refers_to_events_of_the_same_customer(table: str) -> None:
    columns = {
        "points_lot": "account_id, points, remaining, earned_at",
        "points_entry": "account_id, kind, points, lot_id, recorded_at",
        "points_pending": "account_id, points",
    }[table]
    with pytest.raises(IntegrityError, match="event_fk"), transaction.atomic():
        rows(
            f"INSERT INTO {table} (customer_id, event_id, {columns}) SELECT c.id, t.event_id, {columns}"
            f" FROM {table if table == 'points_entry' else 'points_lot'} t, customers_customer c WHERE c.public_id = 'bob'"
        )


ORDER_OF_EVENT = f"{ORDER.replace('status', 'status, event_id')} SELECT c.id, 'T', 'pending', e.id, {FIGURES}"
OWNERS = " FROM events_event e, customers_customer c WHERE e.action = 'point_add' AND c.public_id = 'bob'"


def test_an_order_and_a_lot_may_name_an_event_of_a_profile_merged_into_their_customer() -> None:
    with pytest.raises(IntegrityError, match="transaction_event_fk"), transaction.atomic():
        rows(ORDER_OF_EVENT + OWNERS)
    rows(MERGE.format("b", "b", "full"))
    rows(ORDER_OF_EVENT + OWNERS)
    rows(
        "INSERT INTO points_lot (customer_id, event_id, account_id, points, remaining, earned_at)"
        f" SELECT c.id, e.id, {ACCOUNT}, 5, 5, now(){OWNERS}"
    )


def test_every_constraint_of_our_models_has_its_attempt() -> None:
    declared = {
        constraint.name
        for found in our_models()
        if found._meta.app_label not in ELSEWHERE
        for constraint in found._meta.constraints
    }
    assert declared == set(ATTEMPTS)
