"""All labels, and who has one."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from customers.sight.queries import seen
from loyalty.staff.permissions import may
from loyalty.staff.sight import sight_of
from loyalty.ui.mixins import PageMixin, PartialMixin, StaffPage
from loyalty.ui.navigation import Crumb
from loyalty.ui.paging import Order, page_of
from loyalty.ui.typed import typed
from segments.giving.rights import may_put_members
from segments.labels.models import Label
from segments.labels.queries import counted, label_named, labels, members_of, size_of
from segments.labels.rights import CONFIGURE_LABELS, VIEW_LABELS


class Labels(PartialMixin, StaffPage, PageMixin, TemplateView):
    right = VIEW_LABELS
    template_name = "labels/list.html"
    partial_template_name = "labels/rows.html"
    title = _("Labels")
    crumbs = (Crumb(_("Customer Insights")),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text = typed(self.request.GET, "q")
        page = page_of(
            counted(labels(text), sight_of(self.request.user)), Order("slug"), self.request.GET.get("page", "")
        )
        may_configure = may(self.request.user, CONFIGURE_LABELS)
        return super().get_context_data(page=page, text=text, may_configure=may_configure, **kwargs)


class Members(PartialMixin, StaffPage, PageMixin, TemplateView):
    right = VIEW_LABELS
    template_name = "labels/members.html"
    partial_template_name = "labels/members_rows.html"

    @cached_property
    def label(self) -> Label:
        found = label_named(self.kwargs["slug"])
        if found is None:
            raise Http404
        return found

    def get_title(self) -> str:
        return self.label.name

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Labels"), reverse("labels:list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sight = sight_of(self.request.user)
        members = members_of(self.label, sight).defer("properties")
        page = page_of(members, Order("id"), self.request.GET.get("page", ""))
        context = {
            "label": self.label,
            "size": size_of(self.label, sight),
            "page": page,
            "customers": [seen(one, sight) for one in page.rows],
            "may_configure": may(self.request.user, CONFIGURE_LABELS),
            "may_group": may_put_members(self.request.user),
        }
        return super().get_context_data(**(context | kwargs))
