"""Imports name customers by external IDs where a file has no ID, and compare values by their definitions."""

from pathlib import Path

import pytest
from django.utils import timezone

from customers.fields.models import Field
from customers.models import Customer
from events.models import Event
from events.types.models import EventType
from loyalty.points.ledger.models import Balance
from loyalty.transfer.operations import import_here
from loyalty.transfer.reading.reader import UnreadableFile

from .conftest import Import, refusals

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fields() -> None:
    Field.objects.create(slug="barcode", name="Barcode", external_id=True)
    Field.objects.create(slug="shoe_size", name="Shoe size", type="numeric")
    Field.objects.create(slug="level", name="Level", read_only=True)


def test_a_file_without_ids_names_customers_by_an_external_id(import_text: Import) -> None:
    import_text("barcode,first_name,shoe_size\nB1,Ann,38\nB2,Bob,44.50\n", "customers")
    import_text("barcode,first_name,shoe_size\nB1,Anna,38\n", "customers")

    found = {customer.first_name: customer.properties for customer in Customer.objects.all()}
    assert found == {"Anna": {"barcode": "B1", "shoe_size": 38}, "Bob": {"barcode": "B2", "shoe_size": 44.5}}


def test_a_value_that_means_the_same_is_unchanged(import_text: Import) -> None:
    import_text("id,shoe_size\n1,44.5\n", "customers")
    job = import_text("id,shoe_size\n1,44.50\n1,4.45e1\n", "customers")

    assert (job.recorded, job.unchanged) == (0, 2)
    assert Event.objects.count() == 1


def test_events_without_ids_name_customers_by_an_external_id_and_count_once(import_text: Import) -> None:
    import_text("id,barcode\n1,B1\n", "customers")
    rows = "barcode,action,transaction_id,total\nB1,checkout,t1,20\nB1,point_add,,\n"
    job = import_text(rows)
    again = import_text(rows)

    assert Event.objects.filter(action="checkout").count() == 1
    assert refusals(job) == refusals(again) == [(3, "points", "'points' property is required")]
    assert again.unchanged == 1


def test_a_taken_external_id_is_refused_by_its_column(import_text: Import) -> None:
    job = import_text("id,barcode\n1,B1\n2,B1\n", "customers")
    assert refusals(job) == [(3, "barcode", "'barcode' belongs to another customer")]


def test_a_read_only_column_is_told_before_the_import(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="“level” is a read-only field: remove it"):
        import_here(model="customers", name="f.csv", content=[b"id,level\n1,x\n"], now=timezone.now)


def test_two_external_ids_without_an_id_do_not_tell_who_is_meant(tmp_path: Path) -> None:
    Field.objects.create(slug="card", name="Card", external_id=True)
    with pytest.raises(UnreadableFile, match="Two columns name the customer, “barcode” and “card”"):
        import_here(model="customers", name="f.csv", content=[b"barcode,card\n1,x\n"], now=timezone.now)


def test_a_file_of_referrals_pays_both_sides_once(import_text: Import) -> None:
    EventType.objects.filter(action="referral").update(default_points=100)
    EventType.objects.filter(action="referral_points").update(default_points=40)
    import_text("customer,action,referrer\nann,opt_in,\nbob,opt_in,\ncid,opt_in,ann\n")
    job = import_text("customer,action,referred\nann,referral,bob\nann,referral,bob\nbob,referral,nobody\n")

    assert [reason for _, _, reason in refusals(job)] == [
        "This action cannot be repeated: 'referred' names somebody who was referred before",
        "Customer not found: 'referred' names nobody",
    ]
    points = dict(Balance.objects.values_list("customer__public_id", "spendable"))
    assert points == {"ann": 200, "bob": 40, "cid": 40}
