"""What is read of claims: in how many queries, by segments, on the timeline, in a customer's copy of their data."""

import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.export.queries import Access
from customers.models import Customer
from events.models import Event
from events.timeline.queries import sentences_of
from loyalty.engine.programs import programs
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from rewards.catalogue.config import RewardsConfig
from rewards.catalogue.models import Reward
from rewards.catalogue.queries import lines_of
from rewards.claims.models import Claim
from rewards.claims.operations import bid_for_reward, claim_reward
from rewards.claims.queries import claimability_of, claims_of, coupons_of, highest_bids, rule_of, taken_of
from tests.claims.claiming import DAY, STAFF, bid, claim, claimed, make_reward, members, revoke
from tests.coupons.pooling import assign, do, make_pool
from tests.engine.world import NOW, accepted, merging, rows
from tests.segments.segmenting import make_segment, work
from tests.segments.segmenting import members as segment_members

pytestmark = pytest.mark.django_db


def ann() -> Customer:
    return Customer.objects.get(public_id="ann")


class TestWhatCanBeClaimed:
    def test_is_said_as_the_engine_says_it(self) -> None:
        rows("INSERT INTO lists_customerlist (slug, name, status) VALUES ('vip', 'VIP', 'active')")
        make_pool("spring")
        cases: dict[str, dict[str, Any]] = {
            "free": {"prices": {"EUR": 0}},
            "dear": {"prices": {"EUR": 2_000}},
            "gone": {"stock": 0},
            "once": {"max_claims": 1},
            "weekly": {"repeat_interval": {"after": 1, "unit": "weeks"}},
            "locked": {"lock": "customer"},
            "locked_for_all": {"lock": "reward"},
            "members": {"audience": {"any": [{"list": "vip"}]}},
            "foreign": {"prices": {"USD": 1}},
            "later": {"starts_at": (NOW + DAY).isoformat()},
            "over": {"ends_at": NOW.isoformat()},
            "off": {"status": "inactive"},
            "empty": {"type": "coupon", "pools": ["spring"]},
        }
        for slug, values in cases.items():
            make_reward(slug, **values)
        members("ann", "ben")
        for slug in ("once", "weekly", "locked", "locked_for_all"):
            assert claim("ann", slug) is None
        known = claimability_of(ann(), NOW)

        for reward in Reward.objects.all():
            found = known.reasons(reward)
            assert (found[0].code if found else None) == claim("ann", reward.slug), reward.slug

    def test_takes_as_many_queries_for_1_reward_as_for_30(self) -> None:
        rows("INSERT INTO lists_customerlist (slug, name, status) VALUES ('vip', 'VIP', 'active')")
        members("ann")
        numbers = []
        for many in (1, 30):
            for number in range(many):
                make_reward(f"r{number}", stock=5, max_claims=2, audience={"any": [{"list": "vip"}]})
            with CaptureQueriesContext(
                connection,
            ) as queries:
                known = claimability_of(ann(), NOW)
                assert all(known.reasons(reward) for reward in Reward.objects.select_related("category"))
            numbers.append(len(queries))

        assert numbers[0] == numbers[1] <= 9

    def test_a_row_and_the_programme_say_the_same_of_a_reward(self) -> None:
        make_pool("spring")
        made = make_reward(
            type="dynamic_coupon", pools=["spring"], max_price=900, price_step=10, stock=3, max_claims=2, lock="reward",
            repeat_interval={"after": 2, "unit": "weeks"}, starts_at="2026-01-01", ends_at="2027-01-01",
            transferable=True, transfer_date="extend", transfer_expires={"after": 1, "unit": "months"}, hidden=True,
        )  # fmt: skip
        members("ann")
        [(version,)] = rows("SELECT version FROM staff_programversion")
        config: RewardsConfig = programs.current(version).config["rewards"]

        assert rule_of(made) == config.rewards["mug"]


class TestWhatIsTaken:
    def test_with_and_without_a_stock(self) -> None:
        made = [make_reward("with", stock=9), make_reward("without")]
        members("ann")
        for slug in ("with", "without"):
            claimed("ann", slug, count=2)
            revoke("ann", claimed("ann", slug))

        assert taken_of([one.pk for one in made]) == {made[0].pk: 2, made[1].pk: 2}
        assert [(line.taken, line.left) for line in lines_of(made)] == [(2, 7), (2, None)]

    def test_claims_are_listed_whatever_became_of_them_with_their_coupons(self) -> None:
        make_pool("spring", "A-1", "A-2")
        make_reward(type="coupon", pools=["spring"])
        members("ann")
        first = claimed("ann")
        claimed("ann")
        revoke("ann", first)

        found = list(claims_of(ann()))
        coupons = coupons_of(found)

        assert [(one.stands, [row.code for row in coupons[one.event_id]]) for one in found] == [
            (True, ["A-2"]),
            (False, ["A-1"]),
        ]

    @pytest.mark.parametrize(
        ("acts", "shown"),
        [
            ([], ["claimed"]),
            (["transfer"], ["transferred"]),
            (["transfer", "return"], ["claimed"]),
            (["unassign"], []),
            (["unassign", "assign"], []),
            (["merge"], ["claimed"]),
            (["transfer", "merge"], ["transferred"]),
        ],
    )
    def test_of_a_claim_a_coupon_is_shown_as_the_claimant_has_it(self, acts: list[str], shown: list[str]) -> None:
        make_pool("spring", "A-1")
        make_reward(type="coupon", pools=["spring"], transferable=True)
        members("ann", "ben", "cem")
        claimed("ann")
        done = {
            "transfer": lambda: do("ann", "transfer", to="ben", code="A-1"),
            "return": lambda: do("ben", "transfer", to="ann", code="A-1"),
            "unassign": lambda: do("ann", "unassign", code="A-1"),
            "assign": lambda: assign("ben"),
            "merge": lambda: None if accepted(merging("ann", "cem")) else 0,
        }
        assert [done[act]() for act in acts] == [None] * len(acts)

        claim = Claim.objects.get()
        assert [row.status for row in coupons_of([claim])[claim.event_id]] == shown

    def test_of_a_code_that_both_have_claimed_a_merge_leaves_both(self) -> None:
        make_pool("all", source="generated", pattern="ALL")
        make_reward(type="coupon", pools=["all"])
        members("ann", "ben")
        claimed("ann"), claimed("ben")
        accepted(merging("ben", "ann"))

        coupons = coupons_of(claims_of(ann()))
        assert [[row.status for row in found] for found in coupons.values()] == [["invalid"], ["claimed"]]

    def test_who_holds_a_coupon_of_a_claim_is_read_in_two_queries_at_most(self) -> None:
        make_pool("spring", "A-1", "A-2", "A-3")
        make_reward(type="coupon", pools=["spring"], transferable=True)
        members("ann", "ben")
        for _ in range(3):
            claimed("ann")
        for number in (1, 3):
            assert do("ann", "transfer", to="ben", code=f"A-{number}") is None
            with CaptureQueriesContext(connection) as queries:
                coupons_of(list(Claim.objects.all()))
            assert len(queries) == 3

    def test_the_highest_bid(self) -> None:
        made = make_reward(type="bidding", prices={"EUR": 100}, price_step=10, ends_at="2027-01-01")
        members("ann")
        known = claimability_of(ann(), NOW)
        assert (known.reasons(made), known.least_bid(made, None), known.least_bid(made, 150)) == ([], 100, 160)
        assert bid("ann", 150) is None

        assert highest_bids([made.pk])[made.pk].points == 150


class TestByStaff:
    def _by(self, role: Role) -> Sender:
        return Sender(User.objects.create_user(f"one-{role}", role=role), timezone.now())

    def test_by_force_is_a_right_of_its_own(self) -> None:
        made = make_reward(prices={"EUR": 9_999})
        members("ann")

        with pytest.raises(PermissionDenied):
            claim_reward(customer=ann(), reward=made, by=self._by(Role.SERVICE_AGENT), force=True)
        claim_reward(customer=ann(), reward=made, by=self._by(Role.MANAGER), force=True)

        assert Claim.objects.get().forced

    def test_a_bid_outbids_whoever_holds_the_highest(self) -> None:
        made = make_reward(type="bidding", prices={"EUR": 10}, ends_at="2999-01-01")
        members("ann", "ben")
        bid("ben", 20)

        bid_for_reward(customer=ann(), reward=made, by=self._by(Role.MANAGER))

        assert highest_bids([made.pk])[made.pk].points == 21


def test_segments_ask_who_has_claimed_what_how_often_and_when() -> None:
    make_reward()
    make_reward("pen", prices={"EUR": 1})
    members("ann", "ben", "cem")
    claimed("ann", count=2)
    revoke("ben", claimed("ben"))
    claimed("ben", "pen")
    rules = {
        "mugs": "has claimed reward mug",
        "none": "has not claimed reward mug",
        "many": "number of claims is more than 1",
        "pens": "number of claims of reward pen is 1",
        "ever": "last claim is not empty",
    }
    for slug, rule in rules.items():
        make_segment(slug, rule)
    work()

    assert {slug: set(segment_members(slug)) for slug in rules} == {
        "mugs": {"ann"},
        "none": {"ben", "cem"},
        "many": {"ann"},
        "pens": {"ben"},
        "ever": {"ann", "ben"},
    }


def test_the_timeline_says_it_in_sentences() -> None:
    make_pool("spring", "A-1", "A-2")
    make_reward(type="coupon", pools=["spring"], name={"en": "Mug"})
    make_reward("art", type="bidding", name={"en": "Picture"}, ends_at="2999-01-01")
    members("ann", "ben")
    revoke("ann", claimed("ann"))
    claim("ann", by=STAFF, forced=True)
    bid("ann", 200, "art")
    bid("ben", 300, "art")

    events = list(Event.objects.filter(customer=ann(), action__startswith="reward").order_by("id"))
    assert list(sentences_of(events).values()) == [
        "Claimed the reward “Mug” (A-1).",
        "A claim of the reward “Mug” was revoked.",
        "Got the reward “Mug” (A-2) by force, for no points.",
        "Bid 200 points for the reward “Picture”.",
        "The bid of 200 points for the reward “Picture” was released.",
    ]


def test_a_customers_data_has_claims_and_bids() -> None:
    make_reward()
    make_reward("art", type="bidding", ends_at="2999-01-01")
    members("ann", "ben")
    claimed("ann")
    bid("ann", 200, "art")

    told = json.loads(b"".join(Access(ann()).json()))["data"]
    assert (told["claim"][0]["reward"], told["claim"][0]["spent"]) == ("mug", 100)
    assert (told["bid"][0]["reward"], told["bid"][0]["points"]) == ("art", 200)
