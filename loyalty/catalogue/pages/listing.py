"""All products, and all stores."""

from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from loyalty.catalogue.enums import Status
from loyalty.catalogue.queries import categories
from loyalty.catalogue.rights import CHANGE_CATALOGUE, IMPORT_CATALOGUE, VIEW_CATALOGUE
from loyalty.staff.permissions import may
from loyalty.ui.mixins import PageMixin, PartialMixin, StaffPage
from loyalty.ui.navigation import Crumb, Tab
from loyalty.ui.paging import Order, page_of
from loyalty.ui.typed import typed

from .kinds import PRODUCTS, STORES, ItemKind

TABS = {"": _("All"), **{status.value: status.label for status in Status}}
MOST_CATEGORIES = 200
BY_ID = Order("slug")


class Listing(PartialMixin, StaffPage, PageMixin, TemplateView):
    right = VIEW_CATALOGUE
    kind: ClassVar[ItemKind]
    crumbs = (Crumb(_("Loyalty")),)

    def get_template_names(self) -> list[str]:
        self.template_name = f"catalogue/{self.kind.name}.html"
        self.partial_template_name = f"catalogue/{self.kind.name}_rows.html"
        return super().get_template_names()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = {name: typed(self.request.GET, name) for name in self.kind.filters.base_filters}
        found = self.kind.filters(asked, self.kind.model._default_manager.all()).lenient
        status, user = asked["status"], self.request.user
        page = page_of(found, BY_ID, self.request.GET.get("page", ""))
        context = {
            "page": page,
            "text": asked["q"],
            "status": status,
            "is_filtered": any(asked.values()),
            "tabs": [Tab(label, f"?status={key}" if key else "?", key == status) for key, label in TABS.items()],
            "may_change": may(user, CHANGE_CATALOGUE),
            "may_import": may(user, IMPORT_CATALOGUE),
            "files_url": reverse(f"admin:catalogue_{self.kind.model._meta.model_name}_changelist"),
            "kind": self.kind,
        }
        return super().get_context_data(**(context | kwargs))


class Products(Listing):
    kind = PRODUCTS
    title = _("Products")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        # For the rows of the page, in one query.
        ids = {one.category_id for one in found["page"].rows}
        names = {row.pk: row for row in categories().filter(pk__in=ids)} if ids - {None} else {}
        for one in found["page"].rows:
            one.category = names.get(one.category_id)
        chosen = typed(self.request.GET, "category")
        return {**found, "category": chosen, "categories": categories().order_by("slug")[:MOST_CATEGORIES]}


class Stores(Listing):
    kind = STORES
    title = _("Stores")
