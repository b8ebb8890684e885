"""User groups: the tree of them, the form of one, who is in it, and of which kinds of record they decide."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.forms import BaseForm
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from loyalty.program.section import Invalid
from loyalty.staff.groups.kinds import grouped_records
from loyalty.staff.rights import MANAGE_GROUPS
from loyalty.staff.sender import by_staff
from loyalty.ui.mixins import DialogPage, PageMixin, StaffPage
from loyalty.ui.responses import Text

from .forms import GROUP_CHANGED, KINDS_CHANGED, GroupForm, KindsForm, PeopleForm
from .operations import ChangedMeanwhile, NoSuchGroup, save_group, save_kinds, save_people
from .queries import group_item, group_tree, people_in, switched_on


class Groups(StaffPage, PageMixin, TemplateView):
    right = MANAGE_GROUPS
    template_name = "people/groups.html"
    title = _("User groups")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        on = [grouped_records()[kind].label for kind in switched_on() if kind in grouped_records()]
        return super().get_context_data(groups=group_tree(), on=on, **kwargs)


class GroupDialog(DialogPage):
    right = MANAGE_GROUPS
    submit_label = _("Save")
    reloads = True

    def get_success_url(self) -> str:
        return reverse("user_groups:list")


class EditGroup(GroupDialog):
    """Of a group that is there, or of a new one."""

    form_class = GroupForm

    @cached_property
    def before(self) -> Mapping[str, Any] | None:
        """The group as it is; None for a new one."""
        slug = self.kwargs.get("slug")
        found = group_item(slug) if slug else None
        if slug and found is None:
            raise Http404
        return found

    def get_title(self) -> Text:
        return gettext("Edit group") if self.before else gettext("New group")

    def get_initial(self) -> dict[str, Any]:
        return dict(self.before or {})

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"before": self.before}

    def perform(self, form: BaseForm) -> Text:
        assert isinstance(form, GroupForm)
        slug, by = self.kwargs.get("slug"), by_staff(self.request)
        try:
            save_group(slug=slug, shown=self.before, changes=form.changes(), by=by).result()
        except NoSuchGroup:
            raise Http404 from None
        except ChangedMeanwhile:
            form.add_error(None, GROUP_CHANGED)
        except Invalid as error:
            for path, message in error.problems:
                name = path.rpartition(".")[2]
                form.add_error(name if name in form.fields else None, gettext("It %s.") % message)
        return gettext("Saved. It applies from everybody’s next click.")


class People(GroupDialog):
    form_class = PeopleForm

    def get_title(self) -> Text:
        found = group_item(self.kwargs["slug"])
        if found is None:
            raise Http404
        return gettext("People in “%s”") % found["name"]

    def get_initial(self) -> dict[str, Any]:
        return {"people": people_in(self.kwargs["slug"])}

    def perform(self, form: BaseForm) -> Text:
        assert isinstance(form, PeopleForm)
        people, shown = form.cleaned_data["people"], form.shown() or ()
        try:
            save_people(slug=self.kwargs["slug"], shown=shown, usernames=people, by=by_staff(self.request)).result()
        except NoSuchGroup:
            raise Http404 from None
        return gettext("Saved. Each of them notices with the next click.")


class Kinds(GroupDialog):
    form_class = KindsForm
    title = _("What groups decide of")

    def get_initial(self) -> dict[str, Any]:
        return {"kinds": switched_on()}

    def perform(self, form: BaseForm) -> Text:
        shown, kinds = form.initial["kinds"], form.cleaned_data["kinds"]
        try:
            save_kinds(shown=shown, kinds=kinds, by=by_staff(self.request)).result()
        except ChangedMeanwhile:
            form.add_error(None, KINDS_CHANGED)
        return gettext("Saved. It applies from everybody’s next click.")
