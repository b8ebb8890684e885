"""Rewards as the Display API tells one customer of them, and what became of a claim. Reads no row."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.encoding import escape_uri_path

from coupons.api.objects import display_object
from coupons.models import Coupon
from customers.models import Customer
from events.api.display.objects import wire_moment
from rewards.catalogue.enums import ReasonCode, RewardStatus, RewardType
from rewards.catalogue.models import Reward
from rewards.catalogue.queries import CF
from rewards.catalogue.schedule import interval_text
from rewards.catalogue.texts import message_of, text_in
from rewards.claims.models import Claim
from rewards.claims.offers import Claimed, Offer
from rewards.claims.rules import Reason

TRANSFER = ("transfer_points", "transfer_limit")


@dataclass(frozen=True)
class Teller:
    """Tells one customer, at an instant, in their language or else the brand's."""

    customer: Customer
    at: dt.datetime
    fields: frozenset[str] = frozenset()
    # By reason, then by language.
    library: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def text(self, texts: Mapping[str, str]) -> str:
        return text_in(texts, self.customer.language or "")

    def available(self, offer: Offer) -> dict[str, Any]:
        """As the list has it."""
        return told({**self._common(offer), **self._asked(offer), **self._now(offer)})

    def detailed(self, offer: Offer, stores: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
        """As it is told by itself."""
        reward = offer.reward
        more = {
            "category": self._category(reward),
            "custom_data": reward.custom_data or None,
            "instructions": self.text(reward.redeem_instructions) or None,
            "terms": self.text(reward.terms) or None,
            "max_claims": reward.max_claims,
            "max_price": reward.max_price,
            "price_step": reward.price_step,
            "claim_button_label": self.text(reward.claim_button_label) or None,
            "stores": list(stores) or None,
        }
        return told({**self._common(offer), **more, **self._asked(offer), **self._now(offer)})

    def of_claims(self, offer: Offer) -> dict[str, Any]:
        """As the list of claimed rewards has it."""
        claimed = offer.claimed
        found = self._common(offer)
        del found["stock"]
        more = {
            "claims": claimed.number,
            "spent": claimed.spent,
            "first_claimed_at": moment(claimed.first_at),
            "last_claimed_at": moment(claimed.last_at),
            "coupons": self.coupons(claimed.coupons),
            **self._content(offer.reward),
        }
        asked = {name: value for name, value in self._asked(offer).items() if name not in ("claims", "events")}
        if "category" in self.fields:
            asked["category"] = self._category(offer.reward)
        if "stock" in self.fields:
            asked["stock"] = offer.left
        return told({**found, **more, **asked, **self._actions(offer)})

    def bidding(self, offer: Offer) -> dict[str, Any]:
        """As a bid answers."""
        reward, found = offer.reward, self._common(offer)
        more = {
            "category": self._category(reward),
            "instructions": self.text(reward.redeem_instructions) or None,
            "terms": self.text(reward.terms) or None,
            **self._bids(offer),
        }
        return told({**found, **more, **self._actions(offer)})

    def coupons(self, coupons: Sequence[Coupon]) -> list[dict[str, Any]]:
        return coupons_told(coupons, self.customer.public_id, self.at)

    def status(self, reward: Reward) -> str:
        if reward.status != RewardStatus.ACTIVE:
            return "inactive"
        if reward.starts_at and reward.starts_at > self.at:
            return "scheduled"
        return "expired" if reward.ends_at and reward.ends_at <= self.at else "active"

    def _common(self, offer: Offer) -> dict[str, Any]:
        reward = offer.reward
        return {
            "id": reward.slug,
            "title": self.text(reward.name),
            "description": self.text(reward.description) or None,
            "status": self.status(reward),
            "type": reward.type,
            "image": image(reward.image_url),
            "points": offer.price,
            "starts_at": moment(reward.starts_at),
            "ends_at": moment(reward.ends_at),
            "stock": offer.left,
            "coupon_pool": next(iter(reward.pools), None),
            **transfer_rules(reward),
        }

    def _asked(self, offer: Offer) -> dict[str, Any]:
        """What `fields` asks for."""
        reward, claimed, told_of = offer.reward, offer.claimed, dict[str, Any]()
        for name in self.fields:
            if name.startswith(CF):
                told_of[name] = reward.custom_data.get(name)
        readers = {
            "claims": lambda: self._claims(claimed),
            "custom_data": lambda: reward.custom_data,
            "events": lambda: [claim_told(one) for one in claimed.claims],
            "gallery": lambda: [image(url) for url in reward.gallery],
            "instructions": lambda: self.text(reward.redeem_instructions),
            "terms": lambda: self.text(reward.terms),
        }
        return {**told_of, **{name: read() for name, read in readers.items() if name in self.fields}}

    def _claims(self, claimed: Claimed) -> dict[str, Any]:
        return told(
            {
                "claims": claimed.number,
                "spent": claimed.spent,
                "created_at": moment(claimed.first_at),
                "first_claimed_at": moment(claimed.first_at),
                "last_claimed_at": moment(claimed.last_at),
                "coupons": self.coupons(claimed.coupons),
            }
        )

    def _now(self, offer: Offer) -> dict[str, Any]:
        """How it is claimed now, or why it cannot be."""
        reasons = self._reasons(offer)
        message = next((one["message"] for one in reasons if one["reason"] == ReasonCode.AUDIENCE), None)
        return {
            **self._bids(offer),
            **self._actions(offer),
            "reasons": reasons or None,
            "restricted_message": message,
        }

    def _reasons(self, offer: Offer) -> list[dict[str, Any]]:
        """All that is in the way, with what the brand says of it."""
        barred: list[dict[str, Any]] = [{"code": offer.bar[0], "reason": offer.bar[1]}] if offer.bar else []
        return [*barred, *(self._reason(one, offer.reward) for one in offer.reasons)]

    def _reason(self, reason: Reason, reward: Reward) -> dict[str, Any]:
        found, language, own = reason.told(), self.customer.language or "", reward.restricted_message
        message = message_of(reason.reason, language, own=own, library=self.library, numbers=found)
        return {**found, "message": message}

    def _bids(self, offer: Offer) -> dict[str, Any]:
        if offer.reward.type != RewardType.BIDDING:
            return {}
        highest = offer.highest
        is_own = highest is not None and highest.customer_id == self.customer.pk
        bid = {"own": is_own, **({"points": highest.points} if highest else {})}
        return {"bid_step": offer.reward.price_step, "highest_bid": bid}

    def _actions(self, offer: Offer) -> dict[str, Any]:
        if not offer.can_be_claimed:
            return {}
        act = "bid" if offer.reward.type == RewardType.BIDDING else "claim"
        path = f"/customers/{self.customer.public_id}/activities/rewards/{offer.reward.slug}/{act}"
        return {"_actions": {"complete": {"method": "POST", "url": escape_uri_path(path)}}}

    def _category(self, reward: Reward) -> dict[str, Any] | None:
        found = reward.category
        return {"id": found.slug, "name": self.text(found.name)} if found else None

    def _content(self, reward: Reward) -> dict[str, Any]:
        """What only those are shown who have claimed it."""
        return {"content": self.text(reward.content) or None, "download_url": reward.download_url or None}


def coupons_told(coupons: Sequence[Coupon], owner: str, at: dt.datetime) -> list[dict[str, Any]]:
    """`owner`: the ID of the customer who has them, or has given them away."""
    return [{**display_object(coupon, at), "customer": {"id": owner}} for coupon in coupons]


def told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what there is nothing of."""
    return {name: value for name, value in values.items() if value is not None}


def moment(at: dt.datetime | None) -> str | None:
    return wire_moment(at) if at else None


def claim_told(claim: Claim) -> dict[str, Any]:
    return {"id": str(claim.event_id), "claimed_at": moment(claim.claimed_at), "spent": claim.spent}


def image(url: str) -> dict[str, str] | None:
    """One size is kept: the brand's own."""
    return {"small": url, "medium": url, "large": url} if url else None


def transfer_rules(reward: Reward) -> dict[str, Any]:
    expires = interval_text(reward.transfer_after, reward.transfer_unit) if reward.transfer_after else None
    return {
        "transferable": reward.transferable,
        **({name: getattr(reward, name) for name in TRANSFER} if reward.transferable else {}),
        "transfer_coupon_expiration": reward.transfer_date if reward.transferable else None,
        "transfer_coupon_expires_in": expires if reward.transferable else None,
    }
