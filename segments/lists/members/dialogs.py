"""Creating, renaming, switching off and archiving a list; and taking somebody off one."""

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from customers.sight.queries import reached, seen
from loyalty.program.section import Invalid, as_sentence
from loyalty.refusals import Refused
from loyalty.staff.sender import by_staff
from loyalty.staff.sight import sight_of
from loyalty.ui.mixins import DialogPage
from loyalty.ui.responses import Text, go, is_partial
from segments.editor.forms import SegmentForm
from segments.frame import SegmentsPage
from segments.lists.enums import ListStatus
from segments.lists.facts import rule_of
from segments.lists.models import CustomerList
from segments.lists.operations import (
    NoSuchList,
    NotThatStatus,
    StillBound,
    archive_list,
    change_list,
    create_list,
    remove_member,
)
from segments.lists.queries import open_list, size_of
from segments.lists.rights import CHANGE_MEMBERS, CONFIGURE_LISTS
from segments.operations import save_segment
from segments.rights import CHANGE_SEGMENTS

from .forms import MemberForm, NameForm


class CreateList(DialogPage):
    right = CONFIGURE_LISTS
    form_class = NameForm
    title = _("Create list")
    submit_label = _("Create")
    made = ""

    def get_success_url(self) -> str:
        return reverse("lists:members", args=[self.made]) if self.made else reverse("lists:list")

    def form_valid(self, form: BaseForm) -> HttpResponse:
        answer = super().form_valid(form)
        if self.made and is_partial(self.request):
            messages.success(self.request, gettext("List created."))
            return go(self.get_success_url())
        return answer

    def perform(self, form: BaseForm) -> Text:
        made = create_list(name=form.cleaned_data["name"], status=ListStatus.ACTIVE, by=by_staff(self.request))
        self.made = made.result()
        return gettext("List created.")


class ListDialog(DialogPage):
    """About one list that is not archived."""

    right = CONFIGURE_LISTS
    reloads = True

    @cached_property
    def list(self) -> CustomerList:
        found = open_list(self.kwargs["slug"])
        if found is None:
            raise Http404
        return found

    def get_success_url(self) -> str:
        return reverse("lists:members", args=[self.kwargs["slug"]])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"list": self.list} | kwargs))

    def perform(self, form: BaseForm) -> Text:
        try:
            return self.act(form)
        except StillBound as bound:
            form.add_error(None, _("The list is used by: %(uses)s. Choose another list there first.") % {"uses": bound})
        except NotThatStatus:
            form.add_error(None, _("The list has another status by now. Close this and open it again."))
        except NoSuchList:
            form.add_error(None, _("The list was archived meanwhile."))
        return ""

    def act(self, form: BaseForm) -> Text:
        raise NotImplementedError


class EditList(ListDialog):
    """Its name; and the ways to its other statuses, each of which asks once more."""

    template_name = "lists/edit.html"
    form_class = NameForm
    title = _("Edit list")
    submit_label = _("Save")

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.list.name}

    def act(self, form: BaseForm) -> Text:
        change_list(slug=self.list.slug, name=form.cleaned_data["name"], by=by_staff(self.request)).result()
        return gettext("Saved.")


class SetInactive(ListDialog):
    form_class = forms.Form
    title = submit_label = _("Set inactive")

    @property
    def lead(self) -> Text:  # type: ignore[override]  # of the list
        text = gettext("Nobody gets anything for being on “%(name)s” while it is inactive. Its members stay on it.")
        return text % {"name": self.list.name}

    def act(self, form: BaseForm) -> Text:
        change_list(slug=self.list.slug, status=ListStatus.INACTIVE, by=by_staff(self.request)).result()
        return gettext("The list is inactive.")


class SetActive(ListDialog):
    form_class = forms.Form
    title = submit_label = _("Set active")

    @property
    def lead(self) -> Text:  # type: ignore[override]  # of the list
        return gettext("“%(name)s” can be chosen again.") % {"name": self.list.name}

    def act(self, form: BaseForm) -> Text:
        change_list(slug=self.list.slug, status=ListStatus.ACTIVE, by=by_staff(self.request)).result()
        return gettext("The list is active.")


class Archive(ListDialog):
    form_class = forms.Form
    template_name = "lists/archive.html"
    title = submit_label = _("Archive")
    is_dangerous = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"size": size_of(self.list, sight_of(self.request.user))} | kwargs))

    def act(self, form: BaseForm) -> Text:
        archive_list(slug=self.list.slug, by=by_staff(self.request)).result()
        return gettext("The list is archived.")


class RemoveMember(ListDialog):
    right = CHANGE_MEMBERS
    form_class = MemberForm
    title = _("Remove member")
    submit_label = _("Remove")
    is_dangerous = True
    reloads = False
    refresh = ("members",)

    @cached_property
    def customer(self) -> Customer:
        return get_object_or_404(Customer, reached(sight_of(self.request.user)), id=self.kwargs["customer_id"])

    @property
    def name(self) -> str:
        """As the reader sees it."""
        return seen(self.customer, sight_of(self.request.user)).name

    @property
    def lead(self) -> Text:  # type: ignore[override]  # of the customer
        text = gettext("%(name)s is taken off the list “%(list)s”.")
        return text % {"name": self.name, "list": self.list.name}

    def act(self, form: BaseForm) -> Text:
        assert isinstance(form, MemberForm)
        try:
            remove_member(customer=self.customer, slug=self.list.slug, by=by_staff(self.request)).result()
        except Refused as refusal:
            form.refuse(refusal)
        return gettext("%(name)s is not on the list any more.") % {"name": self.name}


class MakeSegment(SegmentsPage, ListDialog):
    """A segment whose members are those of the list: whoever is put on it, by hand or by a file, is in both."""

    right = CHANGE_SEGMENTS
    form_class = SegmentForm
    title = _("Make a segment of the list")
    submit_label = _("Make segment")
    lead = _("From now on its members are those of the list: anyone put on the list enters the segment.")
    made = ""

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.list.name}

    def get_success_url(self) -> str:
        return reverse("segments:show", args=[self.made]) if self.made else super().get_success_url()

    def form_valid(self, form: BaseForm) -> HttpResponse:
        answer = super().form_valid(form)
        return go(self.get_success_url()) if self.made and is_partial(self.request) else answer

    def act(self, form: BaseForm) -> Text:
        assert isinstance(form, SegmentForm)
        item = {**form.item(), "rule": rule_of(self.list.slug)}
        try:
            save_segment(item=item, by=by_staff(self.request)).result()
        except Invalid as error:
            for _path, message in error.problems:
                form.add_error(None, as_sentence(message))
            return ""
        self.made = str(item["id"])
        return gettext("The segment is made; its members are computed in the background.")
