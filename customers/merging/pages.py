"""Merging two profiles of one person: asked for, compared side by side, confirmed by the ID that goes away."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView

from customers.enums import MergeKind
from customers.fields.models import Field
from customers.fields.names import country_name, gender_name, language_name, text_of
from customers.models import Customer
from customers.profile.mixins import CustomerMixin
from customers.queries import customer_named
from customers.rights import MERGE_CUSTOMERS
from customers.sight.queries import reached, seen
from loyalty import formats
from loyalty.accounts.enums import MULTI_ACCOUNTS
from loyalty.contributions import contributed
from loyalty.engine.status import DEPARTED
from loyalty.program.queries import general_settings
from loyalty.refusals import Refused
from loyalty.staff.sender import by_staff
from loyalty.ui.mixins import DialogPage, StaffPage
from loyalty.ui.responses import Text, go, is_partial

from .forms import ConfirmMergeForm, OtherProfileForm
from .operations import merge_customers
from .preview import Compared, Preview, merge_preview, moves

# How the codes of built-in fields are read aloud.
SPOKEN = {"country": country_name, "gender": gender_name, "language": language_name}


@dataclass(frozen=True)
class AfterMerge:
    """A page of the survivor to look at next, where it is needed."""

    page: str
    is_needed: Callable[[Customer], bool]


class MergeStart(CustomerMixin, DialogPage):
    """Which other profile is the same person's."""

    right = MERGE_CUSTOMERS
    form_class = OtherProfileForm
    title = _("Merge customers")
    lead = _("Two profiles of one person become one. Next you compare them and choose which one stays.")
    submit_label = _("Compare")

    def get_success_url(self) -> str:
        return reverse("customers:overview", args=[self.customer.id])

    def form_valid(self, form: BaseForm) -> HttpResponse:
        other = customer_named(form.cleaned_data["other"], self.sight)
        if other is None:
            form.add_error("other", gettext("No customer has this ID."))
        elif other.id == self.customer.id:
            form.add_error("other", gettext("This is the ID of this very profile. Enter the other one's."))
        else:
            # Internal IDs: what names a person stays out of addresses.
            url = reverse("customers:compare", args=[self.customer.id, other.id])
            return go(url) if is_partial(self.request) else HttpResponseRedirect(url)
        return self.form_invalid(form)


@dataclass(frozen=True)
class Line:
    """A field of both profiles as people read it; `stays` is the one of the profile that stays."""

    label: str
    stays: str
    goes: str
    after: str
    differs: bool
    is_filled: bool

    @classmethod
    def of(cls, compared: Compared, label: str) -> "Line":
        stays, goes, after = (_said(compared.name, one) for one in (compared.target, compared.source, compared.result))
        # What people read is compared: two instants of one day are the same date to them.
        return cls(label, stays, goes, after, stays != goes, compared.is_filled)


def _lines(preview: Preview) -> Iterator[Line]:
    custom = {field.slug: field.label for field in Field.objects.all()}
    for compared in (*preview.fields, *(one for one in preview.figures if one.result)):
        if compared.is_custom:
            label = custom.get(compared.name) or compared.name.replace("_", " ").capitalize()
        else:
            label = str(getattr(Customer._meta.get_field(compared.name), "verbose_name"))  # noqa: B009  not of relations
            label = label[:1].upper() + label[1:]
        yield Line.of(compared, label)


def _said(name: str, value: Any) -> str:
    if value and name in SPOKEN:
        return SPOKEN[name](value)
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "j M Y")
    if isinstance(value, date):
        return date_format(value, "j M Y")
    if name == "purchase_total":
        return formats.money(value)
    if name in {"purchase_count", "purchase_item_count"}:
        return formats.number(value)
    return text_of(value)


@dataclass(frozen=True)
class Option:
    label: Text
    query: str
    is_chosen: bool


class MergeCompare(CustomerMixin, StaffPage, FormView[ConfirmMergeForm]):
    """Both profiles, what stays of them, and the button that cannot be taken back."""

    right = MERGE_CUSTOMERS
    template_name = "customers/merge.html"
    form_class = ConfirmMergeForm
    title = _("Merge customers")

    @cached_property
    def other(self) -> Customer:
        found = (
            Customer.objects.filter(reached(self.sight), id=self.kwargs["other_id"])
            .exclude(status__in=DEPARTED)
            .first()
        )
        if found is None or found.id == self.customer.id:
            raise Http404
        return seen(found, self.sight)

    @cached_property
    def keeps_other(self) -> bool:
        return self.request.GET.get("keep") == "other"

    @cached_property
    def kind(self) -> MergeKind:
        return MergeKind.PARTIAL if self.request.GET.get("kind") == MergeKind.PARTIAL else MergeKind.FULL

    @property
    def survivor(self) -> Customer:
        return self.other if self.keeps_other else self.customer

    @property
    def source(self) -> Customer:
        return self.customer if self.keeps_other else self.other

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"source": self.source}

    def form_valid(self, form: ConfirmMergeForm) -> HttpResponse:
        try:
            merge_customers(self.source, self.survivor, kind=self.kind, by=by_staff(self.request)).result()
        except Refused as refusal:
            form.refuse(refusal)
            return self.form_invalid(form)
        messages.success(self.request, gettext("The profiles were merged."))
        pages = [one.page for one in contributed(AfterMerge) if one.is_needed(self.survivor)]
        return HttpResponseRedirect(reverse([*pages, "customers:overview"][0], args=[self.survivor.id]))

    def form_invalid(self, form: ConfirmMergeForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        preview = merge_preview(self.source, self.survivor, self.kind)
        context = {
            "survivor": self.survivor,
            "source": self.source,
            "preview": preview,
            "lines": list(_lines(preview)),
            "moves": [(move.label, count) for move in moves() if (count := preview.moves[move.name])],
            "stays": self._named(self.survivor),
            "goes": self._named(self.source),
            "has_accounts": MULTI_ACCOUNTS in general_settings().modules,
            "keeps": self._options(keep={"this": self._named(self.customer), "other": self._named(self.other)}),
            "kinds": self._options(kind={kind.value: kind.label for kind in MergeKind}),
        }
        return super().get_context_data(**(context | kwargs))

    def _named(self, customer: Customer) -> str:
        return f"{customer.name} · {customer.public_id}"

    def _options(self, **choices: dict[str, Text]) -> list[Option]:
        [(name, labels)] = choices.items()
        current = {"keep": "other" if self.keeps_other else "this", "kind": self.kind.value}
        return [
            Option(
                label,
                "?" + "&".join(f"{key}={one}" for key, one in {**current, name: value}.items()),
                current[name] == value,
            )
            for value, label in labels.items()
        ]
