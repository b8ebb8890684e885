from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.forms.inputs import day, paragraph
from loyalty.intake.forms import OnceForm


class SetExpirationForm(OnceForm):
    words = {
        (0, "events"): _("Choose the points first, at most 500 rows of them."),
        (112920, "events"): _("Some of these points were spent or expired meanwhile. Close this and choose again."),
    }
    ends = forms.ChoiceField(
        label=_("The points are valid"),
        choices=[("day", _("Through a day")), ("never", _("For ever"))],
        widget=forms.RadioSelect,
        initial="day",
    )
    expdate = day(
        label=_("Expiration date"),
        help_text=_("The last day on which they are valid."),
        error_messages={"required": _("Enter the last day.")},
    )
    reason = paragraph(label=_("Reason"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expdate"].required = self["ends"].value() != "never"

    @property
    def last_day(self) -> date | None:
        found: date | None = self.cleaned_data["expdate"]
        return found if self.cleaned_data["ends"] == "day" else None
