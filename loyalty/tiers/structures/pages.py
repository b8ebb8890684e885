"""Tier structures: the list, and the form with its preview."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from customers.sight.queries import sees_all_customers
from loyalty.program.section import Invalid, as_sentence
from loyalty.staff.sender import by_staff
from loyalty.staff.sight import sight_of
from loyalty.tiers.enums import Way
from loyalty.tiers.program import tidy, wrong
from loyalty.tiers.rights import CONFIGURE_TIERS
from loyalty.ui.mixins import PageMixin, StaffPage
from loyalty.ui.navigation import Crumb

from .forms import LevelForms, StructureForm, initial_levels, initial_of
from .operations import save_structure
from .queries import history_chart, preview, structure_item, structures


class Structures(StaffPage, PageMixin, TemplateView):
    right = CONFIGURE_TIERS
    template_name = "tiers/structures.html"
    title = _("Tiers")
    crumbs = (Crumb(_("Loyalty")),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(structures=structures(sight_of(self.request.user)), **kwargs)


class EditStructure(StaffPage, PageMixin, TemplateView):
    """`preview` shows what the form as it is would make of today's customers; without it the form is saved."""

    right = CONFIGURE_TIERS
    template_name = "tiers/structure.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.slug: str = kwargs.get("slug", "")
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return str(self.before["name"]) if self.before else gettext("New tier structure")

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Tiers"), reverse("tier_structures:list"))]

    def _read(self) -> None:
        self.before: Mapping[str, Any] | None = structure_item(self.slug) if self.slug else None
        if self.slug and self.before is None:
            raise Http404

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._read()
        initial = initial_of(self.before) if self.before else {"initialise_at_opt_in": True}
        levels = LevelForms(initial=initial_levels(self.before) if self.before else [], prefix="levels")
        return self._shown(StructureForm(initial=initial, before=self.before), levels)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._read()
        initial = initial_of(self.before) if self.before else {}
        form = StructureForm(request.POST, initial=initial, before=self.before)
        levels = LevelForms(request.POST, prefix="levels")
        item = self._item(form, levels)
        if item is None:
            return self._shown(form, levels, status=422)
        if "preview" in request.POST:
            found = preview(tidy(item), self.before, timezone.now(), sight_of(request.user))
            return self._shown(form, levels, preview=found)
        return self._save(form, levels, item)

    def _item(self, form: StructureForm, levels: Any) -> dict[str, Any] | None:
        """What the forms say, as the program file has it; None: they show what is wrong."""
        if not (form.is_valid() and levels.is_valid()):
            return None
        rows = [row for row in levels.forms if row.item() is not None]
        item = form.item([row.item() for row in rows])
        if not rows:
            form.add_error(None, gettext("Enter at least one level."))
            return None
        for place, message in wrong(tidy(item), self.before):
            self._show(place, message, form, rows)
        is_right = not form.errors and not any(row.errors for row in rows)
        return item if is_right else None

    def _show(self, place: tuple[str | int, ...], message: str, form: StructureForm, rows: Sequence[Any]) -> None:
        """At the field of the level or of the structure."""
        text = as_sentence(message)
        if place[0] == "tiers" and len(place) > 2:
            rows[int(place[1])].add_error(str(place[2]), text)
        else:
            form.add_error(form.place_of(place), text)

    def _save(self, form: StructureForm, levels: Any, item: Mapping[str, Any]) -> HttpResponse:
        try:
            save_structure(item=item, way=Way(form.cleaned_data["way"]), by=by_staff(self.request)).result()
        except Invalid as error:
            for path, message in error.problems:
                form.add_error(None, f"{path}: {message}")
            return self._shown(form, levels, status=422)
        messages.success(self.request, gettext("Saved. Levels are computed in the background."))
        return redirect("tier_structures:list")

    def _shown(self, form: StructureForm, levels: Any, status: int = 200, **more: Any) -> HttpResponse:
        # How many there were is told of all customers.
        is_told = sees_all_customers(sight_of(self.request.user))
        chart = history_chart(self.slug) if self.slug and is_told else None
        context = self.get_context_data(form=form, levels=levels, before=self.before, chart=chart, **more)
        return self.render_to_response(context, status=status)
