"""The categories of rewards, and a dialog for each."""

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

from loyalty.forms.inputs import line
from loyalty.forms.numbers import WholeNumberField
from loyalty.program.section import Invalid, as_sentence
from loyalty.staff.permissions import may
from loyalty.staff.sender import by_staff
from loyalty.ui.mixins import DialogPage, PageMixin, StaffPage
from loyalty.ui.navigation import Crumb
from loyalty.ui.responses import Text
from rewards.catalogue.categories.operations import change_category, create_category
from rewards.catalogue.enums import CategoryStatus
from rewards.catalogue.models import RewardCategory
from rewards.catalogue.queries import categories, numbers_in_categories
from rewards.catalogue.rights import CONFIGURE_REWARDS, VIEW_REWARDS
from rewards.catalogue.texts import PLAIN_LANGUAGE, text_in

from .inputs import Pairs

MOST_SHOWN = 1_000
NAMES = {"name", "names"}


class Categories(PageMixin, StaffPage, TemplateView):
    right = VIEW_REWARDS
    template_name = "rewards/categories.html"
    title = _("Reward categories")

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Rewards"), reverse("rewards:list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        numbers = numbers_in_categories()
        rows = [(one, numbers.get(one.pk, 0)) for one in categories()[:MOST_SHOWN]]
        context = {"rows": rows, "may_configure": may(self.request.user, CONFIGURE_REWARDS)}
        return super().get_context_data(**(context | kwargs))


class CategoryForm(forms.Form):
    name = line(100)(label=_("Name"))
    names = Pairs(label=_("In other languages"), required=False, help_text=_("One per line, such as de: Getränke."))
    status = forms.ChoiceField(label=_("Status"), choices=CategoryStatus.choices, initial=CategoryStatus.ACTIVE.value)
    position = WholeNumberField(label=_("Order"), min_value=0, max_value=1_000_000, initial=0)

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        names = {**given["names"], PLAIN_LANGUAGE: given["name"]}
        return {"name": names, "status": given["status"], "position": given["position"]}

    def show(self, error: Invalid) -> None:
        for path, message in error.problems:
            self.add_error("names" if ".name" in path else None, as_sentence(message))


class CreateCategory(DialogPage):
    right = CONFIGURE_REWARDS
    form_class = CategoryForm
    title: Text = _("Create reward category")
    submit_label: Text = _("Create")
    reloads = True

    def get_success_url(self) -> str:
        return reverse("rewards:categories")

    def perform(self, form: BaseForm) -> Text:
        assert isinstance(form, CategoryForm)
        try:
            return self.save(form)
        except Invalid as error:
            form.show(error)
            return ""

    def save(self, form: CategoryForm) -> Text:
        create_category(values=form.values(), by=by_staff(self.request)).result()
        return gettext("Category created.")


class EditCategory(CreateCategory):
    title = _("Edit reward category")
    submit_label = _("Save")

    @cached_property
    def category(self) -> RewardCategory:
        found = RewardCategory.objects.filter(slug=self.kwargs["slug"]).first()
        if found is None:
            raise Http404
        return found

    def get_initial(self) -> dict[str, Any]:
        texts = self.category.name
        return {
            "name": texts.get(PLAIN_LANGUAGE) or text_in(texts),
            "names": {language: name for language, name in texts.items() if language != PLAIN_LANGUAGE},
            "status": self.category.status,
            "position": self.category.position,
        }

    def save(self, form: CategoryForm) -> Text:
        """What only stands in the form takes nothing back."""
        changed = set(form.changed_data)
        changed |= {"name"} if changed & NAMES else set()
        values = {name: value for name, value in form.values().items() if name in changed}
        change_category(slug=self.category.slug, values=values, by=by_staff(self.request)).result()
        return gettext("Saved.")
