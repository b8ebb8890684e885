"""Codes for a pool: uploaded, or made; and a code that nobody holds, withdrawn."""

from functools import cached_property
from typing import Any

from django import forms
from django.forms import BaseForm
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from coupons.enums import CouponStatus, PoolSource
from coupons.models import Coupon
from coupons.operations import withdraw_code
from coupons.pools.patterns import bits, is_strong
from coupons.rights import CONFIGURE_COUPONS
from coupons.stock.operations import CannotBeMade, generate_codes, upload_codes
from loyalty.formats import number
from loyalty.refusals import Refused
from loyalty.staff.sender import by_staff
from loyalty.ui.mixins import DialogPage
from loyalty.ui.responses import Text

from .forms import CodesForm, GenerateForm
from .pages import OfPool

MOST_NAMED = 3


class CodesDialog(OfPool, DialogPage):
    right = CONFIGURE_COUPONS
    reloads = True
    source: PoolSource

    def get_success_url(self) -> str:
        if self.pool.source != self.source:
            raise Http404
        return reverse("coupons:pool", args=[self.pool.slug])


class Upload(CodesDialog):
    form_class = CodesForm
    title = _("Add codes")
    submit_label = _("Add")
    source = PoolSource.UPLOADED

    def perform(self, form: BaseForm) -> Text:
        """Those that can be added are; why others cannot, is said."""
        assert isinstance(form, CodesForm)
        try:
            refused = upload_codes(slug=self.pool.slug, codes=form.lines, by=by_staff(self.request)).result()
        except CannotBeMade as error:
            form.add_error(None, f"{error.message}.")
            return ""
        added = len(form.lines) - len(refused)
        said = ngettext("%(number)s code added.", "%(number)s codes added.", added) % {"number": number(added)}
        if not refused:
            return said
        why = "; ".join(f"{code}: {text}" for code, text in list(refused.items())[:MOST_NAMED])
        left = ngettext("%(number)s was not", "%(number)s were not", len(refused)) % {"number": number(len(refused))}
        return f"{said} {left}: {why}{' …' if len(refused) > MOST_NAMED else ''}"


class Generate(CodesDialog):
    form_class = GenerateForm
    title = _("Generate codes")
    submit_label = _("Generate")
    source = PoolSource.BULK

    @property
    def lead(self) -> Text:  # type: ignore[override]  # of the pattern
        strength = gettext("hard to guess") if is_strong(self.pool.pattern) else gettext("easy to guess")
        text = gettext("%(pattern)s: codes are %(strength)s (one of 2^%(bits)s). They are made in the background.")
        return text % {"pattern": self.pool.pattern, "strength": strength, "bits": f"{bits(self.pool.pattern):.0f}"}

    def perform(self, form: BaseForm) -> Text:
        wanted = form.cleaned_data["number"]
        try:
            generate_codes(slug=self.pool.slug, number=wanted, by=by_staff(self.request)).result()
        except CannotBeMade as error:
            form.add_error("number", f"{error.message}.")
            return ""
        return ngettext("%(number)s code is being made.", "%(number)s codes are being made.", wanted) % {
            "number": number(wanted)
        }


class Withdraw(DialogPage):
    """A code that nobody holds, for good."""

    right = CONFIGURE_COUPONS
    form_class = forms.Form
    title = submit_label = _("Invalidate")
    is_dangerous = True
    refresh = ("found",)

    @cached_property
    def coupon(self) -> Coupon:
        found = Coupon.objects.select_related("pool").filter(
            id=self.kwargs["coupon_id"], status=CouponStatus.UNASSIGNED
        )
        if coupon := found.first():
            return coupon
        raise Http404

    @property
    def lead(self) -> Text:  # type: ignore[override]  # of the code
        text = gettext("The code %(code)s of “%(pool)s” will no longer be given out. This can’t be undone.")
        return text % {"code": self.coupon.code, "pool": self.coupon.pool.name}

    def get_success_url(self) -> str:
        return reverse("coupons:find")

    def perform(self, form: BaseForm) -> Text:
        try:
            withdraw_code(coupon=self.coupon, by=by_staff(self.request)).result()
        except Refused:
            form.add_error(None, _("Somebody has got this code meanwhile."))
            return ""
        return gettext("Code %(code)s is invalid.") % {"code": self.coupon.code}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"lead": self.lead} | kwargs))
