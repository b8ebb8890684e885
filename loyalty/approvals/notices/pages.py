"""When one gets e-mails about approvals."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.forms import BaseForm
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from loyalty.forms.numbers import WholeNumberField
from loyalty.staff.models import User
from loyalty.staff.sender import by_staff
from loyalty.ui.mixins import DialogPage
from loyalty.ui.responses import Text

from .enums import NoticeMode
from .models import MOST_HOURS
from .operations import save_choice
from .queries import choice_of


class NoticeForm(forms.Form):
    mode = forms.ChoiceField(label=_("E-mails"), choices=NoticeMode, widget=forms.RadioSelect)
    hours = WholeNumberField(label=_("Hours between them"), min_value=1, max_value=MOST_HOURS)


class Notices(DialogPage):
    right = None
    form_class = NoticeForm
    title = _("Notices of approvals")
    submit_label = _("Save")

    def get_initial(self) -> dict[str, Any]:
        chosen = choice_of(cast(User, self.request.user))
        return {"mode": chosen.mode, "hours": chosen.hours}

    def get_success_url(self) -> str:
        return reverse("approvals:list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text = _("What waits for you is counted in the sidebar. E-mails tell how many there are, and nothing of them.")
        none = _(
            "What waits for you is counted in the sidebar. No e-mails are sent: the installation has no EMAIL_URL."
        )
        return super().get_context_data(**({"lead": text if settings.EMAIL_URL else none} | kwargs))

    def perform(self, form: BaseForm) -> Text:
        given = form.cleaned_data
        save_choice(mode=NoticeMode(given["mode"]), hours=given["hours"], by=by_staff(self.request)).result()
        return _("Saved.")
