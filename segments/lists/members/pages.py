"""The pages of lists: all of them, and the members of one."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from customers.models import Customer
from customers.sight.queries import reached, seen
from loyalty.bulk.rights import VIEW_BULK
from loyalty.forms.refusals import in_words
from loyalty.intake.rights import may_import
from loyalty.refusals import Refused
from loyalty.staff.permissions import may
from loyalty.staff.sender import by_staff
from loyalty.staff.sight import Sight, sees_all_records, sight_of
from loyalty.ui.downloads import csv_file
from loyalty.ui.mixins import PageMixin, PartialMixin, StaffPage
from loyalty.ui.navigation import Crumb, Tab
from loyalty.ui.paging import Order, page_of
from loyalty.ui.responses import done, is_partial, refused
from loyalty.ui.typed import typed
from segments.giving.rights import may_put_members
from segments.lists.bulk.imports import FILES
from segments.lists.enums import ListStatus
from segments.lists.models import CustomerList, ListMember
from segments.lists.operations import add_member, note_export
from segments.lists.queries import counted, list_named, lists, members_of, size_of
from segments.lists.rights import CHANGE_MEMBERS, CONFIGURE_LISTS, EXPORT_LISTS, VIEW_LISTS
from segments.rights import CHANGE_SEGMENTS

from .forms import MemberForm
from .search import candidates

TABS: dict[str, tuple[Any, Sequence[str]]] = {
    "": (_("All"), [ListStatus.DRAFT, ListStatus.ACTIVE, ListStatus.INACTIVE]),
    ListStatus.ACTIVE.value: (ListStatus.ACTIVE.label, [ListStatus.ACTIVE]),
    ListStatus.INACTIVE.value: (ListStatus.INACTIVE.label, [ListStatus.INACTIVE]),
    ListStatus.DRAFT.value: (ListStatus.DRAFT.label, [ListStatus.DRAFT]),
    ListStatus.ARCHIVED.value: (ListStatus.ARCHIVED.label, [ListStatus.ARCHIVED]),
}
BY_NAME = Order("name", tie="id")
JOINED = Order("since", descending=True, personal=True, tie="customer_id", owned=True)


class Lists(PartialMixin, StaffPage, PageMixin, TemplateView):
    right = VIEW_LISTS
    template_name = "lists/list.html"
    partial_template_name = "lists/rows.html"
    title = _("Customer lists")
    crumbs = (Crumb(_("Customer Insights")),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        status = self.request.GET.get("status", "")
        status = status if status in TABS else ""
        page = page_of(
            counted(lists(TABS[status][1]), sight_of(self.request.user)), BY_NAME, self.request.GET.get("page", "")
        )
        tabs = [Tab(label, f"?status={key}" if key else "?", key == status) for key, (label, _some) in TABS.items()]
        user = self.request.user
        context = {
            "page": page,
            "tabs": tabs,
            "may_configure": may(user, CONFIGURE_LISTS),
            "may_import": may(user, CHANGE_MEMBERS) and may_import(user),
            "may_see_bulk": may(user, VIEW_BULK) and sees_all_records(user),
            "files": FILES.name,
        }
        return super().get_context_data(**(context | kwargs))


class OfList(StaffPage):
    """A page below one list, archived or not."""

    right = VIEW_LISTS
    kwargs: dict[str, Any]

    @cached_property
    def shown(self) -> CustomerList:
        found = list_named(self.kwargs["slug"])
        if found is None:
            raise Http404
        return found


class Members(PartialMixin, OfList, PageMixin, TemplateView):
    """Who is on the list; and who is found to be put on it, by what is typed."""

    template_name = "lists/members.html"

    def get_template_names(self) -> list[str]:
        is_search = self.request.headers.get("HX-Target") == "candidates"
        self.partial_template_name = "lists/candidates.html" if is_search else "lists/members_rows.html"
        return super().get_template_names()

    def get_title(self) -> str:
        return self.shown.name

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Customer lists"), reverse("lists:list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text, user = typed(self.request.GET, "q"), self.request.user
        may_change, sight = may(user, CHANGE_MEMBERS) and not self.shown.is_archived, sight_of(user)
        page = page_of(members_of(self.shown, sight), JOINED, self.request.GET.get("page", ""))
        context = {
            "list": self.shown,
            "size": size_of(self.shown, sight),
            "page": page,
            "rows": [(member, seen(member.customer, sight)) for member in page.rows],
            "text": text,
            "found": candidates(text, self.shown, sight) if may_change and text else None,
            "may_change": may_change,
            "may_configure": may(user, CONFIGURE_LISTS) and not self.shown.is_archived,
            "may_export": may(user, EXPORT_LISTS),
            "may_group": not self.shown.is_archived and may_put_members(user),
            "may_segment": may(user, CHANGE_SEGMENTS) and sight.is_everything and not self.shown.is_archived,
        }
        return super().get_context_data(**(context | kwargs))


class AddMember(OfList):
    right = CHANGE_MEMBERS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str, customer_id: int) -> HttpResponse:
        customer = get_object_or_404(Customer, reached(sight_of(request.user)), id=customer_id)
        try:
            add_member(customer=customer, slug=self.shown.slug, by=by_staff(request)).result()
        except Refused as refusal:
            words = in_words(refusal, words=MemberForm.words)
            if is_partial(request):
                return refused(words)
            messages.error(request, words)
        else:
            text = gettext("%(name)s is on the list now.") % {"name": seen(customer, sight_of(request.user)).name}
            if is_partial(request):
                return done(text, refresh=["members"])
            messages.success(request, text)
        return redirect("lists:members", slug)


class Export(OfList):
    """The members as a file, as they are read."""

    right = EXPORT_LISTS

    def get(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        members = size_of(self.shown, sight_of(request.user))
        note_export(found=self.shown, members=members, by=by_staff(request)).result()
        head = ["customer", "customer_list", "email", "first_name", "last_name", "since"]
        return csv_file(f"list-{self.shown.slug}", head, self._rows())

    def _rows(self) -> Iterator[Sequence[Any]]:
        sight = sight_of(self.request.user)
        rows = members_of(self.shown, sight).order_by("customer_id")
        for member in rows.iterator(chunk_size=1_000):
            yield self._row(member, sight)

    def _row(self, member: ListMember, sight: Sight) -> Sequence[Any]:
        """What is not seen is left empty."""
        one = seen(member.customer, sight)
        since = member.since.isoformat(timespec="seconds")
        return [one.public_id, self.shown.slug, one.email, one.first_name, one.last_name, since]
