"""Changes that wait for an approval: the list, and the review of one."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import BaseForm, Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View

from customers.models import Customer
from customers.sight.queries import seen
from loyalty.staff.models import User
from loyalty.staff.permissions import may
from loyalty.staff.roles.rights import Right
from loyalty.staff.sender import by_staff
from loyalty.staff.sight import Sight, sight_of
from loyalty.ui.mixins import DialogPage, PageMixin, PartialMixin, StaffPage
from loyalty.ui.navigation import Crumb, Tab
from loyalty.ui.paging import Order, page_of
from loyalty.ui.responses import Text

from .effects import Effect, fingerprint, seen_effects
from .enums import ChangeStatus
from .forms import ExplanationForm, RulesForm
from .models import ChangeRequest
from .notices.operations import mark_read
from .notices.queries import unread_among
from .operations import (
    Decided,
    Impossible,
    StateChanged,
    approve,
    ask_for_changes,
    foreseen_now,
    reject,
    save_rules,
    withdraw,
)
from .queries import changes, required_kinds, to_review, visible_to
from .rights import CONFIGURE_APPROVALS, REVIEW_CHANGES
from .words import title_of

TABS = {"waiting": _("To review"), "mine": _("Mine"), "decided": _("Decided")}


class Changes(PartialMixin, StaffPage, PageMixin, TemplateView):
    """Everybody sees their own; whoever reviews those of others too."""

    right = None
    template_name = "approvals/list.html"
    partial_template_name = "approvals/rows.html"
    title = _("Approvals")
    crumbs = (Crumb(_("Loyalty")),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tab = self._tab()
        page = page_of(self._rows(tab), Order("id", descending=True), self.request.GET.get("page", ""))
        user = cast(User, self.request.user)
        unread = unread_among(user, page.rows)
        rows = [(change, title_of(change), change.id in unread) for change in page.rows]
        return super().get_context_data(
            page=page,
            rows=rows,
            tabs=self._tabs(tab),
            tab=tab,
            may_configure=may(self.request.user, CONFIGURE_APPROVALS),
            **kwargs,
        )

    @cached_property
    def reviews(self) -> bool:
        return may(self.request.user, REVIEW_CHANGES)

    def _tab(self) -> str:
        offered = TABS if self.reviews else {"mine": ""}
        wanted = self.request.GET.get("show", "")
        return wanted if wanted in offered else next(iter(offered))

    def _rows(self, tab: str) -> QuerySet[ChangeRequest]:
        user = self.request.user
        assert isinstance(user, User)
        if tab == "waiting":
            return to_review(user)
        if tab == "mine":
            return changes(user).filter(requested_by=user)
        return changes(user).exclude(status=ChangeStatus.WAITING)

    def _tabs(self, current: str) -> Sequence[Tab]:
        if not self.reviews:
            return []
        address = reverse("approvals:list")
        return [Tab(label, f"{address}?show={name}", name == current) for name, label in TABS.items()]


class Rules(DialogPage):
    right = CONFIGURE_APPROVALS
    form_class = RulesForm
    title = _("What needs an approval")
    submit_label = _("Save")

    def get_initial(self) -> dict[str, Any]:
        return {"kinds": required_kinds()}

    def get_success_url(self) -> str:
        return reverse("approvals:list")

    def perform(self, form: BaseForm) -> Text:
        save_rules(kinds=form.cleaned_data["kinds"], by=by_staff(self.request)).result()
        return _("Saved.")


class ChangeMixin(StaffPage):
    """404 for a change that one may not see."""

    right: ClassVar[Right | None] = None

    @cached_property
    def change(self) -> ChangeRequest:
        user = self.request.user
        assert isinstance(user, User)
        visible = visible_to(user, reviews=may(user, REVIEW_CHANGES))
        return get_object_or_404(visible, id=self.kwargs["id"])

    def get_success_url(self) -> str:
        return reverse("approvals:review", args=[self.change.id])


class Review(ChangeMixin, PageMixin, TemplateView):
    """What was asked for, what it would have done then, and what it would do now."""

    template_name = "approvals/review.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        mark_read(self.change, cast(User, request.user))
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return title_of(self.change)

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Approvals"), reverse("approvals:list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        change = self.change
        customer = Customer.objects.filter(id=change.customer_id).first() if change.customer_id else None
        found = {"change": change, "customer": customer and seen(customer, self.sight), **self._decision()}
        found["later"] = getattr(change, "later", None)
        return super().get_context_data(**(found | kwargs))

    def _decision(self) -> dict[str, Any]:
        """What can be done with it, and what it would do: looked at anew, as it is tried and rolled back."""
        change = self.change
        asked = self._seen([Effect(**row) for row in change.foreseen])
        if change.status != ChangeStatus.WAITING:
            return {"effects": asked}
        is_own = change.requested_by == self.request.user
        if is_own or not may(self.request.user, REVIEW_CHANGES):
            return {"effects": asked, "may_withdraw": is_own}
        try:
            now = foreseen_now(change, by_staff(self.request))
        except Impossible as refusal:
            return {"effects": asked, "may_review": True, "impossible": str(refusal), "shown": ""}
        shown = self._seen(now)
        differs = fingerprint(shown) != fingerprint(asked)
        # A fingerprint of what is not seen could be guessed.
        seal = fingerprint(now) if shown == now else ""
        return {
            "effects": shown, "may_review": True, "shown": seal, "asked": asked if differs else None,
            "is_beyond": shown != now,
        }  # fmt: skip

    def _seen(self, effects: list[Effect]) -> list[Effect]:
        return seen_effects(self.change.operation, effects, self.sight)

    @cached_property
    def sight(self) -> Sight:
        return sight_of(self.request.user)


class Approve(ChangeMixin, View):
    right = REVIEW_CHANGES

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            approve(change=self.change, shown=request.POST.get("shown", ""), by=by_staff(request)).result()
        except Decided:
            messages.warning(request, _("Somebody has decided about this change already."))
        except StateChanged:
            messages.warning(request, _("Something has changed meanwhile. Look at what it would do now."))
        else:
            self._say_what_became_of_it(request)
        return redirect(self.get_success_url())

    def _say_what_became_of_it(self, request: HttpRequest) -> None:
        self.change.refresh_from_db()
        if self.change.status == ChangeStatus.APPROVED:
            messages.success(request, _("Approved. The change has been made."))
        else:
            messages.warning(request, gettext("Closed: it can no longer be made. %s") % self.change.explanation)


class DecisionDialog(ChangeMixin, DialogPage):
    reloads = True

    def decide(self, form: BaseForm) -> None:
        raise NotImplementedError

    def perform(self, form: BaseForm) -> Text:
        try:
            self.decide(form)
        except Decided:
            form.add_error(None, gettext("Somebody has decided about this change already."))
        return self.success

    success: Text = ""


class Reject(DecisionDialog):
    right = REVIEW_CHANGES
    form_class = ExplanationForm
    title = submit_label = _("Reject")
    is_dangerous = True
    lead = _("This is final. The person who asked for the change is told.")
    success = _("Rejected.")

    def decide(self, form: BaseForm) -> None:
        reject(change=self.change, explanation=form.cleaned_data["explanation"], by=by_staff(self.request)).result()


class AskForChanges(DecisionDialog):
    right = REVIEW_CHANGES
    form_class = ExplanationForm
    title = submit_label = _("Ask for changes")
    lead = _("The change was not made. The person who asked for it can ask again in another way.")
    success = _("Sent back.")

    def decide(self, form: BaseForm) -> None:
        by = by_staff(self.request)
        ask_for_changes(change=self.change, explanation=form.cleaned_data["explanation"], by=by).result()


class Withdraw(DecisionDialog):
    form_class = Form
    title = submit_label = _("Withdraw")
    lead = _("The change was not made.")
    success = _("Withdrawn.")

    def decide(self, form: BaseForm) -> None:
        withdraw(change=self.change, by=by_staff(self.request)).result()
