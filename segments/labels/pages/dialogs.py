"""Renaming, switching off and merging a label."""

from functools import cached_property
from typing import Any

from django import forms
from django.forms import BaseForm
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.staff.sender import by_staff
from loyalty.staff.sight import sight_of
from loyalty.ui.mixins import DialogPage
from loyalty.ui.responses import Text
from segments.labels.enums import LabelStatus
from segments.labels.models import Label
from segments.labels.operations import NoName, NoSuchLabel, TakenName, merge_labels, rename_label, set_status
from segments.labels.queries import label_named, size_of
from segments.labels.rights import CONFIGURE_LABELS

from .forms import IntoForm, NameForm


class LabelDialog(DialogPage):
    right = CONFIGURE_LABELS
    reloads = True

    @cached_property
    def label(self) -> Label:
        found = label_named(self.kwargs["slug"])
        if found is None:
            raise Http404
        return found

    def get_success_url(self) -> str:
        return reverse("labels:list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"label": self.label} | kwargs))


class EditLabel(LabelDialog):
    """Its name, and with it its identifier; and the ways to switch it off and to merge it."""

    template_name = "labels/edit.html"
    form_class = NameForm
    title = _("Edit label")
    submit_label = _("Save")

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.label.name}

    def perform(self, form: BaseForm) -> Text:
        try:
            rename_label(slug=self.label.slug, name=form.cleaned_data["name"], by=by_staff(self.request)).result()
        except NoName:
            form.add_error("name", _("Enter at least one letter or digit."))
        except TakenName as taken:
            words = _("The label “%(name)s” has this identifier. Merge this one into it.")
            form.add_error("name", words % {"name": taken.label.name})
        return gettext("Saved.")


class Switch(LabelDialog):
    form_class = forms.Form
    status = LabelStatus.INACTIVE
    title = submit_label = _("Set inactive")

    @property
    def lead(self) -> Text:  # type: ignore[override]  # of the label
        return gettext("“%(name)s” stays with those who have it, and is given to nobody else.") % {
            "name": self.label.name
        }

    def perform(self, form: BaseForm) -> Text:
        set_status(slug=self.label.slug, status=self.status, by=by_staff(self.request)).result()
        return gettext("Saved.")


class SwitchOn(Switch):
    status = LabelStatus.ACTIVE
    title = submit_label = _("Set active")

    @property
    def lead(self) -> Text:  # type: ignore[override]  # of the label
        return gettext("“%(name)s” can be given again.") % {"name": self.label.name}


class Merge(LabelDialog):
    form_class = IntoForm
    title = _("Merge label")
    submit_label = _("Merge")
    is_dangerous = True

    @property
    def lead(self) -> Text:  # type: ignore[override]  # of the label
        words = gettext("All %(size)s customers of “%(name)s” get the other label instead. This can’t be undone.")
        return words % {"size": f"{size_of(self.label, sight_of(self.request.user)):,}", "name": self.label.name}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"label": self.label}

    def perform(self, form: BaseForm) -> Text:
        try:
            merge_labels(slug=self.label.slug, into=form.cleaned_data["into"], by=by_staff(self.request)).result()
        except NoSuchLabel:
            form.add_error("into", _("This label was merged meanwhile. Choose another."))
        return gettext("The labels are one now.")
