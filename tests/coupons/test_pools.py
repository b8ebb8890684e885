"""Pools: made, changed by each method, filled by uploads and by generation; their part of the program file."""

from decimal import Decimal
from typing import Any

import pytest

from coupons.enums import UpdateMethod
from coupons.models import Coupon, Generation, Pool, PoolChange
from coupons.stock import generating
from coupons.stock.generating import FULL, generate_open
from coupons.stock.operations import (
    CannotBeMade,
    NoSuchPool,
    WeakCodes,
    change_pool,
    create_pool,
    generate_codes,
    upload_codes,
)
from coupons.stock.updating import change_coupons
from events.models import Event
from loyalty.catalogue.operations import StillUsed, archive_product, archive_store, change_product, change_store
from loyalty.program.operations import apply_program
from loyalty.program.section import Invalid
from tests.catalogue.products import make_product, make_store
from tests.coupons.pooling import BY, STRONG, assign, balance, do, make_cards, make_pool, members, status, the
from tests.engine.world import NOW, check_books

pytestmark = pytest.mark.django_db
BULK = {"name": "Spring", "source": "bulk_generation", "type": "amount", "value": "10"}


def create(*, confirmed: bool = False, **values: Any) -> Pool:
    return create_pool(values={**BULK, "pattern": STRONG, **values}, by=BY, confirmed=confirmed).result()


def refused(**values: Any) -> list[str]:
    with pytest.raises(Invalid) as caught:
        create(confirmed=True, **values)
    return [path.partition(".")[2] for path, _ in caught.value.problems]


def test_weak_codes_need_a_confirmation_and_gift_cards_refuse_them() -> None:
    with pytest.raises(WeakCodes):
        create(pattern="S-####")
    assert create(pattern="S-####", confirmed=True).pattern == "S-####"
    assert refused(pattern="S-####", type="gift_card", currency="EUR") == ["pattern"]
    assert create(type="gift_card", currency="eur").currency == "EUR"
    assert create(source="generated", pattern="SPRING").pattern == "SPRING"


def test_what_contradicts_itself_is_refused_by_its_field() -> None:
    assert refused(pattern="###") == ["pattern"]
    assert refused(pattern="two words ####") == ["pattern"]
    assert refused(value=None) == ["value"]
    assert refused(value="0") == ["value"]
    assert refused(purchase_minimum="0.50") == ["purchase_minimum"]
    assert refused(expires={"after": 11, "unit": "years"}) == ["expires"]


def test_what_codes_were_made_of_cannot_be_changed() -> None:
    pool = create()

    for name, value in (
        ("source", "uploaded"),
        ("type", "percentage"),
        ("pattern", "Q-" + STRONG),
        ("aggregated", True),
    ):
        with pytest.raises(Invalid):
            change_pool(slug=pool.slug, values={name: value}, by=BY)
    with pytest.raises(NoSuchPool):
        change_pool(slug="nothing", values={"name": "N"}, by=BY)


def test_an_external_id_is_of_one_pool() -> None:
    create(external_id="abcdef")
    assert refused(external_id="abcdef") == ["external_id"] * 2


def test_the_same_file_twice_is_no_change() -> None:
    item = {
        "id": "p",
        "name": "P",
        "source": "uploaded",
        "type": "gift_card",
        "value": "50.00",
        "currency": "eur",
        "stores": ["b", "a"],
    }
    apply_program({"coupon_pools": [item]}, by=BY)

    assert apply_program({"coupon_pools": [item]}, by=BY).result().changes == []


# Codes


def test_two_codes_of_a_pool_never_differ_by_capitals_alone() -> None:
    pool = make_pool("spring", "Abc")

    found = upload_codes(slug=pool.slug, codes=["aBC", "d", "D", "", "e f"], by=BY).result()

    assert set(found) == {"aBC", "D", "", "e f"}
    assert set(Coupon.objects.values_list("code", flat=True)) == {"Abc", "d"}


def test_the_same_code_may_be_in_two_pools() -> None:
    make_pool("spring", "A")
    make_pool("summer", "A")
    members("ann")
    assert [assign("ann", "spring"), assign("ann", "summer")] == [None, None]

    assert do("ann", "redeem", code="A") is None
    assert do("ann", "redeem", code="A") is None
    assert do("ann", "redeem", code="A") == 1602
    assert do("ann", "unredeem", code="A", coupon="summer") is None
    assert [one.status for one in Coupon.objects.order_by("id")] == ["redeemed", "claimed"]


def test_codes_are_made_in_chunks_and_a_run_that_was_killed_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generating, "CHUNK", 40)
    pool = create()
    job = generate_codes(slug=pool.slug, number=100, by=BY).result()
    Coupon.objects.bulk_create([])
    Generation.objects.filter(pk=job.pk).update(done=70)

    assert generate_open(now=lambda: NOW) == 30
    job.refresh_from_db()
    assert (job.done, job.percent, job.finished_at, job.failure) == (100, 100, NOW, "")
    assert Coupon.objects.filter(pool=pool, status="unassigned", value=10).count() == 30
    assert generate_open(now=lambda: NOW) == 0


def test_a_pattern_with_few_codes_makes_each_once() -> None:
    pool = create(pattern="####", confirmed=True)
    with pytest.raises(CannotBeMade):
        generate_codes(slug=pool.slug, number=5_001, by=BY)

    generate_codes(slug=pool.slug, number=5_000, by=BY)

    assert generate_open(now=lambda: NOW) == 5_000
    assert Coupon.objects.values("folded").distinct().count() == 5_000


def test_a_generation_that_finds_no_code_any_more_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = create(pattern="####", confirmed=True)
    job = Generation.objects.create(pool=pool, number=10, created_at=NOW)
    monkeypatch.setattr(generating, "draw", lambda pattern, number: ["0000"])

    generate_open(now=lambda: NOW)

    job.refresh_from_db()
    assert (job.done, job.failure) == (1, FULL)


def test_only_pools_of_that_source_take_uploads_and_have_codes_made() -> None:
    with pytest.raises(CannotBeMade):
        upload_codes(slug=create().slug, codes=["A"], by=BY)
    with pytest.raises(CannotBeMade):
        generate_codes(slug=make_pool().slug, number=5, by=BY)


# Changes


def prepared() -> None:
    """One coupon of each status, of which one had another value already."""
    make_pool("spring", "FREE", "OTHER", "HELD", "USED", "BAD")
    members("ann")
    for code in ("HELD", "USED", "BAD"):
        assign("ann", code=code)
    do("ann", "redeem", code="USED")
    do("ann", "invalidate", code="BAD")
    Coupon.objects.filter(code="OTHER").update(value=7)


def values() -> list[int]:
    return [int(the(code).value or 0) for code in ("FREE", "OTHER", "HELD", "USED", "BAD")]


@pytest.mark.parametrize(
    ("method", "matching", "expected"),
    [
        (UpdateMethod.NONE, False, [10, 7, 10, 10, 10]),
        (UpdateMethod.UNASSIGNED, False, [20, 20, 10, 10, 10]),
        (UpdateMethod.UNASSIGNED, True, [20, 7, 10, 10, 10]),
        (UpdateMethod.NOT_REDEEMED, False, [20, 20, 20, 10, 10]),
        (UpdateMethod.ALL, True, [20, 7, 20, 20, 10]),
        (UpdateMethod.ALL, False, [20, 20, 20, 20, 10]),
    ],
)
def test_each_method_changes_the_coupons_that_it_names(
    method: UpdateMethod, matching: bool, expected: list[int]
) -> None:
    prepared()

    change_pool(slug="spring", values={"value": "20"}, method=method, matching=matching, by=BY)
    change_coupons(now=lambda: NOW)

    assert values() == expected
    assert not PoolChange.objects.filter(finished_at__isnull=True).exists()
    held = (expected[2] == 20) + (expected[3] == 20)
    assert Event.objects.filter(action="coupon_change").count() == held
    check_books()


def test_a_gift_card_follows_with_its_balance_unless_it_was_spent_from() -> None:
    make_cards("NEW", "SPENT")
    members("ann")
    assign("ann", "cards", code="NEW")
    assign("ann", "cards", code="SPENT")
    do("ann", "redeem", code="SPENT", amount=20)

    change_pool(slug="cards", values={"value": "60", "minimum_value": "5"}, method=UpdateMethod.ALL, by=BY)
    change_coupons(now=lambda: NOW)

    assert (balance("NEW"), balance("SPENT")) == (60, 30)
    assert the("SPENT").minimum_value == Decimal(5)
    assert status("SPENT") == "partially_redeemed"
    check_books()


def test_a_pool_names_only_what_the_catalogue_has_and_what_it_has_named_stays() -> None:
    store, product = make_store("vienna"), make_product("mug")
    made = create(stores=["vienna"], products=["mug"])
    assert refused(stores=["nowhere"]) == ["stores"]
    assert refused(products=["nothing"]) == ["products"]
    for item in (store, product):
        item.status = "inactive"
        item.save()
    changed = change_pool(slug=made.slug, values={"name": "Other"}, by=BY).result()
    assert (changed.name, changed.stores, changed.products) == ("Other", ["vienna"], ["mug"])
    assert refused(stores=["vienna"]) == ["stores"]


def test_a_store_or_product_that_a_pool_names_is_not_archived() -> None:
    make_store("vienna")
    make_product("mug")
    create(stores=["vienna"], products=["mug"])
    for change, archive, slug in (
        (change_store, archive_store, "vienna"),
        (change_product, archive_product, "mug"),
    ):
        change(slug=slug, values={"status": "inactive"}, by=BY).result()
        with pytest.raises(StillUsed, match="Spring"):
            archive(slug=slug, by=BY)
