"""What pages below a customer show while modules are on: accounts and dates."""

from functools import cached_property

from loyalty.program.queries import general_settings

from .enums import MULTI_ACCOUNTS
from .models import Account


class Modules:
    """What the pages show or leave out by the brand's modules."""

    @cached_property
    def modules(self) -> frozenset[str]:
        return frozenset(general_settings().modules)

    @cached_property
    def accounts(self) -> list[tuple[str, str]]:
        """(ID, name), the default one first; none where the brand has one only."""
        if MULTI_ACCOUNTS not in self.modules:
            return []
        return [(account.slug, account.name) for account in Account.objects.order_by("-is_default", "slug")]
