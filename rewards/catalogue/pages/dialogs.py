"""What is done with a reward by a button: activate, set inactive, clone, archive."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.program.section import Invalid
from loyalty.staff.sender import by_staff
from loyalty.ui.mixins import DialogPage
from loyalty.ui.responses import Text, go, is_partial
from rewards.catalogue.operations import activate_reward, archive_reward, clone_reward, deactivate_reward
from rewards.catalogue.rights import CONFIGURE_REWARDS
from rewards.catalogue.sections.writing import NotThatStatus

from .forms import RewardForm
from .items import place_of
from .pages import OfReward


def _label(name: str) -> object:
    """What the editor calls the field."""
    found = RewardForm.base_fields.get(name)
    return found.label if found else name.partition(".")[0].capitalize()


class RewardDialog(OfReward, DialogPage):
    right = CONFIGURE_REWARDS
    form_class = forms.Form
    says: ClassVar[Text]

    def get_success_url(self) -> str:
        return reverse("rewards:show", args=[self.reward.slug])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"lead": self.says % {"name": self.reward}} | kwargs))

    def next_url(self) -> str:
        """Where it goes on."""
        return self.get_success_url()

    def form_valid(self, form: BaseForm) -> HttpResponse:
        text = self.perform(form)
        if form.errors:
            return self.form_invalid(form)
        messages.success(self.request, str(text))
        return go(self.next_url()) if is_partial(self.request) else HttpResponseRedirect(self.next_url())

    def perform(self, form: BaseForm) -> Text:
        try:
            return self.act()
        except Invalid as error:
            for path, message in error.problems:
                form.add_error(None, f"“{_label(place_of(path))}” {message}.")
        except NotThatStatus as error:
            form.add_error(None, f"{error.message}.")
        return ""

    def act(self) -> Text:
        raise NotImplementedError


class Activate(RewardDialog):
    title = submit_label = _("Activate")
    says = _("Customers can claim “%(name)s” as its schedule says.")

    def act(self) -> Text:
        activate_reward(slug=self.reward.slug, by=by_staff(self.request)).result()
        return gettext("The reward is active.")


class Deactivate(RewardDialog):
    title = submit_label = _("Set inactive")
    says = _("Nobody can claim “%(name)s” until it is active again. What was claimed stays.")

    def act(self) -> Text:
        deactivate_reward(slug=self.reward.slug, by=by_staff(self.request)).result()
        return gettext("The reward is inactive.")


class Clone(RewardDialog):
    title = submit_label = _("Clone")
    says = _("A copy of “%(name)s” is created after it, inactive.")

    def act(self) -> Text:
        self.made = clone_reward(slug=self.reward.slug, by=by_staff(self.request)).result()
        return gettext("This is the clone. It is inactive, and stands behind the other in the catalogue.")

    def next_url(self) -> str:
        return reverse("rewards:edit", args=[self.made.slug])


class Archive(RewardDialog):
    title = submit_label = _("Archive")
    is_dangerous = True
    says = _("“%(name)s” disappears from every list and page. Only the operator of the server can restore it.")

    def act(self) -> Text:
        archive_reward(slug=self.reward.slug, by=by_staff(self.request)).result()
        return gettext("The reward is archived.")

    def next_url(self) -> str:
        return reverse("rewards:list")
