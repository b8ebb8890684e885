"""What the brand's own actions may say is read by its definition, by every door alike."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.template import Engine
from django.test import Client

from customers.models import Customer
from events.models import Event
from events.types.models import EventType
from loyalty.engine.events import Incoming
from loyalty.program.operations import apply_program
from loyalty.program.queries import read_program
from loyalty.program.section import Invalid
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from tests.api_keys import development_key
from tests.engine.world import NOW, accepted, codes, configure, counts, event, rows, send, spendable

pytestmark = pytest.mark.django_db
VISIT: dict[str, Any] = {
    "action": "visit",
    "name": "Visit",
    "default_points": 7,
    "attributes": [
        {"id": "shop", "label": "Shop", "type": "select", "options": ["Allee", "Mom"], "required": True},
        {"id": "minutes", "type": "numeric"},
        {"id": "with_children", "type": "boolean"},
        {"id": "day", "type": "date"},
        {"id": "bought", "type": "list"},
        {"id": "seen", "type": "multiple_choice", "options": ["shoes", "hats"]},
        {"id": "note"},
        {"id": "raw", "type": "any"},
    ],
}


@pytest.fixture(autouse=True)
def ann(db: None) -> None:
    """A member, and an action of the brand."""
    apply_program({"event_types": [VISIT]}, by=Sender(None, NOW))
    accepted(event("ann", "opt_in"))


def data() -> dict[str, Any]:
    found: dict[str, Any] = Event.objects.filter(action="visit").latest("id").data
    return found


def test_values_are_read_by_their_types_and_others_stay_as_they_are() -> None:
    accepted(
        event(
            "ann", "visit", shop="Allee", minutes="12.50", with_children="1", day="2026-01-02", bought="a, b", seen="hats,shoes",
            note=38, raw={"a": [1]}, weather="sunny",
        )
    )  # fmt: skip
    assert data() == {
        "shop": "Allee", "minutes": 12.5, "with_children": True, "day": "2026-01-02", "bought": ["a", "b"],
        "seen": ["shoes", "hats"], "note": "38", "raw": {"a": [1]}, "weather": "sunny",
    }  # fmt: skip
    assert spendable("ann") == 7


def test_empty_values_stay_as_they_were_sent() -> None:
    accepted(event("ann", "visit", shop="Mom", minutes=None, note=""))
    assert data() == {"shop": "Mom", "minutes": None, "note": ""}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "'shop' property is required"),
        ({"shop": None}, "'shop' property is required"),
        ({"shop": "Corvin"}, "'shop' must be one of: Allee, Mom"),
        ({"shop": "Mom", "minutes": "long"}, "'minutes' must be a number of at most 15 digits such as 12.50"),
        ({"shop": "Mom", "day": "tomorrow"}, "'day' must be a date such as 2026-12-31"),
        ({"shop": "Mom", "with_children": "two"}, "'with_children' must be true or false"),
        ({"shop": "Mom", "note": {"a": 1}}, "'note' must be a text of at most 1000 characters"),
    ],
)
def test_0_a_value_that_is_none_of_its_type(sent: dict[str, Any], said: str) -> None:
    before = counts()
    [outcome] = send(Incoming("ann", "visit", sent))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.message) == (0, said)
    assert counts() == before


def test_0_another_attribute_where_these_are_the_only_ones() -> None:
    apply_program({"event_types": [{"action": "visit", "only_known": True}]}, by=Sender(None, NOW))
    [outcome] = send(event("ann", "visit", shop="Mom", weather="sunny"))
    assert outcome.error is not None
    assert outcome.error.message == "'weather' is no attribute of this action: leave it out, or define it"
    accepted(event("ann", "visit", shop="Mom", effective_timestamp=int(NOW.timestamp()), transaction_id="t1"))


# Every door


def test_by_api_bulk_and_import(client: Client, tmp_path: Any, settings: Any) -> None:
    key = development_key("till-key", "Till").key
    sent = [{"customer": "ann", "action": "visit", "data": {"shop": shop}} for shop in ("Mom", "Corvin")]
    one = client.post(f"/events?api_key={key}", json.dumps(sent[1]), "application/json")
    assert (one.status_code, one.json()["error"]["message"]) == (400, "'shop' must be one of: Allee, Mom")
    many = client.post(f"/events/bulk?api_key={key}", json.dumps({"events": sent}), "application/json").json()
    assert [result.get("error", {}).get("message") for result in many["results"]] == [
        None, "'shop' must be one of: Allee, Mom",
    ]  # fmt: skip


def test_the_form_has_an_input_for_each_type(client: Client) -> None:
    client.force_login(User.objects.create_user("kata", password="kata", role="manager"))
    ann = Customer.objects.get(public_id="ann")
    page = client.get(f"/customers/{ann.id}/events/add/?action=visit").content.decode()
    for part in (
        '<select name="data-shop"',
        'type="date" ',
        '<textarea name="data-bought"',
        'type="checkbox" name="data-seen"',
    ):
        assert part in page, part

    def save(**fields: Any) -> Any:
        return client.post(
            f"/customers/{ann.id}/events/add/",
            {
                "token": str(uuid4()),
                "action": "visit",
                "shown": "visit",
                **{f"data-{name}": value for name, value in fields.items()},
            },
        )

    assert "must be a number" in save(shop="Mom", minutes="long").content.decode()
    assert "This field is required." in save(minutes="3").content.decode()
    assert save(shop="Mom", minutes="3", with_children="true", seen=["hats"], bought="a\nb").status_code == 302
    assert data() == {"shop": "Mom", "minutes": 3, "with_children": True, "seen": ["hats"], "bought": ["a", "b"]}


# The account


def test_the_types_account_earns_where_the_event_names_none() -> None:
    configure(multi_accounts=True)
    apply_program(
        {
            "accounts": [{"id": "gold", "name": "Gold"}, {"id": "silver", "name": "Silver"}],
            "event_types": [{"action": "visit", "default_account": "gold"}],
        },
        by=Sender(None, NOW),
    )
    accepted(event("ann", "visit", shop="Mom"), event("ann", "visit", account="silver", shop="Mom"))
    earned = dict(rows("SELECT slug, earned FROM points_balance b JOIN points_account a ON a.id = b.account_id"))
    assert earned == {"main": 0, "gold": 7, "silver": 7}
    # Without the module there is one account.
    configure()
    accepted(event("ann", "visit", shop="Mom"))
    assert spendable("ann") == 7


# The program file


def exported() -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in read_program()[1]["event_types"] if item["action"] == "visit")
    return found


def test_a_file_of_before_names_attributes_only() -> None:
    apply_program(
        {"event_types": [{"action": "visit", "attributes": ["shop", "who"], "personal_attributes": ["who"]}]},
        by=Sender(None, NOW),
    )
    assert [(one["id"], one["type"], one["personal"]) for one in exported()["attributes"]] == [
        ("shop", "any", False), ("who", "any", True),
    ]  # fmt: skip
    accepted(event("ann", "visit", shop=["whatever"]))


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        ({"attributes": [{"type": "string"}]}, "attributes[0].id", "is missing"),
        ({"attributes": [{"id": "a", "type": "colour"}]}, "attributes[0].type", "must be one of "),
        ({"attributes": [{"id": "a", "type": "select"}]}, "attributes[0].options", "Enter what can be chosen."),
        ({"attributes": [{"id": "a"}, {"id": "a", "type": "date"}]}, "attributes[1].id", "is there twice"),
        ({"attributes": [7]}, "attributes[0]", "must be an attribute such as "),
        ({"attributes": [{"id": "a", "size": 1}]}, "attributes[0].size", "is not known here"),
        ({"default_account": "nowhere"}, "default_account", "must be the ID of an account"),
        (
            {"behavioural": True, "attributes": [{"id": "who", "personal": True}]},
            "behavioural",
            "cannot be true: 'who' is personal",
        ),
        ({"behavioural": True, "attributes": ["transaction_id"]}, "behavioural", "cannot be true: 'transaction_id' is"),
    ],
)
def test_a_wrong_definition_is_named(change: dict[str, Any], place: str, said: str) -> None:
    before = exported()
    with pytest.raises(Invalid) as refused:
        apply_program({"event_types": [{"action": "visit", **change}]}, by=Sender(None, NOW))
    [(path, message)] = refused.value.problems
    assert path == f"event_types[0].{place}"
    assert message.startswith(said)
    assert exported() == before


def test_of_a_built_in_action_only_what_is_personal_can_be_said() -> None:
    [opt_in] = [item for item in read_program()[1]["event_types"] if item["action"] == "review_submit"]
    personal = [{**one, "personal": True} for one in opt_in["attributes"]]
    apply_program({"event_types": [{"action": "review_submit", "attributes": personal}]}, by=Sender(None, NOW))
    assert all(EventType.objects.get(action="review_submit").attributes.values_list("personal", flat=True))
    with pytest.raises(Invalid):
        apply_program({"event_types": [{"action": "review_submit", "attributes": []}]}, by=Sender(None, NOW))


# The pages


def rows_of(*attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    form = {"attributes-TOTAL_FORMS": len(attributes), "attributes-INITIAL_FORMS": 0, "position": 0}
    for place, one in enumerate(attributes):
        form |= {f"attributes-{place}-{name}": value for name, value in {"position": place, **one}.items()}
    return {
        "action": "tasting", "name": "Tasting", "labels": "hu: Kóstoló\nde: Verkostung", "default_points": 5,
        "default_account": "", "exposed": "on", **form, **more,
    }  # fmt: skip


@pytest.fixture
def admin(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    # The admin's own templates name variables that are not always there, and count them.
    monkeypatch.setattr(Engine.get_default(), "string_if_invalid", "")
    client.force_login(User.objects.create_superuser("root", password="root"))
    return client


def test_a_type_is_defined_on_one_page_without_json(admin: Client) -> None:
    form = rows_of(
        {"slug": "wine", "label": "Wine", "type": "select", "options": "red\nwhite", "required": "on"},
        {"slug": "glasses", "type": "numeric"},
        behavioural="on",
    )
    assert admin.post("/admin/events/eventtype/add/", form).status_code == 302
    tasting = EventType.objects.get(action="tasting")
    assert (tasting.labels, tasting.behavioural) == ({"hu": "Kóstoló", "de": "Verkostung"}, True)
    accepted(event("ann", "tasting", wine="red", glasses="2"))
    assert codes(send(event("ann", "tasting", wine="rosé"))) == [0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"labels": "Kóstoló"}, "is not a language and a name"),
        ({"labels": "hu: A\nhu: B"}, "is not a language and a name"),
        ({"attributes-0-personal": "on", "behavioural": "on"}, "is personal or transactional"),
        ({"attributes-0-options": ""}, "Enter what can be chosen."),
        ({"default_account": "nowhere"}, "Select a valid choice"),
    ],
)
def test_a_wrong_definition_is_told_on_the_page(admin: Client, change: dict[str, Any], said: str) -> None:
    form = rows_of({"slug": "wine", "type": "select", "options": "red"}) | change
    assert said in admin.post("/admin/events/eventtype/add/", form).content.decode()
    assert not EventType.objects.filter(action="tasting").exists()


def test_types_are_found_by_name_and_label(admin: Client) -> None:
    found = admin.get("/admin/events/eventtype/?q=Checkout upd&factory__exact=1").content.decode()
    assert "checkout_update" in found
    assert "point_add" not in found
