"""What staff enter to change a customer's level, or its last day, by hand."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.forms.inputs import day, paragraph
from loyalty.intake.forms import OnceForm
from loyalty.refusals import Refused
from loyalty.tiers.config import LevelRule
from loyalty.tiers.queries import level_name

from .queries import Place

# Which field of the dialogs asks for what the event says under another name.
FIELDS = {"tier": "level", "structure": "level", "expdate": "last_day"}
# Between the IDs of a structure and a level: neither may contain it.
SEPARATOR = "/"


class TierForm(OnceForm):
    words = {
        (0, "structure"): _("This structure is not active any more. Close this and open it again."),
        (0, "tier"): _("This level was removed meanwhile. Close this and open it again."),
        (0, "expdate"): _("“%(label)s” must not be in the past."),
        113010: _("The customer has this level already."),
        113011: _(
            "The points of the customer reach a higher level, and this structure keeps the highest one they reach."
        ),
        113012: _("The customer has no level in this structure any more."),
        113013: _("This level does not expire: leave “%(label)s” empty."),
    }

    def place_of(self, refusal: Refused) -> str | None:
        name = FIELDS.get(refusal.field, refusal.field)
        return name if name in self.fields else super().place_of(refusal)


class LevelField(forms.ChoiceField):
    """Offers some and takes any: what is not offered any more the engine refuses, unless this very form did it."""

    def valid_value(self, value: Any) -> bool:
        return True


class MoveForm(TierForm):
    """`offered`: the structures with the levels that can be chosen in each, the likeliest first."""

    level = LevelField(label=_("Level"))
    last_day = day(
        label=_("Valid through"),
        required=False,
        help_text=_("Leave it empty to have it computed from the structure's rules."),
    )
    reason = paragraph(label=_("Reason"), required=False, help_text=_("Shown in the events of the customer."))

    def __init__(self, *args: Any, offered: Sequence[tuple[Place, Sequence[LevelRule]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        level = self.fields["level"]
        assert isinstance(level, forms.ChoiceField)
        groups = [(place.rule.name, [_choice(place, one) for one in levels]) for place, levels in offered]
        level.choices = groups if len(groups) > 1 else groups[0][1] if groups else []
        level.widget.attrs["autofocus"] = True

    def data_of_event(self) -> dict[str, Any]:
        structure, _, tier = self.cleaned_data["level"].partition(SEPARATOR)
        last: dt.date | None = self.cleaned_data["last_day"]
        dated = {"expdate": last.isoformat()} if last else {}
        return {"structure": structure, "tier": tier, **dated, **_reason(self)}


def _choice(place: Place, level: LevelRule) -> tuple[str, str]:
    return f"{place.rule.slug}{SEPARATOR}{level.slug}", level_name(level)


class ExpirationForm(TierForm):
    """`offered`: the structures in which the customer has a level that may expire."""

    level = LevelField(label=_("Level"))
    ends = forms.ChoiceField(
        label=_("The level is valid"),
        choices=[("day", _("Through a day")), ("never", _("Without an end"))],
        widget=forms.RadioSelect,
        initial="day",
    )
    last_day = day(
        label=_("Expiration date"),
        help_text=_("The last day on which the level is valid."),
        error_messages={"required": _("Enter the last day.")},
    )
    reason = paragraph(label=_("Reason"), required=False, help_text=_("Shown in the events of the customer."))

    def __init__(self, *args: Any, offered: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].required = self["ends"].value() != "never"
        level = self.fields["level"]
        assert isinstance(level, forms.ChoiceField)
        level.choices = [(place.rule.slug, _held(place, several=len(offered) > 1)) for place in offered]
        if len(offered) == 1:
            level.widget, level.initial = forms.HiddenInput(), offered[0].rule.slug
        self.fields["ends"].widget.attrs["autofocus"] = True

    def data_of_event(self) -> dict[str, Any]:
        last: dt.date | None = self.cleaned_data["last_day"] if self.cleaned_data["ends"] == "day" else None
        return {
            "structure": self.cleaned_data["level"],
            "expdate": last.isoformat() if last else None,
            **_reason(self),
        }


def _held(place: Place, *, several: bool) -> str:
    assert place.level is not None
    level = level_name(place.level)
    return gettext("%(level)s in %(structure)s") % {"level": level, "structure": place.rule.name} if several else level


def _reason(form: TierForm) -> dict[str, str]:
    return {"reason": form.cleaned_data["reason"]} if form.cleaned_data["reason"] else {}
