"""Forms over rows that several people change: a form that was opened before somebody else's change takes nothing back.

A form carries a digest of each value that it was shown with. So what its user changed is known from what only stands in
it, and a field that two people changed is told from one that a single person changed.
"""

import hashlib
import json
from copy import copy
from decimal import Decimal
from typing import Any, TypeVar

from django import forms
from django.db.models import Model
from django.forms.models import construct_instance
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

AnyModel = TypeVar("AnyModel", bound=Model)
Digests = dict[str, str]
MEANWHILE = _("Somebody has changed this to “%(value)s” meanwhile. Save again to replace it.")
UNREADABLE = _("This form is out of date. Open the page again.")
ROW_GONE = _("Somebody has deleted a row of this list meanwhile. Open the page again.")
ROW_CHANGED = _("Somebody has changed a row meanwhile that you want to delete. Open the page again.")


class StaleSafeForm(forms.ModelForm[AnyModel]):
    """Keeps what others changed of its row since it was shown, and asks before it replaces such a change.

    The page must show the hidden field `seen`. A request without it, which no page of ours sends, is compared with
    the row as it is now. Its model saves only what changed: see `SavesOnlyChanges`.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = lambda: json.dumps(self.held)

    @cached_property
    def held(self) -> Digests:
        """Of the row as it was read; asked for first before anything of the form is put into it."""
        return {} if self.instance._state.adding else self._digests(self.instance)

    def clean(self) -> None:
        super().clean()
        if not self.held:
            return
        try:
            seen = self._seen()
        except ValueError:
            raise forms.ValidationError(UNREADABLE, code="unreadable") from None
        wanted = self._digests(self._as_sent())
        for name in [name for name in self.held if name in self.cleaned_data]:
            if wanted[name] == seen.get(name, self.held[name]):
                self.cleaned_data[name] = self._value(name)
            elif self.held[name] not in {seen.get(name, self.held[name]), wanted[name]}:
                self._tell(name, seen)

    def is_outdated(self) -> bool:
        """Whether the row is not as it was shown."""
        try:
            return any(self.held.get(name, was) != was for name, was in self._seen().items())
        except ValueError:
            return True

    def _seen(self) -> Digests:
        """What the form was shown with. Raises ValueError for what no form of ours carries."""
        found = json.loads(self.data.get(self.add_prefix("seen")) or "{}")
        if not isinstance(found, dict):
            raise ValueError("seen must be an object")
        return {name: str(digest) for name, digest in found.items()}

    def _as_sent(self) -> AnyModel:
        return construct_instance(self, copy(self.instance), self._meta.fields, self._meta.exclude)

    def _digests(self, row: AnyModel) -> Digests:
        """Of the fields that the form's user can change."""
        return {
            field.name: _digest(field.value_from_object(row), self.fields[field.name])
            for field in self.instance._meta.concrete_fields
            if field.name in self.fields and not (field.primary_key or self.fields[field.name].disabled)
        }

    def _value(self, name: str) -> Any:
        return getattr(self.instance, name)

    def _tell(self, name: str, seen: Digests) -> None:
        """Saving once more is meant: from now on the other's value has been seen."""
        display = getattr(self.instance, f"get_{name}_display", None)
        shown = display() if display else self._value(name)
        self.add_error(name, forms.ValidationError(MEANWHILE, code="meanwhile", params={"value": _words(shown)}))
        seen[name] = self.held[name]
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data[self.add_prefix("seen")] = json.dumps(seen)  # type: ignore[index]


class StaleSafeFormSet(forms.BaseInlineFormSet[Any, Any, Any]):
    """Rows below a form: one that somebody else deleted, or changed while it was to be deleted, is told."""

    def clean(self) -> None:
        super().clean()
        for form in self.initial_forms:
            if form.instance._state.adding:
                raise forms.ValidationError(ROW_GONE, code="meanwhile")
            if form in self.deleted_forms and isinstance(form, StaleSafeForm) and form.is_outdated():
                raise forms.ValidationError(ROW_CHANGED, code="meanwhile")


def _digest(value: Any, field: forms.Field) -> str:
    """The same for what a browser sends back unchanged: lines may end otherwise, sets come in any order."""
    if isinstance(value, str):
        value = value.replace("\r\n", "\n").strip()
    elif isinstance(value, Decimal):
        value = f"{value.normalize():f}"
    elif isinstance(value, list) and isinstance(field, forms.MultipleChoiceField):
        value = sorted(value)
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("on") if value else _("off"))
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
