"""Customers in user groups: by events, merges, erasure, files; and what is told of them."""

import pytest
from django.test import Client

from customers.erasure.operations import opt_out
from customers.export.queries import Access
from customers.models import Customer
from loyalty.engine.events import Actor
from loyalty.grouping.models import CustomerGroup
from loyalty.grouping.operations import LastGroup, put_in_group, take_out_of_group
from loyalty.grouping.wire import CUSTOMER
from loyalty.refusals import Refused
from loyalty.staff.models import User, UserGroup
from loyalty.staff.sender import Sender
from tests.engine.world import NOW, accepted, check_books, merging
from tests.factories import make_customer
from tests.groups.groups import BY, code, groups_of, make_groups, person, put, set_status, switch_on, take_out
from tests.transfer.conftest import Import
from tests.transfer.conftest import import_text as import_text

pytestmark = pytest.mark.django_db


def test_a_customer_is_put_into_groups_and_taken_out_of_them() -> None:
    make_groups(spain=None, france=None)
    make_customer("ann")

    assert [code(put("ann", "spain")), code(put("ann", "france")), code(take_out("ann", "spain"))] == [None] * 3
    assert groups_of("ann") == ["france"]
    assert (code(put("ann", "france")), code(take_out("ann", "spain"))) == (330603, 330604)
    assert code(put("ann", "nowhere")) == 330601
    check_books()


def test_a_draft_and_an_inactive_group_are_given_to_nobody_and_an_inactive_one_can_be_taken() -> None:
    make_groups(spain=None)
    make_customer("ann")
    put("ann", "spain")
    make_customer("bob")
    set_status("spain", "inactive")

    assert code(put("bob", "spain")) == 330602
    assert groups_of("ann") == ["spain"]
    assert code(take_out("ann", "spain")) is None


def test_merged_the_survivor_is_in_each_group_that_either_was_in() -> None:
    make_groups(spain=None, france=None, asia=None)
    for name, slugs in {"ann": ["spain", "asia"], "bob": ["france", "asia"]}.items():
        make_customer(name)
        for slug in slugs:
            put(name, slug)
    accepted(merging("bob", "ann"))

    assert (groups_of("ann"), groups_of("bob")) == (["asia", "france", "spain"], [])
    check_books()


def test_erasure_takes_the_groups_of_a_customer() -> None:
    make_groups(spain=None)
    ann = make_customer("ann")
    put("ann", "spain")
    opt_out(ann, by=BY).result()

    assert not CustomerGroup.objects.exists()


def test_what_is_held_about_a_customer_names_their_groups() -> None:
    make_groups(spain=None)
    ann = make_customer("ann")
    put("ann", "spain")

    assert "Spain" in b"".join(Access(ann).json()).decode()


def test_staff_give_the_groups_that_they_reach_and_no_other() -> None:
    make_groups(europe=None, spain="europe", asia=None)
    ann = make_customer("ann")
    switch_on()
    by = Sender(person("eva", "manager", "europe"), NOW)
    put_in_group(customer=ann, slug="spain", by=by).result()
    with pytest.raises(Refused, match="not found"):
        put_in_group(customer=ann, slug="asia", by=by)

    assert groups_of("ann") == ["spain"]


def test_nobody_puts_a_customer_out_of_their_own_reach() -> None:
    make_groups(spain=None, asia=None)
    ann = make_customer("ann")
    put("ann", "spain")
    put("ann", "asia")
    switch_on()
    by = Sender(person("sue", "manager", "spain"), NOW)
    with pytest.raises(LastGroup):
        take_out_of_group(customer=ann, slug="spain", by=by)

    assert groups_of("ann") == ["asia", "spain"]


def test_an_integrator_may_put_a_customer_into_a_group() -> None:
    make_groups(spain=None)
    make_customer("ann")

    assert code(put("ann", "spain", Actor("api"))) is None


def test_the_card_gives_and_takes_groups(client: Client) -> None:
    make_groups(spain=None, asia=None)
    ann = make_customer("ann")
    client.force_login(User.objects.create_superuser("ada"))
    answer = client.post(f"/customers/{ann.id}/user-groups/", {"give": "spain"}, headers={"HX-Request": "true"})
    assert "Take out of the user group Spain" in answer.content.decode()
    assert groups_of("ann") == ["spain"]
    assert "Put into the user group “Spain”." in client.get(f"/customers/{ann.id}/events/").content.decode()
    client.post(f"/customers/{ann.id}/user-groups/", {"take": "spain"})

    assert groups_of("ann") == []


def test_the_wire_tells_of_groups_if_asked() -> None:
    make_groups(spain=None, asia=None)
    ann = make_customer("ann")
    UserGroup.objects.filter(slug="asia").update(external_id="AG331")
    put("ann", "spain")
    put("ann", "asia")
    spain, asia = (UserGroup.objects.get(slug=slug).pk for slug in ("spain", "asia"))
    customers = list(Customer.objects.all())

    assert CUSTOMER.read(customers, frozenset()) == {}
    assert CUSTOMER.read(customers, frozenset({"groups"})) == {
        ann.id: {
            "groups": sorted(
                [{"id": spain, "name": "Spain"}, {"id": asia, "name": "Asia", "external_id": "AG331"}],
                key=lambda one: int(str(one["id"])),
            )
        }
    }


def test_a_file_puts_somebody_into_the_group_again_who_was_taken_out_since_the_last_one(import_text: Import) -> None:
    make_groups(spain=None)
    make_customer("ann")
    make_customer("bob")
    text = "id,user_group\nann,spain\nbob,spain\n"
    import_text(text, "user_groups")
    assert code(take_out("ann", "spain")) is None

    again = import_text(text, "user_groups")

    assert (again.recorded, again.unchanged, again.refused) == (1, 1, 0)
    assert (groups_of("ann"), groups_of("bob")) == (["spain"], ["spain"])
