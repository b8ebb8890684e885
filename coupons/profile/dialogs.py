"""Giving a customer a coupon; and what is done with one coupon, out of the menu of its row."""

from functools import cached_property
from typing import Any, ClassVar

from django.forms import BaseForm
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from coupons.models import Coupon
from coupons.operations import (
    assign_coupon,
    change_expiration,
    invalidate_coupon,
    receiver_named,
    redeem_coupon,
    transfer_coupon,
    unassign_coupon,
    unredeem_coupon,
)
from coupons.queries import coupons_of
from coupons.rights import CHANGE_COUPONS, REDEEM_COUPONS
from coupons.stock.asking import Claimant, codes_at_hand
from customers.profile.mixins import EventDialog
from customers.sight.queries import seen
from loyalty.engine.mechanism import Outcome
from loyalty.engine.status import Status
from loyalty.intake.forms import OnceForm
from loyalty.refusals import Refused
from loyalty.staff.sender import Sender
from loyalty.ui.responses import Text

from .forms import AssignForm, CouponForm, ExpirationForm, InvalidateForm, RedeemForm, TransferForm
from .queries import CouponLine

NO_RECEIVER = 160212


class Coupons(EventDialog):
    refresh = ("events", "coupons")

    def get_success_url(self) -> str:
        return reverse("coupons:of-customer", args=[self.customer.id])


class AssignCoupon(Coupons):
    right = CHANGE_COUPONS
    form_class = AssignForm
    title = _("Assign coupon")
    submit_label = _("Assign")
    given: Coupon | None = None

    def submit(self, form: BaseForm, by: Sender) -> Outcome:
        pool, code = form.cleaned_data["pool"], form.cleaned_data["code"]
        wanted = {} if code or self.customer.status != Status.ACTIVE else {pool.slug: 1}
        with codes_at_hand(wanted, Claimant(self.customer.public_id, key=by.token or "")):
            return assign_coupon(customer=self.customer, pool=pool, code=code, by=by).result()

    def success_message(self, outcome: Outcome) -> Text:
        code = outcome.events[0].data["code"]
        # Of an aggregated pool it may be another use of what they had.
        self.given = coupons_of(self.customer).filter(code=code, issued=1).first()
        return gettext("%(name)s has the coupon %(code)s now.") % {"name": self.customer.name, "code": code}

    def get_undo_url(self) -> str:
        return reverse("coupons:unassign", args=[self.customer.id, self.given.id]) if self.given else ""


class OneCoupon(Coupons):
    """About a coupon that the customer holds; 404 for another one's."""

    form_class: type[OnceForm] = CouponForm
    done: ClassVar[Text]
    # The dialog of the transition back, if there is one.
    undone_by: ClassVar[str | None] = None

    @cached_property
    def coupon(self) -> Coupon:
        found = coupons_of(self.customer).filter(id=self.kwargs["coupon_id"]).first()
        if found is None:
            raise Http404
        return found

    @cached_property
    def line(self) -> CouponLine:
        return CouponLine(self.coupon, timezone.now())

    @property
    def lead(self) -> Text:  # type: ignore[override]  # of the coupon
        worth = [self.line.amount, gettext("balance %s") % self.line.balance if self.line.balance else ""]
        return " · ".join([self.coupon.code, self.coupon.pool.name, *filter(None, worth)])

    def success_message(self, outcome: Outcome) -> Text:
        return str(self.done) % {"code": self.coupon.code}

    def get_undo_url(self) -> str:
        return reverse(self.undone_by, args=[self.customer.id, self.coupon.id]) if self.undone_by else ""


class Redeem(OneCoupon):
    right = REDEEM_COUPONS
    form_class = RedeemForm
    title = _("Redeem coupon")
    submit_label = _("Redeem")
    done = _("Coupon %(code)s redeemed.")
    undone_by = "coupons:unredeem"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"coupon": self.coupon}

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"amount": self.coupon.balance}

    def submit(self, form: BaseForm, by: Sender) -> Outcome:
        amount, order = form.cleaned_data.get("amount"), form.cleaned_data["transaction_id"]
        made = redeem_coupon(coupon=self.coupon, customer=self.customer, amount=amount, transaction_id=order, by=by)
        return made.result()


class Unredeem(OneCoupon):
    right = REDEEM_COUPONS
    title = _("Take redemption back")
    submit_label = _("Take back")
    done = _("The last redemption of %(code)s is taken back.")

    def submit(self, form: BaseForm, by: Sender) -> Outcome:
        return unredeem_coupon(coupon=self.coupon, customer=self.customer, by=by).result()


class Invalidate(OneCoupon):
    right = CHANGE_COUPONS
    form_class = InvalidateForm
    title = _("Invalidate coupon")
    submit_label = _("Invalidate")
    is_dangerous = True
    done = _("Coupon %(code)s is invalid.")

    @property
    def lead(self) -> Text:  # type: ignore[override]  # of the coupon
        return gettext("%(coupon)s. It can never be redeemed again.") % {"coupon": super().lead}

    def submit(self, form: BaseForm, by: Sender) -> Outcome:
        reason = form.cleaned_data["reason"]
        return invalidate_coupon(coupon=self.coupon, customer=self.customer, reason=reason, by=by).result()


class Unassign(OneCoupon):
    right = CHANGE_COUPONS
    title = _("Unassign coupon")
    submit_label = _("Unassign")
    is_dangerous = True
    done = _("The customer no longer holds %(code)s.")

    @property
    def lead(self) -> Text:  # type: ignore[override]  # of the coupon
        return gettext("%(coupon)s. Somebody else may get its code.") % {"coupon": super().lead}

    def submit(self, form: BaseForm, by: Sender) -> Outcome:
        return unassign_coupon(coupon=self.coupon, customer=self.customer, by=by).result()


class Transfer(OneCoupon):
    right = CHANGE_COUPONS
    form_class = TransferForm
    title = _("Transfer coupon")
    submit_label = _("Transfer")
    done = _("Coupon %(code)s transferred.")

    def submit(self, form: BaseForm, by: Sender) -> Outcome:
        receiver = receiver_named(form.cleaned_data["receiver"], self.sight)
        if receiver is None:
            raise Refused(NO_RECEIVER, "Customer not found", field="receiver")
        self.receiver = seen(receiver, self.sight).name
        return transfer_coupon(coupon=self.coupon, customer=self.customer, receiver=receiver, by=by).result()

    def success_message(self, outcome: Outcome) -> Text:
        return gettext("%(name)s has the coupon %(code)s now.") % {"name": self.receiver, "code": self.coupon.code}


class ChangeExpiration(OneCoupon):
    right = CHANGE_COUPONS
    form_class = ExpirationForm
    title = _("Change expiration")
    submit_label = _("Change")

    def get_initial(self) -> dict[str, Any]:
        """To take a change back, the address names the day before it."""
        return super().get_initial() | {"last_day": self.request.GET.get("last_day", self._last_day)}

    @property
    def _last_day(self) -> str:
        last_day = self.line.last_day
        return timezone.localdate(last_day).isoformat() if last_day else ""

    def get_undo_url(self) -> str:
        return f"{reverse('coupons:expiration', args=[self.customer.id, self.coupon.id])}?last_day={self.before}"

    def submit(self, form: BaseForm, by: Sender) -> Outcome:
        day, self.before = form.cleaned_data["last_day"], self._last_day
        return change_expiration(coupon=self.coupon, customer=self.customer, day=day, by=by).result()

    def success_message(self, outcome: Outcome) -> Text:
        self.coupon.refresh_from_db()
        text = gettext("Changed. The coupon is %(status)s.")
        return text % {"status": self.coupon.get_status_display().lower()}
