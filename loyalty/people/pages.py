"""Roles: the list, the form of one with who has it, and its removal."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.forms import BaseForm, Form
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, TemplateView

from loyalty.program.section import Invalid
from loyalty.staff.rights import MANAGE_STAFF
from loyalty.staff.sender import by_staff
from loyalty.ui.mixins import DialogPage, PageMixin, StaffPage
from loyalty.ui.navigation import Crumb
from loyalty.ui.responses import Text

from .forms import RoleForm
from .operations import FixedRole, RoleChanged, RoleInUse, delete_role, save_role
from .queries import people_with, role_item, shown_roles


class Roles(StaffPage, PageMixin, TemplateView):
    right = MANAGE_STAFF
    template_name = "people/roles.html"
    title = _("Roles")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(roles=shown_roles(), **kwargs)


class EditRole(StaffPage, PageMixin, FormView[RoleForm]):
    """Of a role that is there, or of a new one."""

    right = MANAGE_STAFF
    template_name = "people/role.html"
    form_class = RoleForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.slug: str = kwargs.get("slug", "")
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def before(self) -> Mapping[str, Any] | None:
        """The role as it is; None for a new one."""
        found = role_item(self.slug) if self.slug else None
        if self.slug and found is None:
            raise Http404
        return found

    def get_title(self) -> Text:
        return str(self.before["name"]) if self.before else gettext("New role")

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Roles"), reverse("roles:list"))]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"data": self.request.POST or None, "before": self.before}

    def form_valid(self, form: RoleForm) -> HttpResponse:
        try:
            save_role(item=form.item(), shown=self.before, by=by_staff(self.request)).result()
        except Invalid as error:
            for path, message in error.problems:
                form.add_error(form.place_of(path), gettext("It %(message)s.") % {"message": message})
        except (FixedRole, RoleChanged):
            form.add_error("id", gettext("Another role has this ID."))
        if form.errors:
            return self.form_invalid(form)
        messages.success(self.request, gettext("Saved. It applies from the next click of everyone who has the role."))
        return redirect("roles:list")

    def form_invalid(self, form: RoleForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        people = people_with(self.slug) if self.slug else []
        return found | {"people": people, "slug": self.slug}


class DeleteRole(DialogPage):
    right = MANAGE_STAFF
    form_class = Form
    title = submit_label = _("Delete role")
    lead = _("The role is gone for good. Nobody may have it, or be invited to it, when it goes.")
    is_dangerous = True
    reloads = True

    def get_success_url(self) -> str:
        return reverse("roles:list")

    def perform(self, form: BaseForm) -> Text:
        try:
            delete_role(slug=self.kwargs["slug"], by=by_staff(self.request)).result()
        except RoleInUse:
            form.add_error(None, _("Somebody has this role, or is invited to it: give them another one first."))
        return _("The role is deleted.")
