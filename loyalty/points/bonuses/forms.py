from django.utils.translation import gettext_lazy as _

from loyalty.forms.lines import Lines
from loyalty.forms.stale import StaleSafeForm

from .models import Bonus


class BonusForm(StaleSafeForm[Bonus]):
    products = Lines(label=_("Products"), required=False, help_text=_("Product IDs, one per line. Empty: all."))
    categories = Lines(label=_("Categories"), required=False, help_text=_("Of products, one per line. Empty: all."))
    channels = Lines(
        label=_("Channels"), required=False, help_text=_("One per line. Empty: all, and orders without a channel.")
    )

    class Meta:
        model = Bonus
        fields = (
            "account", "name", "active", "kind", "multiplier", "points", "first_day", "last_day", "products",
            "categories", "channels", "currency", "minimum", "customer_limit", "total_limit",
        )  # fmt: skip
