"""Lists that are entered as lines."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

MAX_LISTED = 1_000
MAX_LENGTH = 200


class Lines(forms.CharField):
    """A list of texts, one per line; empty lines and repetitions do not count."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 3})

    def __init__(self, *, max_line: int = MAX_LENGTH, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_line = max_line

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        found = list(dict.fromkeys(filter(None, (line.strip() for line in super().clean(value).splitlines()))))
        if len(found) > MAX_LISTED:
            raise forms.ValidationError(_("Enter at most %(most)s lines."), params={"most": MAX_LISTED})
        for number, line in enumerate(found, 1):
            if len(line) > self.max_line:
                raise forms.ValidationError(
                    _("Line %(number)s is longer than %(most)s characters: shorten it."),
                    params={"number": number, "most": self.max_line},
                )
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)
