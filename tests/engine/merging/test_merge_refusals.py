"""Who may not be merged, with the codes that clients know; and that nothing but the operation merges."""

import pytest
from django.core.exceptions import PermissionDenied

from customers.merging.operations import merge_customers, record_merge
from customers.models import Customer, Merge
from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from loyalty.refusals import Refused
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from tests.engine.merging.families import check_families
from tests.engine.world import BY, NOW, accepted, codes, configure, counts, event, merging, rows, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two() -> None:
    configure()
    accepted(event("old", "opt_in"), event("new", "opt_in"), event("old", "point_add", points=5))


def put(name: str, status: str) -> None:
    rows("UPDATE customers_customer SET status = %s WHERE public_id = %s", [status, name])


def customer(name: str) -> Customer:
    return Customer.objects.get(public_id=name)


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("old", "suspended", 120030), ("new", "suspended", 120031), ("new", "inactive", 160216),
        ("old", "opted_out", 160212), ("new", "opted_out", 160212), ("old", "banned", 160212), ("new", "banned", 160212),
    ],
)  # fmt: skip
def test_a_profile_that_may_not_be_merged_is_refused_with_its_code(name: str, status: str, code: int) -> None:
    put(name, status)
    before = counts()

    assert codes(send(merging("old", "new"))) == [code]
    assert counts() == before
    assert rows("SELECT count(*) FROM customers_merge") == [(0,)]


@pytest.mark.parametrize("pair", [("old", "nobody"), ("nobody", "new")])
@pytest.mark.parametrize("setting", ["off", "any"])
def test_an_unknown_customer_is_not_found_nor_made(pair: tuple[str, str], setting: str) -> None:
    configure(auto_subscribe=setting)

    assert codes(send(merging(*pair))) == [160212]
    assert counts()["customers_customer"] == 2
    assert counts()["customers_identity"] == 2


def test_a_customer_is_not_merged_into_itself() -> None:
    assert codes(send(merging("old", "old"))) == [120032]


def test_a_customer_is_not_merged_into_itself_by_an_old_id() -> None:
    accepted(merging("old", "new"))

    assert codes(
        send(
            merging("old", "new"),
        )
    ) == [120032]
    assert codes(send(merging("new", "old"))) == [120032]
    check_families()


def test_whoever_was_merged_away_since_it_was_looked_up_is_not_found() -> None:
    accepted(event("third", "opt_in"))
    old, new, third = customer("old"), customer("new"), customer("third")
    record_merge(old, third, kind="full", by=BY, at=NOW)

    with pytest.raises(Refused) as refused:
        record_merge(old, new, kind="full", by=BY, at=NOW)

    assert refused.value.code == 160212
    assert rows("SELECT count(*) FROM customers_merge") == [(1,)]


@pytest.mark.parametrize("kind", ["half", "", None])
def test_only_known_kinds(kind: str) -> None:
    assert codes(send(merging("old", "new", kind))) == [0]


def test_nothing_but_the_operation_merges() -> None:
    sent = [
        event("old", "customer_merge", target="new"),
        event("old", "customer_merge", kind="full", source="old", target="new"),
    ]

    outcomes = send(*sent)

    assert [outcome.error and outcome.error.message for outcome in outcomes] == [
        "Invalid action: customer_merge. Customers are merged by a call or a page of its own."
    ] * 2


def test_a_merge_is_a_batch_of_its_own() -> None:
    with pytest.raises(ValueError, match="batch of its own"):
        record([merging("old", "new"), event("new", "point_add", points=1)], by=BY, at=NOW)


@pytest.mark.parametrize(("role", "may"), [("read_only", False), ("manager", True), ("administrator", True)])
def test_staff_need_the_right(role: str, may: bool) -> None:
    user = User.objects.create_user("u", role=role)
    if not may:
        with pytest.raises(PermissionDenied):
            merge_customers(customer("old"), customer("new"), kind="full", by=Sender(user, NOW))
        return
    found = merge_customers(customer("old"), customer("new"), kind="partial", by=Sender(user, NOW)).result()
    assert isinstance(found, Merge)
    assert (found.staff, found.kind, found.survivor, found.merged_at) == (user, "partial", customer("new"), NOW)
    assert rows("SELECT DISTINCT source, staff_id FROM events_event WHERE action = 'customer_merge'") == [
        ("back_office", user.pk)
    ]


def test_the_merged_profile_is_gone_for_later_events_of_its_own_row() -> None:
    accepted(merging("old", "new"))

    put_back = Incoming("old", "point_add", {"points": 1})
    accepted(put_back)
    assert rows("SELECT count(*) FROM events_event e JOIN customers_customer c ON c.id = customer_id"
                " WHERE public_id = 'old' AND action = 'point_add'") == [(1,)]  # fmt: skip
