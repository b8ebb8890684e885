"""Any valid program file does what it says: applied, exported and applied elsewhere it is the same."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from loyalty import composition as program
from loyalty.program.document import read_document, schema_of, written
from loyalty.program.operations import apply_program, compare_program
from loyalty.program.queries import program_version, read_program, sections
from loyalty.staff.sender import Sender
from tests.examples import examples

AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
CODES = ["EUR", "HUF", "USD", "JPY"]


def texts(most: int, least: int = 1) -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=least, max_size=most)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with any of the fields."""
    return st.fixed_dictionaries({}, optional=fields)


RATES = st.decimals(0, 10_000, places=4).map(str) | st.sampled_from(["0", "00100", "12.5", "12.5000", "10000"])
ATTRIBUTES = st.lists(texts(64), unique=True, max_size=4)
DEFINED = st.one_of(
    st.fixed_dictionaries(
        {"id": texts(64)},
        optional={
            "label": texts(100, 0),
            "type": st.sampled_from(
                ["any", "string", "numeric", "boolean", "date", "datetime", "url", "list", "image"]
            ),
            "required": st.booleans(),
            "personal": st.booleans(),
        },
    ),
    st.fixed_dictionaries({"id": texts(64), "type": st.just("select"), "options": st.just(["small", "large"])}),
)
SETTINGS = some(
    brand_name=texts(100),
    currency=st.sampled_from(CODES),
    auto_subscribe=st.sampled_from(["off", "checkout", "any"]),
    modules=st.lists(st.sampled_from(["multi_accounts", "expiring_points", "checkout_accept"]), unique=True),
    accept_after_days=st.none() | st.integers(0, 32_767),
    unique_emails=st.booleans(),
)
EVENT_FIELDS = some(
    labels=st.dictionaries(st.sampled_from(["hu", "de", "pt-BR", "zh-Hant"]), texts(200, 0)),
    description=texts(500, 0),
    attributes=st.lists(
        texts(64) | DEFINED, unique_by=lambda one: one if isinstance(one, str) else one["id"], max_size=4
    ),
    personal_attributes=ATTRIBUTES,
    only_known=st.booleans(),
    default_account=st.sampled_from(["", "main"]),
    default_points=st.integers(0, 2**31 - 1),
    one_time=st.booleans(),
    exposed=st.booleans(),
    pending_days=st.none() | st.integers(0, 32_767),
    built_in=st.just(False),
)
ACTIONS = [f"visit_{number}" for number in range(6)]
EVENT_TYPES = st.lists(
    st.builds(lambda action, name, more: {"action": action, "name": name, **more}, st.sampled_from(ACTIONS), texts(100), EVENT_FIELDS),
    unique_by=lambda item: item["action"], max_size=6,
)  # fmt: skip
PERIOD = {"after": st.integers(1, 1_000), "unit": st.sampled_from(["days", "months", "years"])}
EXPIRY = st.one_of(
    st.fixed_dictionaries({"rule": st.sampled_from(["none", "anniversary"])}),
    st.fixed_dictionaries({"rule": st.just("rolling"), **PERIOD}),
    st.fixed_dictionaries(
        {"rule": st.just("activity"), **PERIOD},
        optional={"actions": st.lists(st.sampled_from(["checkout", "opt_in", "point_add"]), unique=True)},
    ),
    st.fixed_dictionaries({"rule": st.just("calendar"), "month": st.integers(1, 12), "day": st.integers(1, 31)}),
)
EARNING = some(
    basis=st.sampled_from(["transaction", "item"]),
    rounding=st.sampled_from(["nearest", "up", "down"]),
    percentage=RATES,
    percentages=st.dictionaries(st.sampled_from(CODES), RATES),
)
WORTH = st.integers(1, 2**31 - 1)
ACCOUNT_FIELDS = some(
    currency_label=texts(50),
    type=st.sampled_from(["standard", "status_points"]),
    negative_points=st.booleans(),
    expiry=EXPIRY,
    burn_rates=st.dictionaries(st.sampled_from(CODES), st.fixed_dictionaries({"points": WORTH, "amount": WORTH})),
    earning=st.none() | EARNING,
)
ACCOUNTS = st.lists(
    st.builds(lambda slug, name, more: {"id": slug, "name": name, **more}, st.sampled_from(["main", "gold", "silver", "z_1"]), texts(100), ACCOUNT_FIELDS),
    unique_by=lambda item: item["id"], max_size=4,
)  # fmt: skip
LISTED = st.lists(texts(200), unique=True, max_size=3)
BONUS_FIELDS = some(
    active=st.booleans(),
    first_day=st.dates(dt.date(1900, 1, 1), dt.date(2025, 1, 1)).map(str) | st.none(),
    last_day=st.dates(dt.date(2025, 1, 1), dt.date(2999, 12, 31)).map(str) | st.none(),
    products=LISTED,
    categories=LISTED,
    channels=LISTED,
    customer_limit=st.none() | st.integers(1, 2**63 - 1),
    total_limit=st.none() | st.integers(1, 2**63 - 1),
)
GIVES = st.one_of(
    st.fixed_dictionaries({"kind": st.just("fixed"), "points": WORTH, "multiplier": st.none()}),
    st.fixed_dictionaries(
        {"kind": st.just("multiplier"), "multiplier": st.decimals(0, 100, places=4).map(str), "points": st.none()}
    ),
)
MINIMUM: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.fixed_dictionaries(
    {"currency": st.sampled_from(CODES), "minimum": st.none() | st.decimals(0, 10**15, places=4).map(str)}
)
BONUSES = st.lists(
    st.builds(
        lambda slug, name, gives, minimum, more: {"id": slug, "account": "main", "name": name, **gives, **minimum, **more},
        st.sampled_from(["spring", "autumn", "b_1"]), texts(100), GIVES, MINIMUM, BONUS_FIELDS,
    ),
    unique_by=lambda item: item["id"], max_size=3,
)  # fmt: skip
OPTIONS = texts(20).map(lambda text: text.replace(",", " ").strip()).filter(bool)
CUSTOMER_FIELDS = st.lists(
    st.one_of(
        some(
            name=texts(100), labels=st.dictionaries(st.just("hu"), texts(50, 0)), position=st.integers(0, 32_767), active=st.booleans(),
            external_id=st.booleans(), searchable=st.booleans(),
        ).map(lambda more: {"id": "card", "name": "Card", **more}),
        some(default=st.none() | st.integers(-(10**14), 10**14) | st.sampled_from(["1.50", 2.5, "0"]), read_only=st.booleans()).map(
            lambda more: {"id": "size", "name": "Size", "type": "numeric", **more}
        ),
        st.lists(OPTIONS, min_size=1, max_size=4, unique=True).map(
            lambda options: {"id": "picks", "name": "Picks", "type": "multiple_choice", "options": options, "default": options[:2]}
        ),
    ),
    unique_by=lambda item: item["id"], max_size=3,
)  # fmt: skip
PROGRAMS = some(
    settings=SETTINGS, customer_fields=CUSTOMER_FIELDS, event_types=EVENT_TYPES, accounts=ACCOUNTS, bonuses=BONUSES
)


def exported() -> str:
    return written(read_program()[1], sections())


def apply(text: str) -> None:
    apply_program(read_document(text.encode()), by=Sender(None, AT))


@pytest.mark.django_db
@pytest.mark.random
@settings(max_examples=examples(12), deadline=None)
@given(st.lists(PROGRAMS, min_size=1, max_size=3))
def test_any_program_is_applied_exported_and_applied_elsewhere(files: list[dict[str, Any]]) -> None:
    with transaction.atomic():
        for file in files:
            apply(json.dumps(file))
            version = program_version()
            assert compare_program(file).changes == []
            apply(json.dumps(file))
            assert program_version() == version
            assert program.configure() == program.program_of(version)
        first = exported()
        Draft202012Validator(schema_of(sections())).validate(json.loads(first))
        transaction.set_rollback(True)

    with transaction.atomic():
        apply(first)
        assert exported() == first
        transaction.set_rollback(True)
