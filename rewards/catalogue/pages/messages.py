"""What customers are told who cannot claim a reward: by reason and language, with a dialog for each reason."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.forms import BaseForm
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from loyalty.program.section import Invalid, as_sentence
from loyalty.staff.permissions import may
from loyalty.staff.sender import by_staff
from loyalty.ui.mixins import DialogPage, PageMixin, StaffPage
from loyalty.ui.navigation import Crumb
from loyalty.ui.responses import Text
from rewards.catalogue.categories.operations import change_message
from rewards.catalogue.enums import ReasonCode
from rewards.catalogue.rights import CONFIGURE_REWARDS, VIEW_REWARDS
from rewards.catalogue.sections.categories import read_messages
from rewards.catalogue.texts import DEFAULTS, PLAIN_LANGUAGE

from .inputs import Pairs


def _library() -> dict[str, dict[str, str]]:
    return {item["id"]: item["texts"] for item in read_messages()}


class Messages(PageMixin, StaffPage, TemplateView):
    right = VIEW_REWARDS
    template_name = "rewards/messages.html"
    title = _("Messages")

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Rewards"), reverse("rewards:list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        library = _library()
        rows = [(code, {PLAIN_LANGUAGE: DEFAULTS[code], **library.get(code.value, {})}) for code in ReasonCode]
        context = {"rows": rows, "may_configure": may(self.request.user, CONFIGURE_REWARDS)}
        return super().get_context_data(**(context | kwargs))


class MessageForm(forms.Form):
    texts = Pairs(
        label=_("Texts"), required=False, max_line=520, help_text=_("One per line, by language: de: Ausverkauft.")
    )

    def show(self, error: Invalid) -> None:
        for _path, message in error.problems:
            self.add_error("texts", as_sentence(message))


class EditMessage(DialogPage):
    right = CONFIGURE_REWARDS
    form_class = MessageForm
    submit_label = _("Save")
    reloads = True

    @cached_property
    def code(self) -> ReasonCode:
        try:
            return ReasonCode(self.kwargs["code"])
        except ValueError:
            raise Http404 from None

    def get_title(self) -> Text:
        return self.code.label

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lead = gettext("Without a text, customers read: %(text)s") % {"text": DEFAULTS[self.code]}
        return super().get_context_data(**({"lead": lead} | kwargs))

    def get_initial(self) -> dict[str, Any]:
        return {"texts": _library().get(self.code.value, {})}

    def get_success_url(self) -> str:
        return reverse("rewards:messages")

    def perform(self, form: BaseForm) -> Text:
        assert isinstance(form, MessageForm)
        try:
            change_message(code=self.code, texts=form.cleaned_data["texts"], by=by_staff(self.request)).result()
        except Invalid as error:
            form.show(error)
            return ""
        return gettext("Saved.")
