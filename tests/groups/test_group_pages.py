"""User groups in the back office: the tree, the form, who is in one, and what they decide of."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from loyalty.people.groups import queries
from loyalty.people.groups.operations import ChangedMeanwhile, save_group, save_kinds
from loyalty.people.groups.queries import group_item, people_in, switched_on
from loyalty.program.operations import apply_program
from loyalty.program.section import Invalid
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.models import User, UserGroup
from tests.groups.groups import BY, make_groups, person, set_status
from tests.page_forms import Sent, form_with

pytestmark = pytest.mark.django_db
PEOPLE, KINDS = "/user-groups/spain/people/", "/user-groups/kinds/"


@pytest.fixture
def office(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("ada"))
    return client


def opened(office: Client, address: str) -> Sent:
    """The dialog as a browser would send it back."""
    return form_with(office.get(address).content.decode(), "seen")


def faults(**item: object) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        apply_program({"groups": [{"id": "x", "name": "X", **item}]}, by=BY)
    return refused.value.problems


def test_the_list_is_a_tree_with_the_number_of_people(office: Client) -> None:
    make_groups(europe=None, spain="europe", asia=None)
    person("sue", "manager", "spain")
    page = office.get("/user-groups/").content.decode()

    assert re.findall(r'class="depth-(\d)"><a[^>]*title="(\w+)"', page) == [
        ("0", "Asia"),
        ("0", "Europe"),
        ("1", "Spain"),
    ]
    assert "People in Spain: 1" in page
    assert "They decide of nothing yet" in page


def test_the_list_asks_the_same_of_one_group_and_of_many(office: Client) -> None:
    make_groups(europe=None)
    with CaptureQueriesContext(connection) as of_one:
        office.get("/user-groups/")
    make_groups(spain="europe", france="europe", asia=None)
    with CaptureQueriesContext(connection) as of_many:
        office.get("/user-groups/")

    assert len(of_one) == len(of_many)


def test_a_group_is_made_and_changed(office: Client) -> None:
    answer = office.post("/user-groups/new/", {"name": "Europe", "status": "draft", "parent": "", "external_id": ""})
    assert answer.status_code == 302
    europe = UserGroup.objects.get()
    assert (europe.name, europe.status, europe.external_id) == ("Europe", "draft", None)
    changes = {"name": ["EU"], "status": ["active"], "parent": [""], "external_id": ["AG331"]}
    edit = f"/user-groups/{europe.slug}/edit/"
    assert office.post(edit, opened(office, edit) | changes).status_code == 302

    europe.refresh_from_db()
    assert (europe.name, europe.status, europe.external_id) == ("EU", "active", "AG331")
    told = AuditEntry.objects.filter(operation="group.save").order_by("-id")[0]
    assert (told.before["name"], told.after["name"]) == ("Europe", "EU")


def test_people_are_chosen(office: Client) -> None:
    make_groups(spain=None)
    for name in ("sue", "tom"):
        person(name)
    for chosen in (["sue", "tom"], ["tom"]):
        office.post(PEOPLE, opened(office, PEOPLE) | {"people": chosen})

    assert people_in("spain") == ["tom"]
    told = AuditEntry.objects.filter(operation="group.people").order_by("-id")[0]
    assert (told.before, told.after) == ({"people": ["sue", "tom"]}, {"people": ["tom"]})


def test_a_kind_is_switched_on_and_off(office: Client) -> None:
    office.post(KINDS, opened(office, KINDS) | {"kinds": ["customers"]})
    assert switched_on() == ["customers"]
    assert "They decide who sees: Customers" in office.get("/user-groups/").content.decode()
    office.post(KINDS, opened(office, KINDS) | {"kinds": []})

    assert switched_on() == []


def test_an_external_id_of_another_group_is_refused_at_its_field(office: Client) -> None:
    make_groups(europe=None)
    UserGroup.objects.update(external_id="AG331")
    answer = office.post("/user-groups/new/", {"name": "Asia", "status": "draft", "external_id": "AG331"})

    assert answer.status_code == 422
    assert "It is the external ID of another group." in answer.content.decode()
    assert UserGroup.objects.count() == 1


def test_a_group_is_not_inside_itself(db: None) -> None:
    make_groups(europe=None, spain="europe")
    with pytest.raises(Invalid, match="is inside this very group"):
        apply_program({"groups": [{"id": "europe", "name": "Europe", "parent": "spain"}]}, by=BY)
    [(path, message)] = faults(parent="nowhere")
    assert path.endswith(".parent")
    assert message == "names no group"


def test_groups_are_nested_eight_levels_deep_at_most() -> None:
    names = [f"g{number}" for number in range(1, 10)]
    with pytest.raises(Invalid, match="9th level"):
        make_groups(**dict(zip(names, [None, *names], strict=False)))
    make_groups(**dict(zip(names[:8], [None, *names], strict=False)))


def test_an_active_group_is_never_draft_again() -> None:
    make_groups(spain=None)
    with pytest.raises(Invalid, match="cannot be draft again"):
        set_status("spain", "draft")
    set_status("spain", "inactive")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(Invalid, match="must be one of customers"):
        apply_program({"grouped_kinds": [{"kind": "moons"}]}, by=BY)


def test_groups_are_for_administrators(client: Client) -> None:
    client.force_login(person("sue"))

    assert client.get("/user-groups/").status_code == 403


def test_whoever_is_in_a_group_is_offered_however_many_people_there_are(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is not offered would be taken out by the next save."""
    monkeypatch.setattr(queries, "MOST_PEOPLE", 1)
    last = User.objects.create_user("zoe", role="manager")
    assert last.username in {one.username for one in queries.offered(["zoe"])}
    assert last.username not in {one.username for one in queries.offered([])}


def test_what_others_saved_while_a_dialog_was_being_sent_is_kept_as_well(db: None) -> None:
    """The form has looked already: the operation looks again, once nobody else can save."""
    make_groups(spain=None)
    shown = group_item("spain")
    set_status("spain", "inactive")

    with pytest.raises(ChangedMeanwhile):
        save_group(slug="spain", shown=shown, changes={"name": "Iberia"}, by=BY)
    with pytest.raises(ChangedMeanwhile):
        save_kinds(shown=["customers"], kinds=["customers"], by=BY)
