from typing import Any

from django.forms import BaseForm
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.profile.mixins import EventDialog
from customers.rights import SUSPEND_CUSTOMERS
from loyalty.engine.mechanism import Outcome
from loyalty.staff.sender import Sender
from loyalty.ui.responses import Text

from .forms import ReasonForm
from .operations import suspend, unsuspend


class Suspend(EventDialog):
    right = SUSPEND_CUSTOMERS
    form_class = ReasonForm
    title = submit_label = _("Suspend")
    reloads = True

    def get_success_url(self) -> str:
        return reverse("customers:overview", args=[self.customer.id])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"lead": self.lead_text()} | kwargs))

    def lead_text(self) -> Text:
        text = _("%(name)s goes on earning points, but may not spend any until unsuspended.")
        return text % {"name": self.customer.name}

    def submit(self, form: BaseForm, by: Sender) -> Outcome:
        return suspend(customer=self.customer, reason=form.cleaned_data["reason"], by=by).result()

    def success_message(self, outcome: Outcome) -> Text:
        return _("%(name)s is suspended.") % {"name": self.customer.name}


class Unsuspend(Suspend):
    title = submit_label = _("Unsuspend")

    def lead_text(self) -> Text:
        return _("%(name)s may spend points again.") % {"name": self.customer.name}

    def submit(self, form: BaseForm, by: Sender) -> Outcome:
        return unsuspend(customer=self.customer, reason=form.cleaned_data["reason"], by=by).result()

    def success_message(self, outcome: Outcome) -> Text:
        return _("%(name)s is active again.") % {"name": self.customer.name}
