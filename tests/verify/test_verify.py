"""Verifying: the command, the nightly task and its page, what it takes."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.verify.checks import Check, Piece
from loyalty.verify.comparison import compare, verify
from loyalty.verify.health import PROTECTIONS, all_checks
from loyalty.verify.models import Verification
from loyalty.verify.operations import verify_projections
from loyalty.verify.projections import Projection
from loyalty.verify.tasks import verify as verify_task
from tests.engine.world import NOW
from tests.verify.corrupting import CORRUPTIONS, as_owner, corrupt, customer_of, record_histories

FIFTY = 50
# What they find is about no customer, so that no history is changed for it; planted in the room's own tests.
OF_NOBODY = {"label_identifiers"}

pytestmark = pytest.mark.usefixtures("committed_db")


def run_command(*arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the printed report."""
    out, code = StringIO(), 0
    try:
        call_command("verify", *arguments, stdout=out)
    except SystemExit as exited:
        code = int(exited.code or 0)
    return code, json.loads(out.getvalue())


def test_every_row_of_fifty_and_more_that_are_changed_by_hand_is_named() -> None:
    single = [name for name, (_, expected) in CORRUPTIONS.items() if len(expected) == 1]
    many = max(FIFTY, len(single))
    chosen = {f"c-{number}": single[number % len(single)] for number in range(many)}
    record_histories(*chosen)
    corrupt(chosen)

    code, report = run_command()

    assert (code, report["found"], len(report["mismatches"])) == (1, many, many)
    assert {named["customer_id"] for named in report["mismatches"]} == {customer_of(name) for name in chosen}
    assert {named["check"] for named in report["mismatches"]} == {check.name for check in all_checks()} - OF_NOBODY


def test_the_command_reports_by_its_exit_code() -> None:
    record_histories("spent")
    code, report = run_command()
    assert (code, report["ok"], report["mismatches"]) == (0, True, [])
    assert set(report["compared"]) == {check.name for check in all_checks()} | {PROTECTIONS}
    corrupt({"spent": "spent"})

    code, report = run_command("--limit", "5")

    [named] = report["mismatches"]
    assert (code, report["ok"], report["found"]) == (1, False, 1)
    assert (named["check"], named["customer_id"]) == ("balances", customer_of("spent"))
    assert named["stored"] == {"spent": named["recomputed"]["spent"] + 1}


def test_amounts_that_are_too_large_to_be_weighed_are_compared_row_by_row() -> None:
    record_histories("a", "b")
    huge = "points = points + 9000000000000000000"
    as_owner(
        f"UPDATE points_balance SET {huge.replace('points', 'earned')} WHERE customer_id = {customer_of('a')}",
        f"UPDATE events_transaction SET {huge.replace('points', 'earned')} WHERE transaction_id = 'b-9'",
    )

    found = verify(all_checks(), limit=10)

    assert {(named.check, named.customer_id) for named in found.mismatches} == {
        ("balances", customer_of("a")),
        ("transactions", customer_of("b")),
    }
    assert found.compared["transactions"] == 20


@pytest.mark.parametrize("limit", ["0", "1000001"])
def test_a_list_of_no_sensible_length_is_refused(limit: str) -> None:
    with pytest.raises(CommandError, match="--limit must be from 1 to 1000000"):
        call_command("verify", "--limit", limit)


def test_the_result_is_kept_without_anything_personal() -> None:
    record_histories("last_earn_date")
    corrupt({"last_earn_date": "last_earn_date"})
    customer = customer_of("last_earn_date")

    kept = verify_projections(at=NOW)

    row = {"check": "totals", "customer_id": customer, "row": f"customers_customer ({customer})"}
    assert (kept.at, kept.ok, kept.found) == (NOW, False, 1)
    assert kept.mismatches == [{**row, "columns": ["last_earn_date"]}]


@pytest.mark.ignore_template_errors  # the admin's own templates name variables that are not always there
def test_the_nightly_result_is_read_in_the_admin_and_changed_by_nobody(client: Client) -> None:
    record_histories("earned")
    verify_task()
    client.force_login(User.objects.create_user("root", role=Role.ADMINISTRATOR))
    [kept] = Verification.objects.all()

    assert kept.ok
    for address in ("", f"{kept.pk}/change/"):
        assert client.get(f"/admin/points/verification/{address}").status_code == 200
    assert client.get("/admin/points/verification/add/").status_code == 403
    assert client.post(f"/admin/points/verification/{kept.pk}/delete/", {"post": "yes"}).status_code == 403


def test_one_customer_and_four_take_the_same_statements() -> None:
    taken = []
    for names in (["a"], ["b", "c", "d"]):
        record_histories(*names)
        with CaptureQueriesContext(connection) as captured:
            compare(all_checks(), limit=10)
        taken.append(len(captured))

    assert taken[0] == taken[1] <= 8 * len(all_checks()) + 5


def test_it_cannot_write() -> None:
    drawn = "(SELECT nextval('points_lot_id') AS customer_id) drawn"
    writing = Projection(
        "writing", "points_balance", ("customer_id",), {"earned": "0"}, "", "earned", (Piece(drawn, "0"),)
    )

    with pytest.raises(InternalError, match="read-only transaction"):
        verify([writing], limit=1)


def test_what_is_recorded_meanwhile_raises_no_alarm() -> None:
    """What has changed since the first statement is not there yet for the others."""
    record_histories("a")
    change = CORRUPTIONS["earned"][0].format(customer=customer_of("a"))

    def checks_and_a_change() -> Iterator[Check]:
        yield from all_checks()
        as_owner(change)
        yield from all_checks()

    assert verify(checks_and_a_change(), limit=10).found == 0
    assert verify(all_checks(), limit=10).found == 1
