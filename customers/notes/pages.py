"""The notes of a customer."""

from dataclasses import dataclass
from typing import Any, cast

from django.views.generic import TemplateView

from customers.models import Note
from customers.profile.frame import ProfilePage
from customers.rights import WRITE_NOTES
from loyalty.staff.models import User
from loyalty.ui.mixins import PartialMixin
from loyalty.ui.paging import Order, page_of

from .operations import may_delete
from .queries import notes_of

LATEST_NOTE = Order("id", descending=True)


@dataclass(frozen=True)
class ShownNote:
    note: Note
    may_edit: bool
    may_delete: bool


class Notes(PartialMixin, ProfilePage, TemplateView):
    """What staff have written down about the customer, newest first."""

    template_name = "customers/notes.html"
    partial_template_name = "customers/note_rows.html"
    tab = "customers:notes"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.sight.require("note.text")
        page = page_of(notes_of(self.customer.id), LATEST_NOTE, self.request.GET.get("page", ""))
        user = cast(User, self.request.user)
        may_write = self.may(WRITE_NOTES)
        found = {
            "page": page,
            "notes": [
                ShownNote(
                    note,
                    may_edit=may_write and note.staff_id == user.pk and note.customer_id == self.customer.id,
                    may_delete=may_write and may_delete(note, user),
                )
                for note in page.rows
            ],
            "may_write": may_write,
        }
        return super().get_context_data(**(found | kwargs))
