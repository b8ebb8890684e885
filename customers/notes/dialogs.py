"""Writing, changing and deleting a note."""

from functools import cached_property
from typing import Any

from django import forms
from django.forms import BaseForm
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from customers.models import Note
from customers.profile.mixins import CustomerMixin
from customers.rights import WRITE_NOTES
from loyalty.staff.sender import by_staff
from loyalty.ui.mixins import DialogPage
from loyalty.ui.responses import Text

from .forms import NoteForm
from .operations import Gone, NotYours, add_note, change_note, delete_note
from .queries import notes_of


class NoteDialog(CustomerMixin, DialogPage):
    right = WRITE_NOTES
    form_class: type[forms.Form] = NoteForm
    submit_label = _("Save note")
    refresh = ("notes",)

    def get_success_url(self) -> str:
        return reverse("customers:notes", args=[self.customer.id])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"lead": self.customer.name} | kwargs))

    @cached_property
    def note(self) -> Note:
        self.sight.require("note.text")
        return get_object_or_404(notes_of(self.customer.id), id=self.kwargs["note_id"])


class AddNote(NoteDialog):
    title = _("Add note")

    def perform(self, form: BaseForm) -> Text:
        try:
            add_note(customer=self.customer, text=form.cleaned_data["text"], by=by_staff(self.request)).result()
        except Gone:
            form.add_error(None, _("The customer has left or was merged in the meantime."))
        return _("Note added.")


class EditNote(NoteDialog):
    title = _("Edit note")

    def get_initial(self) -> dict[str, Any]:
        return {"text": self.note.text}

    def perform(self, form: BaseForm) -> Text:
        try:
            change_note(note=self.note, text=form.cleaned_data["text"], by=by_staff(self.request)).result()
        except NotYours:
            form.add_error(None, _("Somebody else wrote this note: add one of your own."))
        except Gone:
            form.add_error(None, _("The note came with a merged profile and stays as it is: add a new one."))
        except Note.DoesNotExist:
            form.add_error(None, _("The note was deleted in the meantime: add a new one."))
        return _("Note changed.")


class DeleteNote(NoteDialog):
    form_class = forms.Form
    title = submit_label = _("Delete note")
    is_dangerous = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lead = _("“%(text)s” is deleted for good. The audit trail keeps what it said.") % {
            "text": Truncator(self.note.text).chars(120)
        }
        return super().get_context_data(**({"lead": lead} | kwargs))

    def perform(self, form: BaseForm) -> Text:
        try:
            delete_note(note=self.note, by=by_staff(self.request)).result()
        except NotYours:
            form.add_error(None, _("Somebody else wrote this note: ask an administrator to delete it."))
        return _("Note deleted.")
