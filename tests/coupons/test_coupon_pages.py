"""The pages of coupons: pools and their codes, the search for a code, and the tab of a customer with what its rows offer."""

import datetime as dt
import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coupons.models import Coupon, Generation, Pool
from customers.models import Customer
from events.models import Event
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.roles.models import StaffRole
from tests.catalogue.products import make_product
from tests.coupons.pooling import assign, do, make_cards, make_pool, members, status, the

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
POOL: dict[str, Any] = {
    "name": "Spring",
    "source": "uploaded",
    "type": "amount",
    "value": "10",
    "unit": "months",
    "refund_returns": "on",
}


@pytest.fixture(autouse=True)
def staff(client: Client) -> User:
    made = User.objects.create_user("ada", role=Role.ADMINISTRATOR)
    client.force_login(made)
    return made


@pytest.fixture
def ann() -> Customer:
    members("ann", "bob")
    return Customer.objects.get(public_id="ann")


def text_of(client: Client, name: str, *arguments: object, query: str = "", status: int = 200) -> str:
    answer = client.get(f"{reverse(name, args=arguments)}{query}")
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def post(client: Client, page: str, *arguments: object, status: int = 302, **data: Any) -> Any:
    answer = client.post(reverse(page, args=arguments), data)
    assert answer.status_code == status, answer.content.decode()
    return answer


def act(client: Client, page: str, customer: Customer, code: str, status: int = 204, **data: Any) -> Any:
    """In the dialog of a row."""
    address = reverse(page, args=[customer.id, the(code).id])
    answer = client.post(address, {"token": str(uuid4()), **data}, headers=HTMX)
    assert answer.status_code == status, answer.content.decode()
    return answer


# Pools


def test_before_the_first_pool_the_page_offers_to_create_one(client: Client) -> None:
    assert "No coupon pools yet" in text_of(client, "coupons:pools")


def test_a_pool_that_staff_create_is_shown_with_what_it_is_worth(client: Client) -> None:
    post(client, "coupons:new", **POOL, after="2")

    pool = Pool.objects.get()
    assert [pool.name, pool.value, pool.expires_after, pool.expires_unit] == ["Spring", 10, 2, "months"]
    page = text_of(client, "coupons:pool", pool.slug)
    assert "There are no codes yet" in page
    assert "10.00" in page


def test_who_may_add_codes_may_upload_them_without_the_right_to_import(client: Client, settings: Any) -> None:
    settings.FILE_UPLOAD_HANDLERS = ["loyalty.transfer.files.uploads.BoundedUpload", *settings.FILE_UPLOAD_HANDLERS]
    rights = ["customers.view", "coupons.view", "coupons.configure"]
    role = StaffRole.objects.create(slug="coupons", name="Coupons", rights=rights)
    client.force_login(User.objects.create_user("mia", role=role.slug))
    make_pool("spring")
    client.post(reverse("coupons:upload", args=["spring"]), {"file": SimpleUploadedFile("codes.txt", b"CODE-1\n")})

    assert Coupon.objects.get().code == "CODE-1"


@pytest.mark.parametrize(
    ("field", "given"), [("value", "0"), ("external_id", "short"), ("after", "11"), ("currency", "E1"), ("name", "")]
)
def test_what_is_wrong_with_a_pool_stands_at_its_field(client: Client, field: str, given: str) -> None:
    wrong = {**POOL, "unit": "years", "type": "gift_card", "currency": "EUR", field: given}
    answer = post(client, "coupons:new", status=422, **wrong)
    assert list(answer.context["form"].errors) == [field]
    assert not Pool.objects.exists()


def test_codes_that_are_easy_to_guess_are_made_after_a_confirmation_only(client: Client) -> None:
    weak = {**POOL, "source": "bulk_generation", "pattern": "SPRING-####"}
    answer = post(client, "coupons:new", status=422, **weak)
    assert "easy to guess: one of 2^13" in answer.content.decode()
    assert 'type="checkbox" name="confirmed"' in answer.content.decode()

    post(client, "coupons:new", **weak, confirmed="on")
    assert Pool.objects.get().pattern == "SPRING-####"


def test_gift_cards_that_are_easy_to_guess_cannot_be_confirmed(client: Client) -> None:
    card = {**POOL, "source": "generated", "type": "gift_card", "currency": "EUR", "pattern": "GC-####"}
    post(client, "coupons:new", status=422, **card)
    answer = post(client, "coupons:new", status=422, **card, confirmed="on")
    assert "too easy to guess for gift cards" in answer.content.decode()


def test_an_edit_says_which_coupons_follow_it(client: Client, ann: Customer) -> None:
    make_pool("spring", "FREE", "HELD")
    assign("ann", code="HELD")
    post(client, "coupons:edit", "spring", **{**POOL, "value": "15", "method": "update_unassigned"})

    assert [the("FREE").value, the("HELD").value, Pool.objects.get().value] == [15, 10, 15]
    assert text_of(client, "coupons:edit", "spring").count("disabled") >= 3


def test_typed_and_uploaded_codes_are_added_and_the_others_named(client: Client) -> None:
    make_pool("spring", "TAKEN")
    file = SimpleUploadedFile("codes.txt", b"\xef\xbb\xbfCODE-1\nCODE-2\n\n")
    answer = client.post(
        reverse("coupons:upload", args=["spring"]), {"codes": "taken\ncode-3", "file": file}, follow=True
    )
    assert "3 codes added. 1 was not: taken: is in the pool already" in answer.content.decode()
    assert sorted(Coupon.objects.values_list("code", flat=True)) == ["CODE-1", "CODE-2", "TAKEN", "code-3"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Enter codes, or choose a file."),
        ({"file": SimpleUploadedFile("codes.txt", b"\xff\xfe")}, "Save it as UTF-8"),
    ],
)
def test_an_upload_without_codes_says_what_to_do(client: Client, given: dict[str, Any], words: str) -> None:
    make_pool("spring")
    assert words in post(client, "coupons:upload", "spring", status=422, **given).content.decode()


def test_codes_that_are_made_are_followed_until_they_are_there(client: Client) -> None:
    pool = make_pool("made", source="bulk_generation", pattern="A-$$$$$$$$$$$$$$$$")
    post(client, "coupons:generate", "made", number="1000")
    page = text_of(client, "coupons:pool", "made")
    assert "0 of 1,000" in page
    assert 'hx-trigger="every 2s"' in page

    Generation.objects.filter(pool=pool).update(done=1000, finished_at=timezone.now())
    assert "every 2s" not in text_of(client, "coupons:pool", "made")
    assert "at most half of them" not in text_of(client, "coupons:generate", "made")


def test_uploaded_pools_make_no_codes_and_generated_ones_take_none(client: Client) -> None:
    make_pool("spring")
    make_pool("made", source="bulk_generation", pattern="A-$$$$$$$$$$$$$$$$")
    text_of(client, "coupons:generate", "spring", status=404)
    text_of(client, "coupons:upload", "made", status=404)


# The search


def test_a_code_is_found_in_capitals_or_not_with_whoever_holds_it(client: Client, ann: Customer) -> None:
    make_pool("spring", "CODE-1", "CODE-2")
    assign("ann", code="CODE-1")
    found = post(client, "coupons:find", status=200, q=" code-1 ").content.decode()
    assert "CODE-1" in found
    assert reverse("coupons:of-customer", args=[ann.id]) in found
    assert "No such code" in post(client, "coupons:find", status=200, q="CODE").content.decode()


def test_no_code_stands_in_an_address(client: Client, ann: Customer) -> None:
    make_pool("spring", "CODE-1")
    assign("ann", code="CODE-1")
    for page in (text_of(client, "coupons:find"), text_of(client, "coupons:of-customer", ann.id)):
        assert 'method="post" role="search"' in page
    assert "No such code" not in text_of(client, "coupons:find", query="?q=CODE-1")


def test_a_code_that_nobody_holds_is_withdrawn_for_good(client: Client, ann: Customer) -> None:
    make_pool("spring", "FREE", "HELD")
    assign("ann", code="HELD")
    post(client, "coupons:withdraw", the("FREE").id)
    assert status("FREE") == "invalid"
    post(client, "coupons:withdraw", the("HELD").id, status=404)
    assert status("HELD") == "claimed"


# The tab of a customer


def test_a_customer_without_coupons_has_an_empty_tab(client: Client, ann: Customer) -> None:
    assert "No coupons yet" in text_of(client, "coupons:of-customer", ann.id)


def test_the_tab_tells_what_the_manual_names(client: Client, ann: Customer) -> None:
    make_cards("GC-1", expires={"after": 2, "unit": "months"})
    assign("ann", "cards", code="GC-1")
    do("ann", "redeem", code="GC-1", amount=36)
    page = text_of(client, "coupons:of-customer", ann.id)
    for head in "Claimed at,Code,Type,Amount,Balance,Expiration date,Redeemed at,Status,Usages".split(","):
        assert f">{head}</th>" in page, head
    for text in ("GC-1", "Gift card", "50.00 EUR", "14.00 EUR", "Partially redeemed"):
        assert text in page


MENUS = {
    "claimed": ["Redeem", "Invalidate", "Unassign", "Transfer", "Change expiration"],
    "redeemed": ["Unredeem"],
    "invalid": [],
    "expired": ["Change expiration"],
}


@pytest.mark.parametrize("wanted", MENUS)
def test_the_menu_of_a_row_offers_only_what_is_legal(client: Client, ann: Customer, wanted: str) -> None:
    make_pool("spring", "CODE-1")
    assign("ann", code="CODE-1")
    if wanted == "expired":
        Coupon.objects.update(expires_at=timezone.now() - dt.timedelta(days=1))
    elif wanted != "claimed":
        do("ann", {"redeemed": "redeem", "invalid": "invalidate"}[wanted], code="CODE-1")
    [(_line, menu)] = client.get(reverse("coupons:of-customer", args=[ann.id])).context["rows"]
    assert [str(action.label) for action, _url in menu] == MENUS[wanted]


def test_whoever_may_only_look_gets_no_menu(client: Client, ann: Customer, staff: User) -> None:
    make_pool("spring", "CODE-1")
    assign("ann", code="CODE-1")
    client.force_login(User.objects.create_user("vera", role=Role.READ_ONLY))
    answer = client.get(reverse("coupons:of-customer", args=[ann.id]))
    [(_line, menu)] = answer.context["rows"]
    assert menu == []
    assert 'aria-label="Actions of' not in answer.content.decode()
    assert client.get(reverse("coupons:redeem", args=[ann.id, the("CODE-1").id])).status_code == 403


def test_each_action_of_a_row_does_what_it_says(client: Client, ann: Customer) -> None:
    make_pool("spring", "CODE-1", "CODE-2", "CODE-3", "CODE-4")
    client.post(
        reverse("coupons:assign", args=[ann.id]),
        {"token": str(uuid4()), "pool": "spring", "code": "code-1"},
        headers=HTMX,
    )
    assert status("CODE-1") == "claimed"
    act(client, "coupons:redeem", ann, "CODE-1", transaction_id="T-1")
    assert status("CODE-1") == "redeemed"
    act(client, "coupons:unredeem", ann, "CODE-1")
    assert status("CODE-1") == "claimed"
    act(client, "coupons:unassign", ann, "CODE-1")
    assert status("CODE-1") == "unassigned"
    assign("ann", code="CODE-2")
    act(client, "coupons:invalidate", ann, "CODE-2", reason="Printed twice")
    assert status("CODE-2") == "invalid"
    assert Event.objects.get(action="coupon_invalidate").data["reason"] == "Printed twice"
    assign("ann", code="CODE-3")
    act(client, "coupons:transfer", ann, "CODE-3", receiver="BOB")
    assert status("CODE-3", "bob") == "claimed"
    assign("ann", code="CODE-4")
    yesterday, tomorrow = (timezone.localdate() + dt.timedelta(days=days) for days in (-1, 1))
    act(client, "coupons:expiration", ann, "CODE-4", last_day=yesterday.isoformat())
    assert status("CODE-4") == "expired"
    act(client, "coupons:expiration", ann, "CODE-4", last_day=tomorrow.isoformat())
    assert status("CODE-4") == "claimed"


def test_a_dialog_sent_twice_redeems_once(client: Client, ann: Customer) -> None:
    make_cards("GC-1")
    assign("ann", "cards", code="GC-1")
    same: dict[str, Any] = {"token": str(uuid4()), "amount": "10"}
    for _ in range(2):
        act(client, "coupons:redeem", ann, "GC-1", **same)
    assert the("GC-1").balance == 40


@pytest.mark.parametrize(
    ("dialog", "given", "words"),
    [
        ("coupons:redeem", {"amount": "51"}, "There is less than this on the card."),
        ("coupons:transfer", {"receiver": "nobody"}, "This customer has left, or was merged into another one."),
        ("coupons:unredeem", {}, "This cannot be done with the coupon in its status of now."),
    ],
)
def test_a_refusal_is_said_in_the_dialog_and_changes_nothing(
    client: Client, ann: Customer, dialog: str, given: dict[str, Any], words: str
) -> None:
    make_cards("GC-1")
    assign("ann", "cards", code="GC-1")
    answer = act(client, dialog, ann, "GC-1", status=422, **given)
    assert words in answer.content.decode()
    assert [status("GC-1"), the("GC-1").balance] == ["claimed", 50]


def test_the_coupon_of_another_customer_is_not_there(client: Client, ann: Customer) -> None:
    make_pool("spring", "CODE-1")
    assign("bob", code="CODE-1")
    assert client.get(reverse("coupons:redeem", args=[ann.id, the("CODE-1").id])).status_code == 404


def test_the_tab_is_searched_by_a_part_of_a_code_or_pool_and_by_status(client: Client, ann: Customer) -> None:
    make_pool("spring", "CODE-1", "OTHER-2")
    for code in ("CODE-1", "OTHER-2"):
        assign("ann", code=code)
    do("ann", "redeem", code="OTHER-2")

    def shown(text: str = "", query: str = "") -> set[str]:
        answer = client.post(f"{reverse('coupons:of-customer', args=[ann.id])}{query}", {"q": text})
        return {line.coupon.code for line, _menu in answer.context["rows"]}

    assert shown("ode") == {"CODE-1"}
    assert shown("SPRI") == {"CODE-1", "OTHER-2"}
    assert shown("", "?status=redeemed") == {"OTHER-2"}
    assert shown("code", "?status=redeemed") == set()
    Coupon.objects.filter(code="CODE-1").update(expires_at=timezone.now() - dt.timedelta(hours=1))
    assert shown("", "?status=expired") == {"CODE-1"}
    assert shown("", "?status=claimed") == set()


def test_the_overview_tells_how_many_coupons_and_which_can_be_redeemed(client: Client, ann: Customer) -> None:
    make_pool("spring", "CODE-1", "CODE-2")
    for code in ("CODE-1", "CODE-2"):
        assign("ann", code=code)
    do("ann", "redeem", code="CODE-2")
    answer = client.get(reverse("customers:overview", args=[ann.id]))
    assert "Claimed 1 · Redeemed 1" in " ".join(answer.content.decode().split())
    [card] = [card.shown for card in answer.context["cards"]["side"] if card.template == "coupons/card.html"]
    assert [line.coupon.code for line in card.valid] == ["CODE-1"]


def test_the_timeline_says_what_was_done_in_words(client: Client, ann: Customer) -> None:
    make_cards("GC-1")
    assign("ann", "cards", code="GC-1")
    do("ann", "redeem", code="GC-1", amount=36)
    page = text_of(client, "events:timeline", ann.id)
    assert "Got the coupon “Cards” (GC-1)." in page
    assert "Redeemed 36.00 EUR of the coupon “Cards” (GC-1)." in page


@pytest.mark.parametrize("name", ["coupons:of-customer", "coupons:pools"])
def test_the_number_of_queries_does_not_grow_with_the_rows(client: Client, ann: Customer, name: str) -> None:
    arguments = [ann.id] if name == "coupons:of-customer" else []

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse(name, args=arguments))
        return len(captured)

    make_pool("first", "A-1")
    assign("ann", "first")
    few = queries()
    for slug in ("second", "third"):
        make_pool(slug, f"{slug}-1")
        assign("ann", slug)
    assert queries() == few


def test_what_has_a_way_back_offers_it_in_the_toast(client: Client, ann: Customer) -> None:
    make_pool("spring", "CODE-1")
    assign("ann", code="CODE-1")
    coupon = the("CODE-1")

    def undo(name: str, **data: Any) -> str | None:
        return json.loads(act(client, name, ann, "CODE-1", **data).headers["HX-Trigger"])["toast"].get("undo")

    assert undo("coupons:redeem") == reverse("coupons:unredeem", args=[ann.id, coupon.id])
    assert undo("coupons:unredeem") is None
    expiration = reverse("coupons:expiration", args=[ann.id, coupon.id])
    assert undo("coupons:expiration", last_day="2027-01-31") == f"{expiration}?last_day="
    assert undo("coupons:expiration", last_day="2027-02-28") == f"{expiration}?last_day=2027-01-31"
    assert 'value="2027-01-31"' in client.get(f"{expiration}?last_day=2027-01-31").content.decode()
    assert undo("coupons:invalidate") is None


def test_undo_of_an_assignment_takes_back_no_use_that_was_there_before(client: Client, ann: Customer) -> None:
    make_pool("always", "CODE-1", aggregated=True)
    address = reverse("coupons:assign", args=[ann.id])

    def undo() -> str | None:
        answer = client.post(address, {"token": str(uuid4()), "pool": "always"}, headers=HTMX)
        return json.loads(answer.headers["HX-Trigger"])["toast"].get("undo")

    assert undo() == reverse("coupons:unassign", args=[ann.id, the("CODE-1").id])
    assert undo() is None


def test_a_search_that_finds_more_than_a_page_says_so(client: Client, ann: Customer) -> None:
    codes = [f"CODE-{number}" for number in range(26)]
    make_pool("spring", *codes)
    for code in codes:
        assign("ann", code=code)
    page = client.post(reverse("coupons:of-customer", args=[ann.id]), {"q": "code"}).content.decode()
    assert "Others match as well" in page


def test_the_page_of_a_pool_names_its_products_and_stores(client: Client) -> None:
    make_product("p-1", name="Blue mug")
    make_pool("spring", products=["p-1", "gone"])
    assert "gone, Blue mug" in text_of(client, "coupons:pool", "spring")


def test_a_text_longer_than_a_code_finds_nothing_in_place_of_everything(client: Client, ann: Customer) -> None:
    make_pool("spring", "CODE-1")
    assign("ann", code="CODE-1")
    page = client.post(reverse("coupons:of-customer", args=[ann.id]), {"q": "x" * 80})
    assert page.context["rows"] == []
