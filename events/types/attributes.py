"""What the brand's own actions may say: each attribute read by its definition, as customers' fields are. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from customers.fields.reserved import ABOUT_THE_EVENT
from customers.fields.rules import FieldRule, read_value
from loyalty.refusals import UNKNOWN_ATTRIBUTE, MissingField, WrongField

from .enums import ANY_TYPE

APP = "event_attributes"


@dataclass(frozen=True, slots=True)
class AttributeRule:
    """`field` is how its values are read; None: they are what they are."""

    field: FieldRule | None
    required: bool


@dataclass(frozen=True)
class Shape:
    """What an action's `data` may be."""

    attributes: Mapping[str, AttributeRule] = field(default_factory=dict)
    only_known: bool = False

    def read(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The attributes as they are recorded; raises Refused naming the attribute that is wrong.

        Empty ones stay as they were sent, if they are not required. An attribute that nobody defined is what it is.
        """
        found = dict(data)
        for name, rule in self.attributes.items():
            if data.get(name) in (None, "", []):
                if rule.required:
                    raise MissingField(name)
            elif rule.field:
                found[name] = read_value(rule.field, data[name])
        if self.only_known:
            self._refuse_unknown(data)
        return found

    def _refuse_unknown(self, data: Mapping[str, Any]) -> None:
        unknown = data.keys() - self.attributes.keys() - ABOUT_THE_EVENT
        if unknown:
            predicate = "is no attribute of this action: leave it out, or define it"
            raise WrongField(min(unknown)[:64], predicate, UNKNOWN_ATTRIBUTE)


def shapes_of(event_types: Iterable[Mapping[str, Any]]) -> dict[str, Shape]:
    """By action, of the brand's own; built-in ones are read by their mechanisms. From the program's `event_types`."""
    return {
        item["action"]: Shape(
            # Versions from before there were definitions name their attributes only.
            {one["id"]: rule_of(one) for one in item["attributes"] if not isinstance(one, str)},
            item.get("only_known", False),
        )
        for item in event_types
        if not item["built_in"]
    }


def rule_of(item: Mapping[str, Any]) -> AttributeRule:
    if item["type"] == ANY_TYPE:
        return AttributeRule(None, item["required"])
    return AttributeRule(FieldRule(item["id"], item["type"], options=tuple(item["options"])), item["required"])
