"""The catalogue as a grid, its order, and the page of one reward."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from coupons.models import Pool
from loyalty.accounts.models import Account
from loyalty.catalogue.queries import store_names
from loyalty.program.queries import general_settings
from loyalty.staff.permissions import may
from loyalty.staff.sender import by_staff
from loyalty.staff.sight import sight_of
from loyalty.ui.mixins import PageMixin, PartialMixin, StaffPage
from loyalty.ui.navigation import Crumb
from loyalty.ui.paging import Order, page_of
from loyalty.ui.responses import Text
from loyalty.ui.typed import typed
from rewards.catalogue.enums import SHOWN, RewardStatus, RewardType
from rewards.catalogue.filters import FoundRewardFilters
from rewards.catalogue.models import Reward
from rewards.catalogue.operations import MOST_REWARDS, reorder_rewards
from rewards.catalogue.panels import panels_of
from rewards.catalogue.queries import categories, lines_of, reward_named, rewards
from rewards.catalogue.rights import CONFIGURE_REWARDS, VIEW_REWARDS
from rewards.catalogue.schedule import interval_text
from rewards.catalogue.sections.program import read_reward

from .queries import audience_size, cards_of, price_words, state_of, tiles_of

BY_POSITION = Order("position")
# Images of rewards are where the brand has them.
with_images = method_decorator(csp_update({"img-src": "https:"}), name="dispatch")


@with_images
class Rewards(PartialMixin, StaffPage, PageMixin, TemplateView):
    right = VIEW_REWARDS
    template_name = "rewards/list.html"
    partial_template_name = "rewards/grid.html"
    title = _("Rewards")
    crumbs = (Crumb(_("Loyalty")),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = {name: typed(self.request.GET, name) for name in FoundRewardFilters.base_filters}
        page = page_of(FoundRewardFilters(asked, rewards()).lenient, BY_POSITION, self.request.GET.get("page", ""))
        context = {
            "page": page,
            "tiles": tiles_of(lines_of(page.rows), timezone.now()),
            "asked": asked,
            "is_filtered": any(asked.values()),
            "categories": categories()[:MOST_REWARDS],
            "types": RewardType.choices,
            "statuses": [(one.value, one.label) for one in SHOWN],
            "may_configure": may(self.request.user, CONFIGURE_REWARDS),
        }
        return super().get_context_data(**(context | kwargs))


class RewardOrder(StaffPage, PageMixin, TemplateView):
    """Each button moves one reward a place up or down."""

    right = CONFIGURE_REWARDS
    template_name = "rewards/order.html"
    title = _("Order of rewards")

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Rewards"), reverse("rewards:list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"rewards": rewards()[:MOST_REWARDS]} | kwargs))

    def post(self, request: HttpRequest) -> HttpResponse:
        slugs = [one.slug for one in rewards()[:MOST_REWARDS]]
        for name, step in (("up", -1), ("down", 1)):
            slug = request.POST.get(name, "")
            if slug in slugs and 0 <= (place := slugs.index(slug) + step) < len(slugs):
                slugs.remove(slug)
                slugs.insert(place, slug)
                reorder_rewards(slugs=slugs, by=by_staff(request)).result()
        return redirect("rewards:order")


class OfReward(StaffPage):
    """A page below one reward; an archived one has none."""

    kwargs: dict[str, Any]

    @cached_property
    def reward(self) -> Reward:
        found = reward_named(self.kwargs["slug"])
        if found is None:
            raise Http404
        return found


@with_images
class ShowReward(OfReward, PageMixin, TemplateView):
    right = VIEW_REWARDS
    template_name = "rewards/show.html"

    def get_title(self) -> Text:
        return str(self.reward)

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Rewards"), reverse("rewards:list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reward, item = self.reward, read_reward(self.reward)
        may_configure = may(self.request.user, CONFIGURE_REWARDS)
        context = {
            "reward": reward,
            "line": lines_of([reward])[0],
            "state": state_of(reward, timezone.now()),
            "price": price_words(reward.prices, general_settings().currency),
            "cards": cards_of(item),
            "audience": audience_size(reward.audience, sight_of(self.request.user)),
            "names": _names(reward),
            "interval": _interval(item["repeat_interval"]),
            "panels": panels_of(self.request, reward),
            "may_configure": may_configure,
            "may_archive": may_configure and reward.status == RewardStatus.INACTIVE,
        }
        return super().get_context_data(**(context | kwargs))


def _interval(stored: dict[str, Any] | None) -> str:
    return interval_text(stored["after"], stored["unit"]) if stored else ""


def _names(reward: Reward) -> dict[str, Any]:
    """What people call the stores, pools and the account that it names; the ID of what is there no more."""
    stores = store_names(reward.stores)
    pools = dict(Pool.objects.filter(slug__in=reward.pools).values_list("slug", "name")) if reward.pools else {}
    account = Account.objects.filter(slug=reward.account).first() if reward.account else None
    return {
        "stores": [stores.get(id, id) for id in reward.stores],
        "pools": [(slug, pools.get(slug, slug)) for slug in reward.pools],
        "account": account.name if account else "",
    }
