"""Rewards as their pages show them."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from customers.fields.names import language_name
from customers.sight.queries import sees_all_customers
from loyalty.formats import number
from loyalty.program.queries import general_settings
from loyalty.staff.sight import Sight
from rewards.catalogue.config import audience_of
from rewards.catalogue.enums import CategoryStatus, RewardStatus
from rewards.catalogue.models import Reward
from rewards.catalogue.queries import RewardLine
from rewards.catalogue.texts import PLAIN_LANGUAGE, text_in
from segments.audience.audience import sentence_of
from segments.audience.kinds import group_kinds
from segments.audience.queries import size_of
from segments.membership.queries import bound_time

Text = str | Promise
# Seconds for the size of an audience.
PATIENCE = 3


@dataclass(frozen=True)
class State:
    """What customers can do with it now: a word, and the colour of its badge."""

    label: Text
    colour: str = ""


def state_of(reward: Reward, at: dt.datetime) -> State:
    if reward.status != RewardStatus.ACTIVE:
        return State(RewardStatus(reward.status).label)
    if reward.ends_at is not None and reward.ends_at <= at:
        return State(_("Over"), "red")
    is_early = reward.starts_at is not None and reward.starts_at > at
    if is_early or (reward.category and reward.category.status == CategoryStatus.COMING_SOON):
        return State(_("Coming soon") if reward.display_coming_soon or not is_early else _("Scheduled"), "amber")
    return State(_("Active"), "green")


@dataclass(frozen=True)
class RewardTile:
    """A reward of the grid. `price`: in words."""

    line: RewardLine
    state: State
    price: str

    @property
    def reward(self) -> Reward:
        return self.line.reward


def price_words(prices: Mapping[str, int], currency: str) -> str:
    """`100 points, 120 for USD`: first what whoever has the programme's currency pays, or none; empty: there is none."""
    if prices and set(prices.values()) == {0}:
        return gettext("free")
    usual = prices.get(currency, prices.get(""))
    others = {name: points for name, points in sorted(prices.items()) if name not in (currency, "") or points != usual}
    said = [] if usual is None else [ngettext("%(n)s point", "%(n)s points", usual) % {"n": number(usual)}]
    for name, points in others.items():
        said.append(
            gettext("%(points)s for %(currency)s") % {"points": number(points), "currency": name or gettext("others")}
        )
    return ", ".join(said)


def languages_of(texts: Iterable[Mapping[str, str]]) -> list[str]:
    """Those that something is said in, that of plain texts first."""
    found = {language for one in texts for language in one}
    return sorted(found | {PLAIN_LANGUAGE}, key=lambda language: (language != PLAIN_LANGUAGE, language))


@dataclass(frozen=True)
class CardText:
    """The card of a reward as customers of a language see it."""

    language: str
    name: str
    description: str
    button: str
    instructions: str = ""
    terms: str = ""

    @property
    def language_name(self) -> str:
        return language_name(self.language)


def cards_of(texts: Mapping[str, Mapping[str, str]]) -> list[CardText]:
    """One for each language, with what is missing in it taken from another, as customers get it."""
    names = ("name", "description", "claim_button_label", "redeem_instructions", "terms")

    def said(name: str, language: str) -> str:
        return text_in(texts.get(name, {}), language)

    found = (texts.get(name, {}) for name in names)
    return [CardText(language, *(said(name, language) for name in names)) for language in languages_of(found)]


def group_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Segments, lists, labels …: each as `kind:id` with its name, under the name of its kind."""
    found = ((kind, kind.choices()) for kind in group_kinds().values())
    return [
        (str(kind.label), [(f"{kind.name}:{id}", str(name)) for id, name in choices])
        for kind, choices in found
        if choices
    ]


@dataclass(frozen=True)
class AudienceSize:
    """`number`: in words, where counting takes too long, and for whoever does not see all customers."""

    sentence: str
    number: str


def audience_size(stored: Mapping[str, Any], sight: Sight) -> AudienceSize:
    audience = audience_of(stored)
    if not sees_all_customers(sight):
        return AudienceSize(sentence_of(audience), gettext("shown to those who see all customers"))
    try:
        with transaction.atomic():
            bound_time(PATIENCE)
            return AudienceSize(sentence_of(audience), number(size_of(audience)))
    except OperationalError:
        return AudienceSize(sentence_of(audience), gettext("too many to count here"))


def tiles_of(lines: Sequence[RewardLine], at: dt.datetime) -> list[RewardTile]:
    currency = general_settings().currency
    return [RewardTile(line, state_of(line.reward, at), price_words(line.reward.prices, currency)) for line in lines]
