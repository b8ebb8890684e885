"""The list of erasures as a file, and what it does after a backup from before them was restored."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from customers.erasure.models import Erasure, ErasureItem, Tombstone
from customers.erasure.operations import ban, opt_out
from customers.fields.models import Field
from customers.models import Customer
from events.models import Event
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from tests.engine.world import codes, event, rows, send
from tests.factories import make_customer

pytestmark = pytest.mark.django_db
A_PSEUDONYM = "0123456789abcdef" * 4
TABLES = {"customers_identity": "customer_id", "customers_note": "customer_id", "customers_secret": "customer_id"}


@pytest.fixture
def dana() -> User:
    return User.objects.create_user("dana", role=Role.MANAGER)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "erasures.jsonl"


class Backup:
    """What the database holds of a customer, to be put back as it was."""

    def __init__(self, customer: Customer) -> None:
        self.id = customer.id
        [(self.profile,)] = rows("SELECT to_jsonb(c)::text FROM customers_customer c WHERE id = %s", [self.id])
        self.rest = {
            table: [row for (row,) in rows(f"SELECT to_jsonb(t)::text FROM {table} t WHERE {key} = %s", [self.id])]
            for table, key in TABLES.items()
        }

    def restore(self) -> None:
        """With the tombstones and receipts of before the erasure: none."""
        self.forget()
        columns = ", ".join(json.loads(self.profile))
        rows(
            f"UPDATE customers_customer SET ({columns}) = (SELECT {columns}"
            " FROM jsonb_populate_record(NULL::customers_customer, %s::jsonb)) WHERE id = %s",
            [self.profile, self.id],
        )
        for table, kept in self.rest.items():
            for row in kept:
                rows(f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, %s::jsonb)", [row])

    def forget(self) -> None:
        Tombstone.objects.filter(customer=self.id).delete()
        ErasureItem.objects.filter(erasure__customer=self.id).delete()
        Erasure.objects.filter(customer=self.id).delete()


@pytest.fixture
def zsofia() -> Customer:
    Field.objects.create(slug="card", name="Card", external_id=True)
    return make_customer("C-1", first_name="Zsófia", email="zsofia@example.com", card="4711", points=10)


def run(action: str, file: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    call_command("erasures", action, file)
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    del said["seconds"]
    return said


def applied(identities: int, **counts: int) -> dict[str, int]:
    return {"identities": identities, "opted_out": 0, "banned": 0, "tombstones": 0} | counts


def test_the_file_holds_pseudonyms_days_and_bans_only(
    dana: User, zsofia: Customer, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ban(zsofia, "fraud", by=Sender(dana, timezone.now()))
    opt_out(make_customer("C-2"), by=Sender(dana, timezone.now()))

    assert run("export", file, capsys) == {"identities": 3}

    found = [json.loads(line) for line in file.read_text().splitlines()]
    assert {frozenset(one) for one in found} == {frozenset({"pseudonym", "day", "banned"})}
    assert {one["day"] for one in found} == {timezone.now().date().isoformat()}
    assert sorted(one["banned"] for one in found) == [False, True, True]
    assert not any(text in file.read_text() for text in ("C-1", "4711", "zsofia"))
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("banned", [False, True])
def test_whom_a_restored_backup_brings_back_is_erased_again(
    dana: User, zsofia: Customer, file: Path, capsys: pytest.CaptureFixture[str], banned: bool
) -> None:
    make_customer("C-2", first_name="Bob")
    backup = Backup(zsofia)
    if banned:
        ban(zsofia, "fraud", by=Sender(dana, timezone.now()))
    else:
        opt_out(zsofia, by=Sender(dana, timezone.now()))
    run("export", file, capsys)
    backup.restore()
    assert Customer.objects.get(id=zsofia.id).first_name == "Zsófia"

    assert run("apply", file, capsys) == applied(2, **{"banned" if banned else "opted_out": 1})

    zsofia.refresh_from_db()
    assert (zsofia.status, zsofia.first_name, zsofia.email) == ("banned" if banned else "opted_out", None, None)
    assert Customer.objects.get(public_id="C-2").first_name == "Bob"
    assert Erasure.objects.get().staff is None
    assert Event.objects.order_by("id").last().source == "timer"  # type: ignore[union-attr]
    assert codes(send(event("C-1", "profile"))) == [160212]
    assert codes(send(event("C-1", "opt_in"))) == [160212 if banned else None]


def test_applied_twice_nothing_more_happens(
    dana: User, zsofia: Customer, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = Backup(zsofia)
    opt_out(zsofia, by=Sender(dana, timezone.now()))
    run("export", file, capsys)
    backup.restore()
    run("apply", file, capsys)
    before = rows("SELECT count(*) FROM events_event")

    assert run("apply", file, capsys) == applied(2)
    assert rows("SELECT count(*) FROM events_event") == before


def test_whoever_the_backup_does_not_know_is_kept_out(
    dana: User, zsofia: Customer, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opt_out(zsofia, by=Sender(dana, timezone.now()))
    run("export", file, capsys)
    Tombstone.objects.all().delete()

    assert run("apply", file, capsys) == applied(2, tombstones=2)
    assert codes(send(event("C-1", "subscribe"))) == [160212]
    assert run("apply", file, capsys) == applied(2)


def test_whoever_joined_again_since_stays(
    dana: User, zsofia: Customer, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opt_out(zsofia, by=Sender(dana, timezone.now()))
    run("export", file, capsys)
    again = make_customer("C-1", first_name="Zsófia")

    assert run("apply", file, capsys) == applied(2)
    again.refresh_from_db()
    assert (again.status, again.first_name) == ("active", "Zsófia")


def test_whoever_joined_again_and_left_again_after_the_backup_is_erased(
    dana: User, zsofia: Customer, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opt_out(zsofia, by=Sender(dana, timezone.now() - timedelta(days=2)))
    again = make_customer("C-1", first_name="Zsófia")
    file.write_text(_line(rows("SELECT pseudonym('id', 'C-1')")[0][0]))

    assert run("apply", file, capsys) == applied(1, opted_out=1)
    again.refresh_from_db()
    assert (again.status, again.first_name) == ("opted_out", None)


def test_whoever_held_a_card_before_the_person_stays(
    zsofia: Customer, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(_line(rows("SELECT pseudonym('card', '4711')")[0][0]))

    assert run("apply", file, capsys) == applied(1, tombstones=1)
    assert Customer.objects.get(id=zsofia.id).status == "active"


def test_a_ban_that_was_lifted_since_stays_lifted(
    dana: User, zsofia: Customer, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ban(zsofia, "fraud", by=Sender(dana, timezone.now()))
    run("export", file, capsys)
    Tombstone.objects.update(banned=False)

    assert run("apply", file, capsys) == applied(2)
    assert codes(send(event("C-1", "opt_in"))) == [None]


def _line(pseudonym: object = A_PSEUDONYM, day: object = None, banned: object = False) -> str:
    found = {"pseudonym": pseudonym, "day": day or timezone.now().date().isoformat(), "banned": banned}
    return json.dumps(found) + "\n"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("name,day\n", "line 2 is no JSON"),
        ("\n", "line 2 is no JSON"),
        ("[1]\n", "line 2 must have 'pseudonym', 'day' and 'banned'"),
        (json.dumps({"pseudonym": A_PSEUDONYM}), "line 2 must have"),
        (_line("C-1"), "line 2: 'pseudonym' must be 64"),
        (_line(5), "line 2: 'pseudonym' must be 64"),
        (_line(day="2026-02-30"), "line 2: 'day' must be a day as YYYY-MM-DD"),
        (_line(day="20260201"), "line 2: 'day' must be a day as YYYY-MM-DD"),
        (_line(day="9999-01-01"), "line 2: 'day' is still to come"),
        (_line(banned="no"), "line 2: 'banned' must be true or false"),
    ],
)
def test_of_a_wrong_file_nothing_is_applied(file: Path, wrong: str, told: str) -> None:
    file.write_text(_line() + wrong)

    with pytest.raises(CommandError, match=rf"Nothing was applied: .*erasures\.jsonl, {told}"):
        call_command("erasures", "apply", file)
    assert Tombstone.objects.count() == 0


def test_a_file_of_other_bytes_or_none_is_told_so(file: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("erasures", "apply", file)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CommandError, match="line 1 is no JSON"):
        call_command("erasures", "apply", file)
    with pytest.raises(CommandError, match="No such file"):
        call_command("erasures", "export", file.parent / "nowhere" / "erasures.jsonl")


def test_joined_files_are_read_by_the_last_erasure(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(_line(banned=True) + _line(day="2026-01-01"))

    assert run("apply", file, capsys) == applied(1, tombstones=1)
    assert Tombstone.objects.get().banned
