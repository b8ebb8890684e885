"""What staff enter to add an action by hand."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.fields.inputs import as_sent, widget_of
from customers.fields.rules import FieldRule, read_value
from events.orders.words import WORDS as ORDER_WORDS
from events.types.attributes import rule_of
from events.types.labels import humanized
from events.types.models import EventAttribute, EventType
from loyalty.engine.actions import Attribute, Kind
from loyalty.engine.moments import AHEAD, EARLIEST
from loyalty.forms.inputs import day, line, money, paragraph, points, quantity, signed_money, signed_points
from loyalty.forms.refusals import Words, in_words
from loyalty.intake.forms import OnceForm
from loyalty.program.actions import registered_actions
from loyalty.refusals import Refused

MAX_ITEMS = 10
ITEM_PARTS = ("product_name", "product_id", "quantity", "price")
WORDS: Words = {
    **ORDER_WORDS,
    (160212, "referred"): _("No customer has this ID."),
    (10001, "referred"): _("This customer has already been referred."),
}
# How the attributes of built-in actions are entered; all others as a line of text.
INPUTS: dict[Kind, Callable[..., forms.Field]] = {
    Kind.POINTS: points,
    Kind.POINTS_OR_NONE: partial(points, least=0),
    Kind.SIGNED_POINTS: signed_points,
    Kind.QUANTITY: quantity,
    Kind.MONEY: money,
    Kind.SIGNED_MONEY: signed_money,
    Kind.DAY: day,
    Kind.PARAGRAPH: paragraph,
}


class ReadByType(forms.Field):
    """A value of an attribute's type, entered as that of a customer's field is; a wrong one is told in the same words."""

    def __init__(self, rule: FieldRule, **kwargs: Any) -> None:
        super().__init__(widget=widget_of(rule), **kwargs)
        self.rule = rule

    def clean(self, value: Any) -> Any:
        try:
            found = read_value(self.rule, as_sent(self.widget, value))
        except Refused as refusal:
            raise forms.ValidationError(in_words(refusal, self.label)) from None
        return super().clean(found)


def _input(one: EventAttribute, built_in: Attribute | None) -> Callable[..., forms.Field]:
    if built_in:
        return INPUTS.get(built_in.kind) or (line(built_in.most) if built_in.most else line())
    rule = rule_of(one.definition)
    return partial(ReadByType, rule.field) if rule.field else line()


class AddEventForm(OnceForm):
    """The action, and with an action chosen its attributes. `item_count` rows take the items of a checkout."""

    words = WORDS
    action = forms.ChoiceField(label=_("Action"))

    def __init__(
        self,
        *args: Any,
        types: Sequence[EventType],
        accounts: Sequence[tuple[str, str]],
        at: datetime,
        chosen: EventType | None = None,
        without: Sequence[str] = (),
        item_count: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.at, self.chosen, self.item_count = at, chosen, item_count
        # The attributes asked for, by the names of their fields.
        self.attributes: dict[str, str] = {}
        self.definitions = list(chosen.attributes.all()) if chosen else []
        self.has_items = chosen is not None and chosen.factory and any(one.slug == "items" for one in self.definitions)
        self._set_actions(types, chosen)
        if chosen:
            self._add_attributes(chosen, {*without, "effective_timestamp"})
            self._add_items()
            self._add_account_and_date(accounts)

    def _set_actions(self, types: Sequence[EventType], chosen: EventType | None) -> None:
        field = self.fields["action"]
        assert isinstance(field, forms.ChoiceField)
        groups = [
            (gettext("Built in"), [(one.action, one.label) for one in types if one.factory]),
            (gettext("Of the brand"), [(one.action, one.label) for one in types if not one.factory]),
        ]
        blank = [] if chosen else [("", gettext("Choose an action"))]
        field.choices = [*blank, *(group for group in groups if group[1])]
        if chosen:
            self.initial["action"] = chosen.action

    def _add_attributes(self, chosen: EventType, without: set[str]) -> None:
        """What must be entered comes first."""
        row = registered_actions().get(chosen.action) if chosen.factory else None
        built_in = {one.name: one for one in row.attributes} if row else {}
        required = {one.slug for one in self.definitions if one.required}
        required |= {one.name for one in built_in.values() if one.required or one.asked}
        for one in sorted(self.definitions, key=lambda one: one.slug not in required):
            name = one.slug
            if name in without or (self.has_items and name == "items"):
                continue
            known = built_in.get(name)
            hint, label = known.hint if known else "", one.label or humanized(name)
            self.fields[_field(name)] = _input(one, known)(label=label, required=name in required, help_text=hint)
            self.attributes[_field(name)] = name

    def _add_items(self) -> None:
        inputs = {"product_name": line(), "product_id": line(128), "quantity": quantity, "price": signed_money}
        for row in range(self.item_count if self.has_items else 0):
            for part in ITEM_PARTS:
                self.fields[_item(row, part)] = inputs[part](label=humanized(part), required=False)

    def _add_account_and_date(self, accounts: Sequence[tuple[str, str]]) -> None:
        if accounts:
            own = self.chosen.default_account if self.chosen else ""
            self.fields["account"] = forms.ChoiceField(label=_("Account"), choices=accounts, initial=own or None)
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        self.fields["effective_timestamp"] = forms.DateTimeField(
            label=_("Date"), required=False, widget=widget, help_text=_("When it happened; left empty: now.")
        )

    # For the template

    @property
    def main_fields(self) -> list[BoundField]:
        """What to fill in first: with items below them, only what must be entered."""
        return [self[name] for name in self.attributes if not self.has_items or self.fields[name].required]

    @property
    def short_fields(self) -> list[BoundField]:
        return [field for field in self.main_fields if not isinstance(field.field.widget, forms.Textarea)]

    @property
    def long_fields(self) -> list[BoundField]:
        return [field for field in self.main_fields if isinstance(field.field.widget, forms.Textarea)]

    @property
    def more_fields(self) -> list[BoundField]:
        return [self[name] for name in self.attributes if self.has_items and not self.fields[name].required]

    @property
    def shows_more(self) -> bool:
        return any(field.errors or field.value() for field in self.more_fields)

    @property
    def item_rows(self) -> Iterator[list[BoundField]]:
        rows = range(self.item_count if self.has_items else 0)
        return ([self[_item(row, part)] for part in ITEM_PARTS] for row in rows)

    @property
    def takes_more_items(self) -> bool:
        return self.has_items and self.item_count < MAX_ITEMS

    def focus_last_item(self) -> None:
        if self.has_items:
            self.fields[_item(self.item_count - 1, ITEM_PARTS[0])].widget.attrs["autofocus"] = True

    # Reading

    def clean_effective_timestamp(self) -> datetime | None:
        found: datetime | None = self.cleaned_data["effective_timestamp"]
        if found and not EARLIEST <= found <= self.at + AHEAD:
            raise forms.ValidationError(_("Enter a date between 2000 and now."))
        return found

    def clean(self) -> None:
        super().clean()
        for row in self._filled_rows():
            name = _item(row, "price")
            if name not in self.errors and self.cleaned_data.get(name) is None:
                self.add_error(name, _("Enter the price of the item."))

    def _filled_rows(self) -> list[int]:
        rows = range(self.item_count if self.has_items else 0)
        return [row for row in rows if any(self[_item(row, part)].data for part in ITEM_PARTS)]

    def data_of_event(self) -> dict[str, Any]:
        """What was entered, as an integrator would send it; what was left empty is left out."""
        found = {attribute: _sent(self.cleaned_data[name]) for name, attribute in self.attributes.items()}
        items = [
            {part: _sent(self.cleaned_data[_item(row, part)]) for part in ITEM_PARTS} for row in self._filled_rows()
        ]
        if items:
            found["items"] = [_filled(item) for item in items]
        if self.cleaned_data["effective_timestamp"]:
            found["effective_timestamp"] = int(self.cleaned_data["effective_timestamp"].timestamp())
        return _filled(found)

    def place_of(self, refusal: Refused) -> str | None:
        places = [_field(refusal.field), refusal.field, *self._places_of_items(refusal.field)]
        return next((place for place in places if place in self.fields), None)

    def _places_of_items(self, field: str) -> Iterator[str]:
        """An error in a part of an item that the form does not ask for is shown at the item's price."""
        for sent, row in enumerate(self._filled_rows()):
            of_item, inside, part = field.partition(f"items[{sent}]")
            if inside and not of_item:
                yield from (_item(row, part.removeprefix(".")), _item(row, "price"))


def _field(attribute: str) -> str:
    """The field's name, unlike that of any field of the form itself: a brand may call an attribute what it likes."""
    return f"data-{attribute}"


def _item(row: int, part: str) -> str:
    return f"items-{row}-{part}"


def _sent(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}
