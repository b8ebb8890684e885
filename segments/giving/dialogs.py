"""The dialog by which all members of a segment, a list or a label are put into a user group."""

from functools import cached_property

from django import forms
from django.forms import BaseForm
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from customers.sight.queries import CUSTOMERS
from loyalty.forms.refusals import in_words
from loyalty.grouping.queries import given_groups
from loyalty.grouping.rights import GIVE_GROUPS
from loyalty.refusals import Refused
from loyalty.staff.sender import by_staff
from loyalty.staff.sight import EVERYTHING
from loyalty.ui.mixins import DialogPage
from loyalty.ui.responses import Text
from segments.frame import SegmentsPage

from .operations import put_members_in_group
from .queries import name_of

_BACK = {"segment": "segments:show", "list": "lists:members", "label": "labels:members"}


class GroupForm(forms.Form):
    group = forms.ChoiceField(label=_("User group"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # as Django calls it
        groups = given_groups(EVERYTHING.reach, CUSTOMERS)
        self.fields["group"].choices = [(one.slug, one.name) for one in groups]  # type: ignore[attr-defined]


class PutMembersIntoGroup(SegmentsPage, DialogPage):
    right = GIVE_GROUPS
    form_class = GroupForm
    title = _("Put members into a user group")
    submit_label = _("Put into group")

    @cached_property
    def name(self) -> str:
        found = name_of(self.kwargs["kind"], self.kwargs["slug"]) if self.kwargs["kind"] in _BACK else ""
        if not found:
            raise Http404
        return found

    @property
    def lead(self) -> Text:  # type: ignore[override]  # of what the members are of
        text = gettext("Today’s members of “%(name)s” are put into the group in the background, and stay in it after leaving the segment.")  # fmt: skip
        return text % {"name": self.name}

    def get_success_url(self) -> str:
        return reverse(_BACK[self.kwargs["kind"]], args=[self.kwargs["slug"]]) if self.name else ""

    def perform(self, form: BaseForm) -> Text:
        asked = {"kind": self.kwargs["kind"], "slug": self.kwargs["slug"], "group": form.cleaned_data["group"]}
        try:
            number = put_members_in_group(**asked, by=by_staff(self.request)).result()
        except Refused as refusal:
            form.add_error(None, in_words(refusal))
            return ""
        text = ngettext("%(number)s customer is being put into the group.", "%(number)s customers are being put into the group.", number)  # fmt: skip
        return text % {"number": number}
