"""The pages of coupons and rewards look as they looked, with names and codes as long as they may be."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from tests.browser.long_world import ADDRESS, CIRCLE, NAME, ONE_WORD
from tests.browser.looks import faults
from tests.claims.claiming import claimed, make_reward
from tests.claims.claiming import tell as told
from tests.coupons.pooling import assign, make_cards, make_pool
from tests.engine.world import NOW
from tests.factories import make_customer
from tests.reward_catalogue.rewarding import make_category

pytestmark = pytest.mark.browser
PAGES = ("pools", "pool", "pool-form", "codes", "rewards", "reward", "reward-editor", "of-customer", "claims")
CODE = "SPRING-" + "W" * 40


@pytest.fixture
def pages(served: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Their addresses, at noon of the same day."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    one = make_customer("C-1", points=5_000, first_name=NAME[0], last_name=NAME[1], email=ADDRESS)
    make_pool("spring", CODE, "SPRING-2", "SPRING-3", name=CIRCLE)
    make_pool("autumn", name=ONE_WORD)
    make_cards("GC-5H8K-2MQX-77PL")
    make_category("drinks", name={"en": ONE_WORD})
    make_reward("mug", name={"en": CIRCLE, "de": "Emaillebecher"}, description={"en": f"{ADDRESS} " * 3}, stock=40)
    make_reward("latte", name={"en": ONE_WORD}, category="drinks", prices={"EUR": 1_234_567}, status="inactive")
    make_reward("voucher", type="coupon", pools=["spring"], ends_at="2030-12-31", max_claims=2)
    assert assign("C-1", code=CODE) is None
    assert assign("C-1", "cards") is None
    claimed("C-1", "voucher")
    assert told("C-1", "reward_revoke", event=claimed("C-1")).error is None
    claimed("C-1")
    return {
        "pools": "/coupons/",
        "pool": "/coupons/pools/spring/",
        "pool-form": "/coupons/pools/spring/edit/",
        "codes": f"/customers/{one.id}/coupons/",
        "rewards": "/reward-catalogue/",
        "reward": "/reward-catalogue/rewards/mug/",
        "reward-editor": "/reward-catalogue/rewards/mug/edit/",
        "of-customer": f"/customers/{one.id}/",
        "claims": f"/customers/{one.id}/claims/",
    }


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_rewards_looks_as_it_looked(pages: dict[str, str], signed_in: Page, name: str) -> None:
    signed_in.goto(pages[name])
    found = faults(signed_in, name)
    assert not found, "\n".join(found)
