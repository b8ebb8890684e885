from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.forms import inputs
from segments.enums import SegmentStatus
from segments.models import Segment

KNOWN, SO = "known", "so"
MOST_COMPARED = 3


class DayForm(forms.Form):
    """Of which day the members are asked for, and by which clock."""

    day = inputs.day(label=_("As of the end of"), required=False)
    clock = forms.ChoiceField(
        label=_("As"), required=False, choices=[(SO, _("it was")), (KNOWN, _("it was known then"))]
    )  # fmt: skip


class OverlapForm(forms.Form):
    """Two or three segments."""

    first = forms.ChoiceField(label=_("First segment"))
    second = forms.ChoiceField(label=_("Second segment"))
    third = forms.ChoiceField(label=_("Third segment"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Segment.objects.exclude(status=SegmentStatus.ARCHIVED).order_by("name").values_list("slug", "name")
        choices = list(rows)
        for name in self.fields:
            empty = [] if self.fields[name].required else [("", gettext("None"))]
            self.fields[name].choices = [*empty, *choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        chosen = self.chosen(found)
        if len(set(chosen)) < len(chosen):
            self.add_error(None, gettext("Choose segments that differ."))
        return found

    @staticmethod
    def chosen(data: dict[str, Any]) -> list[str]:
        return [slug for name in ("first", "second", "third") if (slug := data.get(name))]
