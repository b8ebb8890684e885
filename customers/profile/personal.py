"""The Personal information tab, and the dialog for a new customer."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView

from customers.fields.models import Field
from customers.fields.names import text_of
from customers.models import Customer, Secret
from customers.operations import TakenId, change_profile, create_customer
from customers.rights import CREATE_CUSTOMERS, EDIT_CUSTOMERS
from loyalty.contributions import contributed
from loyalty.refusals import Refused
from loyalty.staff.permissions import require
from loyalty.staff.sender import by_staff
from loyalty.staff.sight import sight_of
from loyalty.ui.mixins import DialogPage
from loyalty.ui.navigation import Crumb
from loyalty.ui.responses import Text, go, is_partial

from .forms import NewCustomerForm, PersonalForm
from .frame import PersonalCards, ProfilePage


class Personal(ProfilePage, FormView[PersonalForm]):
    """Built-in and custom fields; what was changed is saved as one event."""

    template_name = "customers/personal_form.html"
    form_class = PersonalForm
    tab = "customers:personal"

    @cached_property
    def defined(self) -> list[Field]:
        """Those that are seen."""
        return [field for field in Field.objects.filter(active=True) if self.sight.sees_attribute(field.slug)]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.customer:
            require(request.user, EDIT_CUSTOMERS)
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"customer": self.customer, "fields": self.defined}

    def get_form(self, form_class: type[PersonalForm] | None = None) -> PersonalForm:
        form = super().get_form(form_class)
        if not self.may(EDIT_CUSTOMERS):
            for field in form.fields.values():
                field.disabled = True
        return form

    def form_valid(self, form: PersonalForm) -> HttpResponse:
        changes = form.changes()
        try:
            if changes:
                change_profile(customer=self.customer, changes=changes, by=by_staff(self.request)).result()
        except Refused as refusal:
            form.refuse(refusal)
            return self.form_invalid(form)
        messages.success(self.request, gettext("Saved.") if changes else gettext("Nothing was changed."))
        return HttpResponseRedirect(self.request.path)

    def form_invalid(self, form: PersonalForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        held = self.customer.properties
        known = {field.slug for field in self.defined}
        found = {
            "cards": [card for room in contributed(PersonalCards) for card in room.read(self)],
            "may_edit": self.may(EDIT_CUSTOMERS),
            "read_only": [(field.label, text_of(held.get(field.slug))) for field in self.defined if field.read_only],
            "others": sorted((name, text_of(value)) for name, value in held.items() if name not in known),
            "secrets": [name for name in self._secrets() if self.sight.sees_attribute(name)],
        }
        return super().get_context_data(**(found | kwargs))

    def _secrets(self) -> list[str]:
        return list(Secret.objects.filter(customer=self.customer).order_by("name").values_list("name", flat=True))


class NewCustomer(DialogPage):
    right = CREATE_CUSTOMERS
    form_class = NewCustomerForm
    title = submit_label = _("Create customer")

    def get_crumbs(self) -> list[Crumb]:
        return [Crumb(_("Customers"), reverse("customers:list"))]

    def get_success_url(self) -> str:
        return self.made_url if self.made else reverse("customers:list")

    made: Customer | None = None

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"sight": sight_of(self.request.user)}

    @property
    def made_url(self) -> str:
        assert self.made is not None
        return reverse("customers:overview", args=[self.made.id])

    def form_valid(self, form: BaseForm) -> HttpResponse:
        answer = super().form_valid(form)
        if self.made and is_partial(self.request):
            messages.success(self.request, gettext("Customer created."))
            return go(self.made_url)
        return answer

    def perform(self, form: BaseForm) -> Text:
        assert isinstance(form, NewCustomerForm)
        try:
            self.made = create_customer(
                public_id=form.cleaned_data["public_id"],
                profile=form.profile(),
                active=form.cleaned_data["status"] == "active",
                by=by_staff(self.request),
            ).result()
        except TakenId:
            form.add_error("public_id", _("A customer has this ID already. Choose another, or look the customer up."))
        except Refused as refusal:
            form.refuse(refusal)
        return gettext("Customer created.")
