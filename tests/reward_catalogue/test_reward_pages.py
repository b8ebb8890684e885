"""The pages of rewards: the grid, the editor with its preview, buttons, order, categories and messages."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from loyalty.staff.enums import Role
from loyalty.staff.models import User
from rewards.catalogue.models import Reward, RewardCategory, RewardMessage
from rewards.catalogue.operations import change_reward
from rewards.catalogue.pages.queries import price_words
from tests.coupons.pooling import make_pool
from tests.reward_catalogue.rewarding import BY, make_category, make_reward
from tests.segments.segmenting import make_segment

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
NEW: dict[str, Any] = {
    "act": "save",
    "type": "physical",
    "name.en": "Mug",
    "price": "1,500",
    "lock": "none",
    "lock_seconds": "60",
    "repeat_unit": "days",
    "transfer_unit": "days",
    "transfer_date": "remain",
}


@pytest.fixture(autouse=True)
def staff(client: Client) -> User:
    made = User.objects.create_user("ada", role=Role.ADMINISTRATOR)
    client.force_login(made)
    return made


def show(client: Client, page: str, *arguments: object, query: str = "", status: int = 200) -> str:
    answer = client.get(reverse(f"rewards:{page}", args=arguments) + query)
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def send(client: Client, page: str, *arguments: object, wanted: int = 302, **data: Any) -> Any:
    answer = client.post(reverse(f"rewards:{page}", args=arguments), data)
    assert answer.status_code == wanted, answer.content.decode()
    return answer


def form_of(client: Client, slug: str) -> dict[str, Any]:
    """What a browser sends back of the form as it is shown."""
    form = client.get(reverse("rewards:edit", args=[slug])).context["form"]
    found: dict[str, Any] = {"act": "save", "language": form.languages}
    for bound in form:
        value = bound.field.prepare_value(bound.value())
        if not bound.field.disabled and value not in (None, "", False, []):
            found[bound.html_name] = "on" if value is True else bound.field.widget.format_value(value) or value
    return found


def test_the_grid_shows_rewards_and_finds_them(client: Client) -> None:
    assert "No rewards yet" in show(client, "list")
    make_category()
    make_reward("latte", name={"en": "Latte", "de": "Kaffee"}, category="drinks", stock=5)
    make_reward("mug", status="inactive", starts_at="2030-01-01")

    page = show(client, "list")

    assert all(text in page for text in ("Latte", "Mug", "100 points", "Inactive", "Drinks", "without end"))
    assert "Mug" not in show(client, "list", query="?q=kaff")
    assert "Latte" not in show(client, "list", query="?status=inactive")
    assert "Mug" not in show(client, "list", query="?category=drinks")
    assert "No reward matches" in show(client, "list", query="?type=bidding")


def test_three_tiles_take_as_many_queries_as_one(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            show(client, "list")
        return len(found)

    make_category()
    make_reward("a", category="drinks")
    queries()
    one = queries()
    make_reward("b", category="drinks"), make_reward("c", category="drinks")
    assert queries() == one


def test_only_reward_pages_show_images_of_elsewhere(client: Client) -> None:
    make_reward(image_url="https://shop.example.com/a.png")

    found = client.get(reverse("rewards:list"))
    other = client.get(reverse("customers:list"))

    assert "img-src 'self' data: https:" in found["Content-Security-Policy"]
    assert "https:" not in other["Content-Security-Policy"]


def test_a_reward_is_created_with_texts_in_several_languages(client: Client) -> None:
    make_segment("buyers", "bought"), make_pool("spring")
    added = send(client, "new", wanted=200, **{**NEW, "act": "add", "added": "de"}).content.decode()
    assert 'name="name.de"' in added, "the form with the language, nothing is saved"
    assert Reward.objects.count() == 0

    send(
        client, "new", **{
            **NEW, "type": "coupon", "pools": "spring", "language": "de", "name.de": "Becher", "prices": "USD 1600",
            "admitted": "segment:buyers", "starts_at": "2026-03-01T10:00", "stock": "5", "repeat_after": "2",
            "custom_data": "cf_color: blue\ncf_size: 2", "webhook_data": "sku: 12", "display_coming_soon": "on",
        },
    )  # fmt: skip

    made = Reward.objects.get()
    assert (made.status, made.type, made.name) == ("inactive", "coupon", {"en": "Mug", "de": "Becher"})
    assert (made.prices, made.pools, made.stock) == ({"EUR": 1500, "USD": 1600}, ["spring"], 5)
    assert made.audience == {"any": [{"segment": "buyers"}]}
    assert (made.repeat_after, made.repeat_unit, made.display_coming_soon) == (2, "days", True)
    assert (made.custom_data, made.webhook_data) == ({"cf_color": "blue", "cf_size": 2}, {"sku": "12"})


def test_what_is_wrong_is_told_at_its_field_and_nothing_is_lost(client: Client) -> None:
    page = send(
        client,
        "new",
        wanted=422,
        **{**NEW, "image_url": "nonsense", "starts_at": "2026-03-02", "ends_at": "2026-03-01"},
    ).content.decode()

    assert "Must be an address that begins with http" in page
    assert 'value="Mug"' in page
    send(client, "new", wanted=422, **{**NEW, "name.en": ""})
    page = send(client, "new", wanted=422, **{**NEW, "repeat_after": "9000", "repeat_unit": "years"}).content.decode()
    assert "Must be within ten years" in page
    send(client, "new", wanted=422, **{**NEW, "custom_data": "nothing"})
    assert Reward.objects.count() == 0


def test_a_form_that_only_stands_there_changes_nothing(client: Client) -> None:
    make_segment("buyers", "bought"), make_pool("spring")
    made = make_reward(
        type="coupon", pools=["spring"], name={"en": "Latte", "de": "Kaffee"}, prices={"EUR": 1, "USD": 2}, stock=7,
        audience={"any": [{"segment": "buyers"}]}, custom_data={"cf_a": "1", "cf_b": 2, "cf_c": None}, cost="1.5",
        starts_at="2026-03-01T10:00:05Z", ends_at="2026-12-31", repeat_interval={"after": 1, "unit": "weeks"},
        lock="customer", hidden=True, gallery=["https://shop.example.com/a.png"], webhook_data={"sku": "1"},
    )  # fmt: skip
    before = Reward.objects.filter(pk=made.pk).values().get()

    send(client, "edit", "latte", **form_of(client, "latte"))

    assert Reward.objects.filter(pk=made.pk).values().get() == before


def test_an_edit_takes_back_nobody_elses_change(client: Client) -> None:
    make_reward(message="Hi")
    form = form_of(client, "latte")
    change_reward(slug="latte", values={"message": "Changed"}, by=BY)

    told = send(client, "edit", "latte", wanted=422, **{**form, "name.en": "Mocha"})

    assert "Somebody has changed this reward meanwhile" in told.content.decode()
    assert Reward.objects.get().message == "Changed"
    send(client, "edit", "latte", **{**form, "name.en": "Mocha", "seen": told.context["form"].data["seen"]})
    assert Reward.objects.get().name == {"en": "Mocha"}


def test_the_preview_shows_the_card_in_each_language_and_whom_it_is_for(client: Client) -> None:
    make_segment("buyers", "bought")
    data = {
        **NEW,
        "language": "de",
        "name.de": "Becher",
        "claim_button_label.en": "Get it",
        "admitted": "segment:buyers",
    }

    page = " ".join(client.post(reverse("rewards:preview"), data, headers=HTMX).content.decode().split())

    assert all(text in page for text in ('lang="de"', "Becher", "Mug", "Get it", "1,500 points", "in segment Buyers"))
    unfinished = client.post(reverse("rewards:preview"), {"name.en": "<b>Mug", "price": "x"}, headers=HTMX)
    assert "&lt;b&gt;Mug" in unfinished.content.decode()
    make_reward()
    assert client.post(reverse("rewards:preview_of", args=["latte"]), data, headers=HTMX).status_code == 200
    plain = send(client, "new", wanted=200, **{**data, "act": "preview"}).content.decode()
    assert "Becher" in plain


@pytest.mark.parametrize(
    ("prices", "words"),
    [
        ({"EUR": 1}, "1 point"),
        ({"EUR": 400, "USD": 420}, "400 points, 420 for USD"),
        ({"": 5}, "5 points"),
        ({"USD": 420}, "420 for USD"),
        ({"EUR": 0}, "free"),
        ({}, ""),
    ],
)
def test_a_price_in_words(prices: dict[str, int], words: str) -> None:
    assert price_words(prices, "EUR") == words


def test_buttons_activate_set_inactive_clone_and_archive(client: Client) -> None:
    make_reward(status="inactive")

    send(client, "activate", "latte")
    assert Reward.objects.get().status == "active"
    assert "Archive" not in show(client, "show", "latte")
    send(client, "archive", "latte", wanted=422)
    send(client, "deactivate", "latte")
    answer = client.post(reverse("rewards:clone", args=["latte"]), headers=HTMX)
    clone = Reward.objects.exclude(slug="latte").get()
    assert (answer.status_code, answer["HX-Redirect"]) == (204, reverse("rewards:edit", args=[clone.slug]))
    assert "Archive" in show(client, "show", "latte")
    send(client, "archive", "latte")
    for page in ("show", "edit", "activate", "clone", "archive"):
        show(client, page, "latte", status=404)


def test_what_an_active_reward_lacks_is_told_by_the_button(client: Client) -> None:
    make_reward(status="inactive", prices={})

    page = send(client, "activate", "latte", wanted=422).content.decode()

    assert "“Price in points” is required of an active reward" in page


def test_the_order_moves_by_one(client: Client) -> None:
    for slug in ("a", "b", "c"):
        make_reward(slug)

    send(client, "order", up="c")
    send(client, "order", down="a")
    send(client, "order", up="nothing")

    found = list(Reward.objects.order_by("position").values_list("slug", flat=True))
    assert found == ["c", "a", "b"]
    assert "C up" not in show(client, "order"), "the first one"


def test_categories_are_made_and_changed(client: Client) -> None:
    send(client, "new_category", name="Drinks", names="de: Getränke", status="active", position="1")
    made = RewardCategory.objects.get()
    assert made.name == {"en": "Drinks", "de": "Getränke"}

    send(client, "edit_category", made.slug, name="Drinks", names="", status="hidden", position="1")

    made.refresh_from_db()
    assert (made.name, made.status) == ({"en": "Drinks"}, "hidden")
    assert "Hidden" in show(client, "categories")
    send(client, "new_category", wanted=422, name="D", names="german: x", position="0")
    show(client, "edit_category", "nothing", status=404)


def test_messages_are_said_in_the_brands_words(client: Client) -> None:
    send(client, "edit_message", "stock", texts="en: All gone.\nde: Alles weg.")

    assert RewardMessage.objects.get().texts == {"en": "All gone.", "de": "Alles weg."}
    page = show(client, "messages")
    assert "All gone." in page
    assert "You need {missing} more points." in page
    show(client, "edit_message", "mood", status=404)


def test_whoever_may_only_look_gets_no_buttons_and_no_forms(client: Client) -> None:
    client.force_login(User.objects.create_user("bob", role=Role.READ_ONLY))
    make_reward()

    for page in (
        show(client, "list"),
        show(client, "show", "latte"),
        show(client, "categories"),
        show(client, "messages"),
    ):
        assert "Edit" not in page
        assert "Create" not in page
    for name in ("new", "order"):
        show(client, name, status=403)
    show(client, "edit", "latte", status=403)
