from operator import attrgetter
from typing import Any

from django.views.generic import TemplateView

from customers.fields.names import country_name, gender_name, language_name
from loyalty.contributions import contributed
from loyalty.ui.mixins import PartialMixin

from .frame import Area, Card, OverviewCards, ProfilePage
from .queries import attributes_of, average_purchase


class Overview(PartialMixin, ProfilePage, TemplateView):
    template_name = "customers/overview.html"
    partial_template_name = "customers/overview_body.html"
    tab = "customers:overview"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        customer = self.customer
        context = {
            "cards": self._cards(),
            "gender": gender_name(customer.gender) if customer.gender else "",
            "country": country_name(customer.country) if customer.country else "",
            "spoken": language_name(customer.language) if customer.language else "",
            "attributes": attributes_of(customer.properties),
            "average": average_purchase(customer),
            "currency": self.settings.currency,
        }
        return super().get_context_data(**(context | kwargs))

    def _cards(self) -> dict[str, list[Card]]:
        """By area."""
        cards = [card for cards in contributed(OverviewCards) for card in cards.read(self)]
        cards.sort(key=attrgetter("position"))
        return {area.value: [card for card in cards if card.area == area] for area in Area}
