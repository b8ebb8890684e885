"""What a file says of a merged-away profile fills what the survivor has not, overwrites nothing, and is reported."""

import pytest

from customers.models import Customer
from events.models import Event
from loyalty.transfer.models import ImportJob
from tests.factories import make_customer
from tests.merging import merge

from .conftest import Import
from .test_imports import counts

pytestmark = pytest.mark.django_db


@pytest.fixture
def survivor(db: None) -> Customer:
    kept, gone = make_customer("keep", email="new@example.com", first_name="Ann"), make_customer("gone")
    merge(gone, kept)
    return kept


def told(job: ImportJob) -> list[tuple[int, str]]:
    return [(row.line, row.told) for row in job.notices.order_by("line")]


def test_a_row_of_customers_fills_only_what_is_empty(import_text: Import, survivor: Customer) -> None:
    job = import_text("id,email,first_name,last_name,shop\ngone,old@example.com,Ann,Lee,Harbour\n", "customers")
    survivor.refresh_from_db()
    assert (survivor.email, survivor.first_name, survivor.last_name) == ("new@example.com", "Ann", "Lee")
    assert survivor.properties == {"shop": "Harbour"}
    assert counts(job) == (1, 1, 0, 0)
    assert told(job) == [(2, "A profile that was merged away: email of the survivor stayed.")]


def test_a_row_that_fills_nothing_is_unchanged_and_told(import_text: Import, survivor: Customer) -> None:
    job = import_text("id,email\ngone,old@example.com\n", "customers")
    assert counts(job) == (1, 0, 1, 0)
    assert len(told(job)) == 1
    survivor.refresh_from_db()
    assert survivor.email == "new@example.com"


@pytest.mark.parametrize("first", ["keep", "gone"])
def test_rows_by_both_ids_are_seen_one_after_the_other(import_text: Import, survivor: Customer, first: str) -> None:
    second = {"keep": "gone", "gone": "keep"}[first]
    import_text(f"id,last_name\n{first},First\n{second},Second\n", "customers")
    survivor.refresh_from_db()
    # By its own ID the survivor is changed, by the other one it is filled.
    assert survivor.last_name == {"keep": "First", "gone": "Second"}[first]


def test_an_own_id_overwrites_as_before(import_text: Import, survivor: Customer) -> None:
    import_text("id,email\nkeep,other@example.com\n", "customers")
    survivor.refresh_from_db()
    assert survivor.email == "other@example.com"


def test_a_profile_event_of_a_file_fills_only_what_is_empty(import_text: Import, survivor: Customer) -> None:
    text = "_id,action,email,last_name,reason\ngone,profile,old@example.com,Lee,clean-up\ngone,profile,x@example.com,Poe,\n"
    job = import_text(text)
    survivor.refresh_from_db()
    assert (survivor.email, survivor.last_name) == ("new@example.com", "Lee")
    assert counts(job) == (2, 1, 1, 0)
    assert [line for line, _ in told(job)] == [2, 3]
    assert Event.objects.get(action="profile").data == {"last_name": "Lee", "reason": "clean-up"}


def test_an_opt_in_of_a_merged_profile_is_refused_where_it_differs(import_text: Import, survivor: Customer) -> None:
    job = import_text("_id,action,email\ngone,opt_in,old@example.com\n")
    assert counts(job) == (1, 0, 0, 1)
    survivor.refresh_from_db()
    assert survivor.email == "new@example.com"


def test_points_of_a_merged_profile_are_the_survivor_s(import_text: Import, survivor: Customer) -> None:
    assert counts(import_text("_id,action,points\ngone,point_add,5\n")) == (1, 1, 0, 0)
