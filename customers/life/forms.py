from typing import Any

from django.utils.translation import gettext_lazy as _

from loyalty.forms.inputs import paragraph
from loyalty.intake.forms import OnceForm


class ReasonForm(OnceForm):
    reason = paragraph(label=_("Reason"), required=False, help_text=_("Shown in the events of the customer."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget.attrs["autofocus"] = True
