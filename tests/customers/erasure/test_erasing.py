"""Opting out in the back office and by the API, what follows in files, and the receipts."""

import datetime as dt
import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.erasure.models import Erasure, ErasureItem
from customers.erasure.operations import NotBanned, lift_ban, opt_out, sweep_erasures, tell_of_late_receipts
from customers.models import Customer
from loyalty.engine.erasing import Receipt, Search
from loyalty.sealing import Purpose, unseal
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from loyalty.transfer.enums import JobStatus
from loyalty.transfer.files import erasing
from loyalty.transfer.files.erasing import NOT_KEPT, Terms, erase_imports
from loyalty.transfer.files.store import path_of
from loyalty.transfer.models import ImportJob
from loyalty.transfer.operations import import_here
from tests.api_keys import development_key
from tests.engine.world import codes, event, send
from tests.factories import make_customer

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def dana() -> User:
    return User.objects.create_user("dana", role=Role.MANAGER)


@pytest.fixture
def staff(client: Client, dana: User) -> Client:
    client.force_login(dana)
    return client


@pytest.fixture
def zsofia() -> Customer:
    return make_customer("C-1", first_name="Zsófia", email="zsofia@example.com", points=100)


def imported(text: str, name: str = "C-1.csv") -> ImportJob:
    return import_here(model="events", name=name, content=[text.encode()], now=timezone.now)


def send_dialog(client: Client, customer: Customer, typed: str, kind: str = "opt_out") -> Any:
    return client.post(f"/customers/{customer.id}/opt-out/", {"typed": typed, "kind": kind}, headers=HTMX)


def test_the_dialog_asks_for_the_id_and_erases(staff: Client, zsofia: Customer) -> None:
    assert "C-1" in staff.get(f"/customers/{zsofia.id}/opt-out/", headers=HTMX).content.decode()
    assert send_dialog(staff, zsofia, "C-2").status_code == 422
    assert Erasure.objects.count() == 0

    assert send_dialog(staff, zsofia, "C-1")["HX-Redirect"] == "/erasures/"

    zsofia.refresh_from_db()
    assert (zsofia.status, zsofia.first_name, zsofia.email) == ("opted_out", None, None)
    assert staff.get(f"/customers/{zsofia.id}/").status_code == 404
    assert "Zsófia" not in staff.get("/erasures/").content.decode()


def test_a_forced_opt_out_keeps_its_reason_until_the_ban_is_lifted_by_the_id(staff: Client, zsofia: Customer) -> None:
    send_dialog(staff, zsofia, "C-1", kind="fraud")

    assert "Fraud" in staff.get("/erasures/").content.decode()
    assert codes(send(event("C-1", "opt_in"))) == [160212]
    assert staff.post("/erasures/lift-ban/", {"typed": "C-2"}, headers=HTMX).status_code == 422
    assert staff.post("/erasures/lift-ban/", {"typed": "C-1"}, headers=HTMX).status_code == 204
    assert codes(send(event("C-1", "opt_in"))) == [None]


def test_whoever_may_not_erase_is_refused(zsofia: Customer) -> None:
    reader = User.objects.create_user("reader", role=Role.READ_ONLY)
    with pytest.raises(PermissionDenied):
        opt_out(zsofia, by=Sender(reader, timezone.now()))
    with pytest.raises(PermissionDenied):
        lift_ban("C-1", by=Sender(reader, timezone.now()))


def test_a_ban_that_is_not_there_cannot_be_lifted(dana: User, zsofia: Customer) -> None:
    opt_out(zsofia, by=Sender(dana, timezone.now()))
    with pytest.raises(NotBanned):
        lift_ban("C-1", by=Sender(dana, timezone.now()))


def test_the_receipt_names_places_and_counts_and_nobody(staff: Client, dana: User, zsofia: Customer) -> None:
    erasure = opt_out(zsofia, by=Sender(dana, timezone.now())).result()
    sweep_erasures(at=timezone.now())

    answer = staff.get(f"/erasures/{erasure.reference}/receipt.json")

    found = json.loads(answer.content)
    assert "attachment" in answer["Content-Disposition"]
    assert {k: v for k, v in found["places"][-4].items() if k != "done_at"} == {"place": "import_files", "erased": 0}
    assert found["completed_at"]
    assert not any(text in answer.content.decode() for text in ("C-1", "sófia", "zsofia"))


def test_the_api_opts_out_and_answers_the_receipt(client: Client, zsofia: Customer) -> None:
    development_key("till-key", "Till")

    made = client.post("/customers/C-1/opt-out?api_key=till-key", content_type="application/json")
    reference = made.json()["reference"]

    assert made.status_code == 200
    assert client.get(f"/erasures/{reference}?api_key=till-key").json() == made.json()
    assert client.post("/customers/C-1/opt-out?api_key=till-key", content_type="application/json").status_code == 404
    assert client.get("/customers/C-1?api_key=till-key").status_code == 404


def test_the_event_answers_the_id_and_the_status_only(client: Client, zsofia: Customer) -> None:
    development_key("till-key", "Till")

    answer = client.post("/events?api_key=till-key", {"customer": "C-1", "action": "opt_out"}, "application/json")

    assert answer.json() == {"id": "C-1", "status": "opted_out", "events": []}


def test_a_finished_import_that_names_the_person_loses_its_file_and_the_words_of_its_refusals(
    dana: User, zsofia: Customer
) -> None:
    job = imported("customer,action,transaction_id\nC-1,jump,x\nbob,point_add,y\n")
    other = imported("customer,action\nC-10,opt_in\n", "others.csv")
    erasure = opt_out(zsofia, by=Sender(dana, timezone.now())).result()

    assert sweep_erasures(at=timezone.now()) == 1

    job.refresh_from_db()
    assert job.file_erased
    assert job.file_name == f"import-{job.pk}.csv"
    assert not path_of(job.stored_name).exists()
    assert set(job.refused_rows.values_list("reason", flat=True)) == {NOT_KEPT}
    assert path_of(other.stored_name).exists()
    assert erasure.items.get(place="import_files").erased == 1


def test_without_a_word_to_look_for_no_file_is_deleted(zsofia: Customer) -> None:
    job = imported("_id,action\n C-2 ,opt_in\n")
    assert erase_imports([Search([])]) == [Receipt(0)]
    assert path_of(job.stored_name).exists()
    assert erase_imports([Search(["C-2"])]) == [Receipt(1)], "control: the file can be found"


def test_an_open_import_keeps_the_receipt_open_and_what_to_look_for_sealed(dana: User, zsofia: Customer) -> None:
    job = imported("customer,action\nC-1,profile\n")
    ImportJob.objects.filter(pk=job.pk).update(status=JobStatus.PROCESSING)
    erasure = opt_out(zsofia, by=Sender(dana, timezone.now())).result()

    assert sweep_erasures(at=timezone.now()) == 0
    erasure.refresh_from_db()
    assert b"C-1" not in bytes(erasure.sealed or b"")
    assert json.loads(unseal(bytes(erasure.sealed or b""), Purpose.CUSTOMERS)) == ["C-1", "zsofia@example.com"]

    ImportJob.objects.filter(pk=job.pk).update(status=JobStatus.FINISHED)
    assert sweep_erasures(at=timezone.now()) == 1
    erasure.refresh_from_db()
    assert erasure.sealed is None
    assert not path_of(job.stored_name).exists()


def test_a_receipt_that_is_open_for_more_than_a_day_is_told_of(
    staff: Client, dana: User, zsofia: Customer, caplog: pytest.LogCaptureFixture
) -> None:
    now = timezone.now()
    opt_out(zsofia, by=Sender(dana, now - dt.timedelta(days=2)))
    with caplog.at_level(logging.WARNING):
        assert tell_of_late_receipts(at=now) == 1

    assert "no receipt of import_files" in caplog.text
    assert "Open for more than a day" in staff.get("/erasures/").content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_the_same_queries_for_one_and_three(
    staff: Client, dana: User, number: int, django_assert_max_num_queries: Any
) -> None:
    for index in range(number):
        opt_out(make_customer(f"C-{index}"), by=Sender(dana, timezone.now()))
    with django_assert_max_num_queries(9):
        assert staff.get("/erasures/").status_code == 200


def test_each_file_is_read_once_for_all_who_are_to_be_erased(
    dana: User, zsofia: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def noted(name: str) -> Path:
        read.append(name)
        return path_of(name)

    monkeypatch.setattr(erasing, "path_of", noted)
    jobs = [imported(f"_id,action\nM{n},opt_in\nsomebody,opt_in\n", f"{n}.csv") for n in range(3)]
    for n in range(3):
        opt_out(Customer.objects.get(public_id=f"M{n}"), by=Sender(dana, timezone.now()))
    ImportJob.objects.filter(pk=jobs[2].pk).update(status=JobStatus.PROCESSING)

    assert sweep_erasures(at=timezone.now()) == 2
    assert read == [job.stored_name for job in jobs]
    # Who waits for an open import waits for that alone, and nothing is read for it again.
    assert sweep_erasures(at=timezone.now()) == 0
    assert len(read) == 3

    ImportJob.objects.filter(pk=jobs[2].pk).update(status=JobStatus.FINISHED)
    assert sweep_erasures(at=timezone.now()) == 1
    assert len(read) == 3
    assert not any(path_of(job.stored_name).exists() for job in jobs)
    assert list(ErasureItem.objects.filter(place="import_files").values_list("erased", flat=True)) == [1, 1, 1]


LETTERS = st.text(st.sampled_from('aAbB1éÉıİiß@.+-" ,ſsK'), max_size=12)


@settings(deadline=None, max_examples=300)
@given(text=LETTERS, named=st.lists(st.lists(LETTERS.filter(bool), max_size=2), max_size=4))
def test_many_are_found_as_each_would_be_alone(text: str, named: list[list[str]]) -> None:
    def is_in(terms: list[str]) -> bool:
        forms = {form for term in terms for form in (term, term.replace('"', '""'))}
        pattern = "|".join(re.escape(form) for form in forms)
        return bool(forms) and re.search(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.IGNORECASE) is not None

    expected = {n for n, terms in enumerate(named) if is_in(terms)}
    assert Terms(list(enumerate(named))).in_text(text) == expected
