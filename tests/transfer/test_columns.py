from collections.abc import Sequence
from typing import Any

import pytest

from customers.fields.rules import CustomersConfig
from loyalty.transfer.reading.columns import Catalogue, Plan
from loyalty.transfer.reading.options import Options
from loyalty.transfer.reading.plans import plan_of
from loyalty.transfer.reading.reader import Header, UnreadableFile

CONFIG = CustomersConfig()


def plan_events(names: Sequence[str], config: CustomersConfig, **options: Any) -> Plan:
    return plan_of("events", Header(tuple(names), ",", 0, 1), Catalogue(config), Options(**options))


def plan_customers(names: Sequence[str], config: CustomersConfig, **options: Any) -> Plan:
    return plan_of("customers", Header(tuple(names), ",", 0, 1), Catalogue(config), Options(**options))


def test_brackets_and_dots_in_the_header_make_nested_attributes() -> None:
    plan = plan_events(["_id", "action", "data[total]", "items[0][price]", "items.1.price", "address.city"], CONFIG)
    assert plan.data(["1", "checkout", "20", "5", "15", "Pécs"]) == {
        "total": "20",
        "items": [{"price": "5"}, {"price": "15"}],
        "address": {"city": "Pécs"},
    }


def test_empty_cells_are_absent_and_gaps_in_a_list_close_up() -> None:
    plan = plan_events(["_id", "action", "total", "items[0][price]", "items[1][price]", "items[10][price]"], CONFIG)
    assert plan.data(["1", "checkout", "", "", "5", "7"]) == {"items": [{"price": "5"}, {"price": "7"}]}


def test_a_refusal_names_the_column_as_the_file_does() -> None:
    plan = plan_events(["_id", "action", "data.total", "items.0.price"], CONFIG)
    assert plan.column_of("total") == "data.total"
    assert plan.column_of("items[0].price") == "items.0.price"
    assert plan.column_of("customer") == "_id"
    assert plan.column_of("transaction_id") == "transaction_id"
    assert plan.column_of("") == ""


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["action", "email"], "No column names the customer"),
        (["_id", "customer", "action"], "Two columns name the customer"),
        (["_id", "email"], "The column “action” is missing"),
        (["_id", "action", "items[0][price"], "The column name “items[0][price” is not well formed"),
        (["_id", "action", "items[]"], "The column name “items[]” is not well formed"),
        (["_id", "action", "a", "a[b]"], "The column “a[b]” contradicts another"),
        (["_id", "action", "a[b]", "a.b"], "The column “a.b” contradicts another"),
        (["_id", "action", "a[0]", "a[b]"], "The column “a[0]” contradicts another"),
        (["_id", "action", "a.b.c.d.e.f.g.h.i"], "The column “a.b.c.d.e.f.g.h.i” is nested more than 8"),
    ],
)
def test_a_header_that_makes_no_events_is_refused(names: list[str], reason: str) -> None:
    with pytest.raises(UnreadableFile, match="^" + reason.replace("[", r"\[")):
        plan_events(names, CONFIG)


@pytest.mark.parametrize("name", ["status", "score", "points", "transaction_id", "action"])
def test_a_column_that_no_customer_has_is_refused(name: str) -> None:
    with pytest.raises(UnreadableFile, match=f"The column “{name}” is no field of a customer"):
        plan_customers(["id", name], CONFIG)
