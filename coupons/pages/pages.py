"""The pages of coupons: all pools, one pool, a pool's form, and the search for a code."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from coupons.enums import CouponStatus, PoolSource, UpdateMethod
from coupons.models import Pool
from coupons.pools.program import read_pool
from coupons.profile.queries import CouponLine
from coupons.queries import coupons_with, generations_of, pool_named
from coupons.rights import CONFIGURE_COUPONS, VIEW_COUPONS
from coupons.stock.operations import WeakCodes, change_pool, create_pool
from customers.sight.queries import reached, seen
from loyalty.catalogue.queries import product_names, store_names
from loyalty.program.section import Invalid
from loyalty.staff.permissions import may
from loyalty.staff.sender import by_staff
from loyalty.staff.sight import sight_of
from loyalty.ui.mixins import PageMixin, PartialMixin, StaffPage
from loyalty.ui.navigation import Crumb
from loyalty.ui.paging import Order, page_of
from loyalty.ui.responses import Text
from loyalty.ui.typed import typed

from .forms import PoolForm
from .queries import lines_of

BY_NAME = Order("name", tie="id")
MOST_FOUND = 50


class Pools(PartialMixin, StaffPage, PageMixin, TemplateView):
    right = VIEW_COUPONS
    template_name = "coupons/pools.html"
    partial_template_name = "coupons/pools_rows.html"
    title = _("Coupon pools")
    crumbs = (Crumb(_("Loyalty")),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text = typed(self.request.GET, "q")
        found = Pool.objects.filter(name__icontains=text) if text else Pool.objects.all()
        page = page_of(found, BY_NAME, self.request.GET.get("page", ""))
        context = {
            "page": page,
            "rows": lines_of(page.rows),
            "text": text,
            "may_configure": may(self.request.user, CONFIGURE_COUPONS),
        }
        return super().get_context_data(**(context | kwargs))


class OfPool(StaffPage):
    """A page below one pool."""

    kwargs: dict[str, Any]

    @cached_property
    def pool(self) -> Pool:
        found = pool_named(self.kwargs["slug"])
        if found is None:
            raise Http404
        return found


class ShowPool(PartialMixin, OfPool, PageMixin, TemplateView):
    """What it is, and what has become of its codes; the progress of those that are made, as it goes."""

    right = VIEW_COUPONS
    template_name = "coupons/pool.html"
    partial_template_name = "coupons/pool_body.html"

    def get_title(self) -> Text:
        return self.pool.name

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Coupon pools"), reverse("coupons:pools"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        generations, may_configure = generations_of(self.pool), may(self.request.user, CONFIGURE_COUPONS)
        [line] = lines_of([self.pool])
        context = {
            "pool": self.pool,
            "line": line,
            "products": _named(self.pool.products, product_names),
            "stores": _named(self.pool.stores, store_names),
            "generations": generations,
            "is_generating": any(one.finished_at is None for one in generations),
            "may_configure": may_configure,
            "may_upload": may_configure and self.pool.source == PoolSource.UPLOADED,
            "may_generate": may_configure and self.pool.source == PoolSource.BULK,
        }
        return super().get_context_data(**(context | kwargs))


def _named(ids: Sequence[str], names_of: Callable[[Sequence[str]], Mapping[str, str]]) -> list[str]:
    """What people call them; the ID of what is there no more."""
    names = names_of(ids)
    return [names.get(id, id) for id in ids]


class CreatePool(PageMixin, StaffPage, TemplateView):
    right = CONFIGURE_COUPONS
    template_name = "coupons/pool_form.html"
    title: Text = _("Create coupon pool")
    before: Mapping[str, Any] | None = None

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Coupon pools"), reverse("coupons:pools"))]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._shown(PoolForm(before=self.before))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = PoolForm(request.POST, before=self.before)
        if form.is_valid():
            try:
                pool = self.save(form)
            except Invalid as error:
                form.show(error)
            except WeakCodes as weak:
                form.ask_to_confirm(weak.bits)
            else:
                messages.success(request, self.success_message())
                return redirect("coupons:pool", pool.slug)
        return self._shown(form, status=422)

    def save(self, form: PoolForm) -> Pool:
        confirmed = form.cleaned_data["confirmed"]
        return create_pool(values=form.item(), by=by_staff(self.request), confirmed=confirmed).result()

    def success_message(self) -> str:
        return gettext("Coupon pool created.")

    def _shown(self, form: PoolForm, status: int = 200) -> HttpResponse:
        context = self.get_context_data(form=form, before=self.before)
        return self.render_to_response(context, status=status)


class EditPool(OfPool, CreatePool):
    title = _("Edit coupon pool")

    @cached_property
    def before(self) -> Mapping[str, Any]:  # type: ignore[override]  # of the pool
        return read_pool(self.pool)

    def get_crumbs(self) -> Sequence[Crumb]:
        return [*super().get_crumbs(), Crumb(self.pool.name, reverse("coupons:pool", args=[self.pool.slug]))]

    def save(self, form: PoolForm) -> Pool:
        given = form.cleaned_data
        made = change_pool(
            slug=self.pool.slug,
            values=form.item(),
            by=by_staff(self.request),
            method=UpdateMethod(given["method"]),
            matching=given["matching"],
        )
        return made.result()

    def success_message(self) -> str:
        return gettext("Saved.")


class FindCoupons(PartialMixin, StaffPage, PageMixin, TemplateView):
    """A code, in whatever pool and whoever holds it. It is posted: it does not belong into an address, which logs keep."""

    right = VIEW_COUPONS
    template_name = "coupons/find.html"
    partial_template_name = "coupons/found.html"
    title = _("Find a coupon")

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Coupon pools"), reverse("coupons:pools"))]

    def post(self, request: HttpRequest) -> HttpResponse:
        return self.render_to_response(self.get_context_data(text=typed(request.POST, "q")))

    def get_context_data(self, text: str = "", **kwargs: Any) -> dict[str, Any]:
        user, at = self.request.user, timezone.now()
        sight = sight_of(user)
        rows = coupons_with(text).filter(reached(sight, "customer_id"))
        found = list(rows[: MOST_FOUND + 1]) if text and "\x00" not in text else []
        for coupon in found:
            coupon.customer = coupon.customer and seen(coupon.customer, sight)
        may_withdraw = may(user, CONFIGURE_COUPONS)
        lines = [CouponLine(coupon, at) for coupon in found[:MOST_FOUND]]
        context = {
            "text": text,
            "rows": [(line, may_withdraw and line.status == CouponStatus.UNASSIGNED) for line in lines],
            "is_more": len(found) > MOST_FOUND,
        }
        return super().get_context_data(**(context | kwargs))
