"""Adding an action by hand, in a dialog whose fields follow the action."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, cast

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from customers.profile.mixins import EventDialog
from events.operations import add_event, addable_types
from events.rights import RECORD_EVENTS
from events.sight import unseen_attributes
from events.types.models import EventType
from loyalty.accounts.modules import Modules
from loyalty.engine.events import POINTS_REWARDED
from loyalty.engine.mechanism import Outcome
from loyalty.formats import signed
from loyalty.intake.hand import may_fix_points
from loyalty.program.actions import registered_actions
from loyalty.staff.models import User
from loyalty.staff.sender import Sender, by_staff
from loyalty.ui.responses import Text, is_partial

from .forms import MAX_ITEMS, AddEventForm

ITEM_ROWS_OF_A_PAGE = 3
# The part of the dialog that the choice of an action replaces.
FIELDS = "action-fields"


class AddEvent(Modules, EventDialog):
    """Add an action by hand: choose it, then fill in its attributes.

    The address names the action whose attributes are asked for; a form that is sent says it in `shown`.
    """

    right = RECORD_EVENTS
    template_name = "events/add.html"
    form_class = AddEventForm
    title = _("Add action")
    refresh = ("events", "points")

    def get_success_url(self) -> str:
        return reverse("events:timeline", args=[self.customer.id])

    def get_template_names(self) -> list[str]:
        wants_fields = self.request.headers.get("HX-Target") == FIELDS
        return ["events/add_fields.html"] if wants_fields else super().get_template_names()

    @cached_property
    def types(self) -> Sequence[EventType]:
        return addable_types(self.customer, cast(User, self.request.user))

    @cached_property
    def chosen(self) -> EventType | None:
        return self._type(self._sent("shown") if self.request.method == "POST" else self.request.GET.get("action", ""))

    def _type(self, action: str) -> EventType | None:
        return next((row for row in self.types if row.action == action), None)

    def _sent(self, name: str) -> str:
        return self.request.POST.get(name, "")

    @property
    def wants_more(self) -> bool:
        """One more row for items, and what was entered so far stays."""
        return "more" in self.request.POST

    @property
    def item_count(self) -> int:
        asked = self._sent("rows") or self.request.GET.get("items", "")
        fewest = 1 if is_partial(self.request) else ITEM_ROWS_OF_A_PAGE
        wanted = int(asked) + self.wants_more if asked.isdecimal() and len(asked) < 4 else 0
        return min(max(wanted, fewest), MAX_ITEMS)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.wants_more:
            return self.render_to_response(self.get_context_data())
        wanted = self._type(self._sent("action"))
        if wanted and wanted != self.chosen:
            # Without script nothing has shown the fields of the action that was chosen last.
            return HttpResponseRedirect(f"{request.path}?{urlencode({'action': wanted.action})}")
        return super().post(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return self.request.POST.dict() if self.wants_more else super().get_initial()

    def get_form_kwargs(self) -> dict[str, Any]:
        found = super().get_form_kwargs() | {
            "types": self.types,
            "accounts": self.accounts,
            "at": timezone.now(),
            "chosen": self.chosen,
            "without": self._not_asked(),
            "item_count": self.item_count,
        }
        return found | ({"data": None, "files": None} if self.wants_more else {})

    def _not_asked(self) -> list[str]:
        """What staff are not asked for, and what means something only with a module that is off."""
        row = registered_actions().get(self.chosen.action) if self.chosen and self.chosen.factory else None
        attributes = row.attributes if row else ()
        fixing = set() if may_fix_points(by_staff(self.request)) else {POINTS_REWARDED}
        return [
            *self._unseen(),
            *(
                one.name
                for one in attributes
                if not one.by_hand or one.name in fixing or (one.needs and one.needs not in self.modules)
            ),
        ]

    def _unseen(self) -> list[str]:
        """What the reader would not see when it is there."""
        if self.chosen is None or self.sight.is_full:
            return []
        return unseen_attributes(
            self.chosen.action, {one.slug: None for one in self.chosen.attributes.all()}, self.sight
        )

    def get_form(self, form_class: type[BaseForm] | None = None) -> BaseForm:
        form = super().get_form(form_class)
        if is_partial(self.request):
            # The choice itself stays while its fields come: typing the name of an action goes on.
            form.fields["action"].widget.attrs |= {
                "hx-get": self.request.path,
                "hx-target": f"#{FIELDS}",
                "hx-sync": "this:replace",
                "hx-disabled-elt": "unset",
            }
        if self.wants_more:
            cast(AddEventForm, form).focus_last_item()
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        action = self.chosen.action if self.chosen else ""
        found = {
            "lead": self.customer.name,
            "submit_label": _("Add action") if self.chosen or is_partial(self.request) else _("Continue"),
            "more_url": f"{self.request.path}?{urlencode([('action', action), ('items', self.item_count + 1)])}",
            "is_dialog": is_partial(self.request),
        }
        return super().get_context_data(**(found | kwargs))

    def submit(self, form: BaseForm, by: Sender) -> Outcome:
        assert isinstance(form, AddEventForm)
        assert self.chosen
        account = form.cleaned_data.get("account")
        data = form.data_of_event()
        return add_event(customer=self.customer, action=self.chosen.action, data=data, account=account, by=by).result()

    def success_message(self, outcome: Outcome) -> Text:
        assert self.chosen
        return recorded(self.chosen.label, outcome)


def recorded(label: str, outcome: Outcome) -> str:
    points = sum(event.points for event in outcome.own_events)
    if not points:
        return gettext("%(action)s recorded.") % {"action": label}
    text = ngettext("%(action)s recorded: %(points)s point", "%(action)s recorded: %(points)s points", abs(points))
    return text % {"action": label, "points": signed(points)}
