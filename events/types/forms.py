"""How event types are configured: names per language as lines, attributes as rows."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from loyalty.accounts.models import Account
from loyalty.forms.lines import Lines
from loyalty.forms.stale import StaleSafeForm, StaleSafeFormSet

from .models import EventAttribute, EventType
from .program import not_behavioural

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
MAX_LABEL = 100


class LabelLines(forms.CharField):
    """{"hu": "Vásárlás"} as a line `hu: Vásárlás` for each language."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{name}: {label}" for name, label in value.items()) if isinstance(value, dict) else value

    def clean(self, value: Any) -> Any:
        found: dict[str, str] = {}
        for line in filter(None, map(str.strip, super().clean(value).splitlines())):
            language, _colon, label = (part.strip() for part in line.partition(":"))
            if not LANGUAGE.fullmatch(language) or not 0 < len(label) <= MAX_LABEL or language in found:
                raise forms.ValidationError(
                    _("“%(line)s” is not a language and a name of at most 100 characters, such as “hu: Vásárlás”."),
                    params={"line": line[:60]},
                )
            found[language] = label
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class EventTypeForm(StaleSafeForm[EventType]):
    labels = LabelLines(
        label=_("Names per language"), required=False, help_text=_("One per line: the language, a colon, the name.")
    )
    default_account = forms.ChoiceField(
        label=_("Default account"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("What earns the points where the event names no account."),
    )

    class Meta:
        model = EventType
        fields = (
            "action", "name", "labels", "description", "default_points", "default_account", "pending_days", "one_time",
            "exposed", "behavioural", "only_known",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account = self.fields.get("default_account")
        if isinstance(account, forms.ChoiceField):
            names = Account.objects.filter(is_default=False).values_list("slug", "name")
            account.choices = [("", _("The brand's default account")), *names]


class AttributeForm(StaleSafeForm[EventAttribute]):
    options = Lines(label=_("Options"), required=False)

    class Meta:
        model = EventAttribute
        fields = ("slug", "label", "type", "options", "required", "personal", "position")


class AttributeFormSet(StaleSafeFormSet):
    def add_fields(self, form: AttributeForm, index: int | None) -> None:
        """New rows come after those that are there."""
        super().add_fields(form, index)
        if "position" in form.fields and (index is None or index >= self.initial_form_count()):
            form.fields["position"].initial = self.initial_form_count()

    def clean(self) -> None:
        """Of an action that may come unsigned nothing is personal."""
        super().clean()
        kept = [form for form in self.forms if form.cleaned_data.get("slug") and not form.cleaned_data.get("DELETE")]
        rows = [{"id": form.cleaned_data["slug"], "personal": form.cleaned_data.get("personal")} for form in kept]
        found = not_behavioural(rows) if self.instance.behavioural and not self.instance.factory else None
        if found is not None:
            raise forms.ValidationError(
                _("“%(name)s” is personal or transactional, so the action cannot be behavioural."),
                params={"name": found},
            )
