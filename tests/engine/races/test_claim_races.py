"""Many at once want one identity: exactly one gets it, and the control shows what happens without the claim."""

import pytest

from customers.fields.models import Field
from loyalty.engine.events import Incoming
from loyalty.engine.storage import statements
from loyalty.program.models import GeneralSettings
from tests.engine.races.racing import CLIENTS, race
from tests.engine.world import accepted, event, rows, send

pytestmark = pytest.mark.usefixtures("committed_db")
CUSTOMERS = "LOCK TABLE customers_customer IN SHARE MODE"
IDENTITIES = "LOCK TABLE customers_identity IN SHARE MODE"
# Looks first and writes then, as if nobody came between.
CHECKED_NOT_CLAIMED = (
    "SELECT scheme, value FROM unnest($1::text[], $2::text[], $3::bigint[]) AS claim(scheme, value, customer_id)"
    " WHERE NOT EXISTS (SELECT 1 FROM customers_identity i WHERE (i.scheme, i.value) = (claim.scheme, claim.value))"
)


def holders(value: str) -> list[tuple[int]]:
    return rows("SELECT count(*) FROM customers_customer WHERE properties ->> 'barcode' = %s", [value])


def newcomers(**data: str) -> list[list[Incoming]]:
    accepted(*(event(f"c{number}", "opt_in") for number in range(CLIENTS)))
    return [[event(f"c{number}", "profile", **data)] for number in range(CLIENTS)]


def test_sixty_four_clients_want_one_value_and_exactly_one_gets_it() -> None:
    Field.objects.create(slug="barcode", name="Barcode", external_id=True)
    found = race(newcomers(barcode="B1"), IDENTITIES)

    assert sorted(found, key=str) == [112102] * (CLIENTS - 1) + [None]
    assert holders("B1") == rows("SELECT count(*) FROM customers_identity WHERE scheme = 'barcode'") == [(1,)]


def test_control_where_the_value_is_looked_up_and_not_claimed_several_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    Field.objects.create(slug="barcode", name="Barcode", external_id=True)
    sent = newcomers(barcode="B1")
    monkeypatch.setattr(statements, "CLAIM_IDENTITIES", CHECKED_NOT_CLAIMED)
    found = race(sent, CUSTOMERS)

    assert found.count(None) == holders("B1")[0][0] > 1, found


def test_sixty_four_first_events_by_one_external_id_make_one_customer() -> None:
    Field.objects.create(slug="barcode", name="Barcode", external_id=True)
    sent = [
        [Incoming("B1", "checkout", {"transaction_id": f"t{n}", "total": 1}, scheme="barcode")] for n in range(CLIENTS)
    ]
    found = race(sent, IDENTITIES)

    assert found == [None] * CLIENTS
    assert rows("SELECT count(*), max(purchase_count) FROM customers_customer") == [(1, CLIENTS)]


def test_pitfall_9_unique_emails_hold_when_customers_are_created_at_the_same_time() -> None:
    GeneralSettings.objects.update_or_create(id=1, defaults={"unique_emails": True})
    sent = [[event(f"c{number}", "opt_in", email="test@user.email")] for number in range(CLIENTS)]
    found = race(sent, IDENTITIES)

    assert sorted(found, key=str) == [112102] * (CLIENTS - 1) + [None]
    assert rows("SELECT count(*) FROM customers_customer") == [(1,)]


def test_pitfall_9_an_address_with_commas_or_two_dots_is_another_one() -> None:
    GeneralSettings.objects.update_or_create(id=1, defaults={"unique_emails": True})
    accepted(event("ann", "opt_in", email="test@user.email"), event("bob", "opt_in", email="te,st@user..email"))

    [outcome] = send(event("cid", "opt_in", email="TEST@user.email"))
    assert outcome.error is not None
    assert outcome.error.message == "'email' belongs to another customer"


def test_pitfall_9_control_checks_in_code_only_let_several_have_one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    GeneralSettings.objects.update_or_create(id=1, defaults={"unique_emails": True})
    sent = newcomers(email="test@user.email")
    monkeypatch.setattr(statements, "CLAIM_IDENTITIES", CHECKED_NOT_CLAIMED)
    race(sent, CUSTOMERS)

    assert rows("SELECT count(*) > 1 FROM customers_customer WHERE email = 'test@user.email'") == [(True,)]
