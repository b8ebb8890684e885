"""What staff do with a customer's level by hand: raise it, lower it, change its last day."""

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from django.forms import BaseForm
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.profile.frame import ProfilePage
from customers.profile.mixins import EventDialog
from loyalty.engine.mechanism import Outcome
from loyalty.staff.sender import Sender
from loyalty.tiers.config import LevelRule, StructureRule
from loyalty.tiers.queries import level_name
from loyalty.tiers.rights import CHANGE_TIERS

from .forms import ExpirationForm, MoveForm
from .operations import change_tier
from .overview import places_on
from .queries import Place, places_of
from .words import day


class TierDialog(EventDialog):
    """Says beside the form what will happen, by the rules of the structures that are offered."""

    right = CHANGE_TIERS
    template_name = "tiers/dialog.html"
    # The badges beside the name change, too.
    reloads = True

    def get_success_url(self) -> str:
        return reverse("customers:overview", args=[self.customer.id])

    @cached_property
    def places(self) -> Sequence[Place]:
        """404 while there are no tiers."""
        found = places_of(self.customer)
        if not found:
            raise Http404
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        held = [_standing(place, several=len(self.places) > 1) for place in self.places]
        found = {"lead": " · ".join([self.customer.name, *held]), "effects": [*self.effects()]}
        return super().get_context_data(**(found | kwargs))

    def effects(self) -> Iterator[str]:
        """What the change means, each a sentence."""
        raise NotImplementedError

    def submit(self, form: BaseForm, by: Sender) -> Outcome:
        assert isinstance(form, MoveForm | ExpirationForm)
        return change_tier(customer=self.customer, data=form.data_of_event(), by=by).result()

    def structure(self, outcome: Outcome) -> StructureRule:
        slug = outcome.events[0].data["structure"]
        return next(place.rule for place in self.places if place.rule.slug == slug)


class MoveDialog(TierDialog):
    """To another level; `levels` are those that a structure offers."""

    form_class = MoveForm

    def levels(self, place: Place) -> Sequence[LevelRule]:
        raise NotImplementedError

    def get_form_kwargs(self) -> dict[str, Any]:
        offered = [(place, self.levels(place)) for place in self.places]
        return super().get_form_kwargs() | {"offered": [one for one in offered if one[1]]}

    def success_message(self, outcome: Outcome) -> str:
        rule = self.structure(outcome)
        level = rule.levels[rule.by_slug[outcome.events[0].data["tier"]]]
        found = {"name": self.customer.name, "level": level_name(level), "structure": rule.name}
        return gettext("%(name)s now has the level %(level)s in %(structure)s.") % found


class TierUp(MoveDialog):
    title = submit_label = _("Tier up")

    def levels(self, place: Place) -> Sequence[LevelRule]:
        return place.above

    def effects(self) -> Iterator[str]:
        yield gettext("The level stays until points reach a higher one, or until it expires.")
        yield gettext("Refunds and deductions do not take it away.")


class TierDown(MoveDialog):
    title = submit_label = _("Tier down")

    def levels(self, place: Place) -> Sequence[LevelRule]:
        return place.below

    def effects(self) -> Iterator[str]:
        yield gettext("The level stays until points reach a higher one, or until it expires.")
        for place in self.places:
            if place.below and place.least:
                yield _keeps_highest(place)


def _keeps_highest(place: Place) -> str:
    text = gettext("%(structure)s keeps the highest level that points reach: not below %(level)s for this customer.")
    return text % {"structure": place.rule.name, "level": level_name(place.rule.levels[place.least])}


class ChangeExpiration(TierDialog):
    title = submit_label = _("Change tier expiration")
    template_name = "tiers/expiration.html"
    form_class = ExpirationForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"offered": [place for place in self.places if place.may_expire]}

    def get_initial(self) -> dict[str, Any]:
        """The day as it is, where there is one level only."""
        days = [place.tier.last_day for place in self.places if place.may_expire and place.tier]
        return super().get_initial() | ({"last_day": days[0]} if len(days) == 1 else {})

    def effects(self) -> Iterator[str]:
        yield gettext("The next action of the customer that counts points computes the date anew.")

    def success_message(self, outcome: Outcome) -> str:
        event, rule = outcome.events[0], self.structure(outcome)
        place = next(place for place in self.places if place.rule.slug == rule.slug)
        found = {"level": level_name(place.level) if place.level else rule.name}
        if not event.data["expdate"]:
            return gettext("%(level)s does not expire.") % found
        last = day(dt.date.fromisoformat(event.data["expdate"]))
        return gettext("%(level)s is valid through %(day)s.") % {**found, "day": last}


def _standing(place: Place, *, several: bool) -> str:
    level = level_name(place.level) if place.level else gettext("no level yet")
    return f"{place.rule.name}: {level}" if several else level


# When each is offered


def can_rise(page: ProfilePage) -> bool:
    return any(place.above for place in places_on(page))


def can_fall(page: ProfilePage) -> bool:
    return any(place.below for place in places_on(page))


def can_expire(page: ProfilePage) -> bool:
    return any(place.may_expire for place in places_on(page))
