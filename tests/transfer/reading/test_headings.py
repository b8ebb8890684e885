"""Headings are matched however they are written; what nothing is called like is told before anything is written."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from customers.fields.models import Field
from customers.models import Customer
from events.models import Event
from events.types.models import EventAttribute, EventType
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from loyalty.transfer.enums import JobStatus, UnknownColumns
from loyalty.transfer.models import ImportJob
from loyalty.transfer.operations import confirm_import, import_here, start_import
from loyalty.transfer.reading.options import Options
from loyalty.transfer.reading.reader import UnreadableFile
from tests.transfer.conftest import Import, refusals
from tests.transfer.test_imports import counts

pytestmark = pytest.mark.django_db


def run(text: str, model: str = "customers", **options: str) -> ImportJob:
    return import_here(
        model=model, name="x.csv", content=[text.encode()], now=timezone.now, options=Options(**options)  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    "headings",
    [
        "customer_id,Email,First Name,Last Name,Phone,Birthday",
        "ID,E-mail,first-name,LASTNAME,Mobile Phone,Date of birth",
        "_id,email,FirstName,surname,mobile_phone,birth_date",
    ],
)
def test_headings_are_matched_without_regard_to_case_blanks_and_dashes(headings: str) -> None:
    run(f"{headings}\nh1,ann@example.com,Ann,Lee,+44 20 7946 0000,1980-01-16\n")
    ann = Customer.objects.get(public_id="h1")
    assert (ann.email, ann.first_name, ann.last_name, ann.mobile_phone, str(ann.birth_date), ann.properties) == (
        "ann@example.com", "Ann", "Lee", "+44 20 7946 0000", "1980-01-16", {},
    )  # fmt: skip


def test_the_brand_s_own_field_comes_before_a_synonym() -> None:
    Field.objects.create(slug="birthday", name="Birthday of the shop card")
    run("id,Birthday\nh1,soon\n")
    assert Customer.objects.get().properties == {"birthday": "soon"}


def test_columns_of_events_are_matched_inside_of_orders_too() -> None:
    run(
        "Customer ID,ACTION,Transaction ID,Items[0][Product ID],items.0.Price,data[Channel]\nh1,checkout,T1,A,5,web\n",
        "events",
    )
    data = Event.objects.get(action="checkout").data
    assert data == {"transaction_id": "T1", "channel": "web"}
    assert Event.objects.get(action="checkout_item").data == {"product_id": "A", "price": "5", "channel": "web"}


def test_unknown_columns_are_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(
        UnreadableFile, match="No field and no attribute is called “emial” \\(is email meant\\?\\), “Shop”"
    ):
        run("id,emial,Shop\n1,a@example.com,Harbour\n")
    assert not Customer.objects.exists()
    assert not ImportJob.objects.exists()
    assert list(tmp_path.rglob("*.csv")) == []


def test_unknown_columns_are_kept_or_left_out_as_the_uploader_says() -> None:
    run("id,Shop\n1,Harbour\n", unknown_columns="keep")
    run("id,Shop\n2,Harbour\n", unknown_columns="leave_out")
    run("_id,action,flavour\n1,point_add,sour\n2,opt_in,sweet\n", "events", unknown_columns="leave_out")
    found = dict(Customer.objects.values_list("public_id", "properties"))
    assert found == {"1": {"Shop": "Harbour"}, "2": {}}


def test_an_upload_with_unknown_columns_waits_for_an_answer(manager: User) -> None:
    text = b"id,Shop\n1,Harbour\n"
    job = start_import(
        model="customers", name="x.csv", content=[text], by=Sender(manager, timezone.now()), ask=True
    ).result()
    assert (job.status, job.unknown_names) == (JobStatus.UPLOADED, ["“Shop”"])
    with pytest.raises(UnreadableFile, match="Say first what becomes of the unknown columns"):
        confirm_import(job_id=job.pk, by=Sender(manager, timezone.now()))
    confirm_import(job_id=job.pk, by=Sender(manager, timezone.now()), unknown=UnknownColumns.KEEP)
    job.refresh_from_db()
    assert job.status == JobStatus.PROCESSING


def test_the_command_refuses_unknown_columns_unless_they_are_allowed(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("id,Shop\n1,Harbour\n")
    with pytest.raises(CommandError, match="No field and no attribute is called “Shop”"):
        call_command("import_file", path, model="customers")
    call_command("import_file", path, model="customers", unknown_columns="keep", stdout=io.StringIO())
    assert Customer.objects.get().properties == {"Shop": "Harbour"}


def test_an_attribute_of_the_brand_s_own_action_is_known() -> None:
    EventType.objects.create(action="visit", name="Visit")
    EventAttribute.objects.create(event_type_id="visit", slug="shop_number", type="numeric")
    assert counts(run('_id,action,Shop Number\n1,opt_in,\n1,visit,"1 000"\n', "events")) == (2, 2, 0, 0)
    assert Event.objects.get(action="visit").data == {"shop_number": 1000}


@pytest.mark.parametrize(
    ("headings", "model", "reason"),
    [
        ("id,First Name,first_name", "customers", "The columns “First Name” and “first_name” both mean first_name"),
        ("id,Customer ID", "customers", "Two columns name the customer, “id” and “Customer ID”"),
        ("id,Status", "customers", "The column “Status” is no field of a customer"),
        ("id,Date", "customers", "The column “Date” says when, but not what happened then"),
        ("id,action,Action", "events", "The columns “action” and “Action” both mean action"),
        ("id,action,date,timestamp", "events", "The columns “date” and “timestamp” both mean the time of the event"),
    ],
)
def test_two_columns_of_one_meaning_and_those_of_none_are_refused(headings: str, model: str, reason: str) -> None:
    with pytest.raises(UnreadableFile, match="^" + reason):
        run(f"{headings}\n", model)


def test_a_time_that_is_also_an_attribute_is_refused_with_the_cure() -> None:
    EventType.objects.create(action="visit", name="Visit")
    EventAttribute.objects.create(event_type_id="visit", slug="date", type="string")
    with pytest.raises(UnreadableFile, match="call it “effective_timestamp” or “data\\[date\\]”"):
        run("id,action,date\n", "events")
    run("id,action,data[date]\n1,opt_in,\n1,visit,soon\n", "events")
    assert Event.objects.get(action="visit").data == {"date": "soon"}


def test_the_reason_of_a_refused_row_is_not_read_again(import_text: Import) -> None:
    job = import_text("_id,action,refused_code,refused_reason,points\n1,opt_in,0,points: wrong,\n1,point_add,,,five\n")
    assert refusals(job) == [(3, "points", "'points' must be a number such as 12.50")]
    assert Event.objects.get().data == {}
