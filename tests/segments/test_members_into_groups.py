"""All members of a segment, a list or a label are put into a user group: by a bulk request, with a right, and with a row in the trail."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from loyalty.bulk.models import BulkError, BulkRequest
from loyalty.bulk.working import work as work_on
from loyalty.program.operations import apply_program
from loyalty.refusals import Refused
from loyalty.staff.audit.deeds import Waiting
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from segments.giving import operations
from segments.giving.operations import put_members_in_group
from tests.engine.world import NOW
from tests.groups.groups import BY, groups_of, join, make_groups, person, put, set_status, switch_on
from tests.labels.labels import send as send_profile
from tests.lists.lists import make_lists, members
from tests.lists.lists import put as put_on
from tests.segments.segmenting import make_segment, work

pytestmark = pytest.mark.django_db
OWN = "ada@example.com"


@pytest.fixture(autouse=True)
def world(db: None) -> None:
    """Ann and Ben are in the segment, on the list and have the label; Eve is in neither. Ben is in the group already."""
    make_groups(spain=None)
    make_lists("vip")
    members("ann", "ben", "eve")
    for name in ("ann", "ben"):
        put_on(name, "vip")
        assert send_profile(name, "profile", labels=["Gold"]) is None
    make_segment("guests", "on list vip")
    work()
    put("ben", "spain")


def finish() -> None:
    for request in BulkRequest.objects.order_by("id"):
        while work_on(request_id=request.pk, now=lambda: NOW):
            pass


@pytest.mark.parametrize(("kind", "slug"), [("segment", "guests"), ("list", "vip"), ("label", "gold")])
def test_the_members_who_are_not_in_the_group_yet_are_put_into_it_by_one_request(kind: str, slug: str) -> None:
    assert put_members_in_group(kind=kind, slug=slug, group="spain", by=BY).result() == 1
    finish()

    request = BulkRequest.objects.get()
    assert (request.kind, request.target, request.items, request.errors) == ("user_group_add", "spain", 1, 0)
    assert [groups_of(name) for name in ("ann", "ben", "eve")] == [["spain"], ["spain"], []]


def test_the_trail_tells_who_asked_for_which_members_and_names_nobody() -> None:
    put_members_in_group(kind="list", slug="vip", group="spain", by=BY).result()

    row = AuditEntry.objects.get(operation="customer.add_group_to_members")
    batch = BulkRequest.objects.get().batch
    assert (row.subject, row.after) == ("customer_list:vip", {"user_group": "spain", "customers": 1, "batch": batch})


def test_who_cannot_be_put_into_it_any_more_is_told_by_the_request() -> None:
    put_members_in_group(kind="segment", slug="guests", group="spain", by=BY).result()
    put("ann", "spain")
    finish()

    assert list(BulkError.objects.values_list("name", "code")) == [("ann", 330603)]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"group": "nowhere"}, 330601),
        ({"kind": "label", "slug": "none"}, 0),
        ({"kind": "nothing"}, 0),
        ({"slug": "none"}, 0),
    ],
)
def test_what_is_not_there_is_refused_and_nothing_is_asked_for(asked: dict[str, str], code: int) -> None:
    with pytest.raises(Refused) as refused:
        put_members_in_group(**{"kind": "segment", "slug": "guests", "group": "spain", **asked}, by=BY)

    assert refused.value.code == code
    assert not BulkRequest.objects.exists()


def test_a_group_that_is_given_to_nobody_is_refused() -> None:
    set_status("spain", "inactive")

    with pytest.raises(Refused) as refused:
        put_members_in_group(kind="segment", slug="guests", group="spain", by=BY)
    assert refused.value.code == 330602


def test_nobody_and_too_many_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    make_segment("nobody", "first name is Nobody")
    with pytest.raises(Refused, match="Nobody is to be put"):
        put_members_in_group(kind="segment", slug="nobody", group="spain", by=BY)
    monkeypatch.setattr(operations, "MAX_ITEMS", 0)
    with pytest.raises(Refused, match="There are more than"):
        put_members_in_group(kind="segment", slug="guests", group="spain", by=BY)


def test_the_customer_with_the_senders_own_address_is_left_out() -> None:
    Customer.objects.filter(public_id="ann").update(email=OWN.upper())
    ada = User.objects.create_user("ada", email=OWN, role=Role.MANAGER)

    with pytest.raises(Refused, match="Nobody is to be put"):
        put_members_in_group(kind="segment", slug="guests", group="spain", by=Sender(ada, NOW))


@pytest.mark.parametrize("role", [Role.READ_ONLY, Role.SERVICE_AGENT])
def test_it_takes_the_right_to_give_groups(role: Role, client: Client) -> None:
    user = User.objects.create_user("sam", role=role)
    client.force_login(user)

    with pytest.raises(PermissionDenied):
        put_members_in_group(kind="segment", slug="guests", group="spain", by=Sender(user, NOW))
    assert client.get(reverse("segments:put_into_group", args=["segment", "guests"])).status_code == 403


def test_who_does_not_see_all_customers_may_not() -> None:
    switch_on()
    make_groups(spain=None, usa=None)
    user = person("sam")
    join(user, "usa")

    with pytest.raises(PermissionDenied):
        put_members_in_group(kind="list", slug="vip", group="usa", by=Sender(User.objects.get(pk=user.pk), NOW))


@pytest.mark.parametrize(
    ("kind", "slug", "page"),
    [("segment", "guests", "segments:show"), ("list", "vip", "lists:members"), ("label", "gold", "labels:members")],
)
def test_the_pages_offer_it_in_a_dialog(kind: str, slug: str, page: str, client: Client) -> None:
    client.force_login(User.objects.create_user("ada", role=Role.MANAGER))
    address = reverse("segments:put_into_group", args=[kind, slug])

    assert address in client.get(reverse(page, args=[slug])).content.decode()
    assert "Spain" in client.get(address).content.decode()
    answer = client.post(address, {"group": "spain"})
    again = client.post(address, {"group": "nowhere"})
    finish()

    assert (answer.status_code, answer["Location"]) == (302, reverse(page, args=[slug]))
    assert again.status_code == 422
    assert groups_of("ann") == ["spain"]


def test_the_dialog_of_what_is_not_there_is_not_found(client: Client) -> None:
    client.force_login(User.objects.create_user("ada", role=Role.MANAGER))

    for kind, slug in (("segment", "none"), ("nothing", "guests")):
        assert client.get(reverse("segments:put_into_group", args=[kind, slug])).status_code == 404


def test_it_waits_for_an_approval_as_changes_of_customers_by_hand_do() -> None:
    apply_program({"approvals": [{"kind": "customers"}]}, by=BY)
    ada = User.objects.create_user("ada", role=Role.MANAGER)

    waiting = put_members_in_group(kind="list", slug="vip", group="spain", by=Sender(ada, NOW))

    assert isinstance(waiting, Waiting)
    assert not BulkRequest.objects.exists()
