"""What each action takes, as JSON Schema, out of the register of actions."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import override

from loyalty.api.docs.describe import Schema
from loyalty.api.docs.shapes import DAY_OR_EMPTY, FLAG, TEXT, described, list_of, nullable, one_of, request_body
from loyalty.engine.actions import EFFECTIVE, Action, Attribute, Kind
from loyalty.engine.values import MAX_MONEY, MAX_POINTS
from loyalty.identifiers import MAX_ID
from loyalty.program.actions import registered_actions

CHECKOUT, LINE = "checkout", "checkout_item"
# What an item of an order has from the order.
OF_THE_ORDER = {"transaction_id", EFFECTIVE.name}
_SENT = ["string", "number"]
_POINTS: Schema = {"type": ["integer", "string"], "maximum": MAX_POINTS}
_MONEY: Schema = {"type": ["number", "string"], "maximum": int(MAX_MONEY)}
# Numbers may be texts: forms have nothing else.
SCHEMAS: Mapping[Kind, Schema] = {
    Kind.ANY: {},
    Kind.TEXT: {"type": _SENT},
    Kind.PARAGRAPH: {"type": _SENT},
    Kind.CODE: {"type": ["string"]},
    Kind.ID: {"type": _SENT},
    Kind.NUMBER_OF_EVENT: {"type": ["integer", "string"], "minimum": 1},
    Kind.POINTS: {**_POINTS, "minimum": 1},
    Kind.POINTS_OR_NONE: {**_POINTS, "minimum": 0},
    Kind.SIGNED_POINTS: {**_POINTS, "minimum": -MAX_POINTS},
    Kind.MONEY: {**_MONEY, "minimum": 0},
    Kind.SIGNED_MONEY: {**_MONEY, "minimum": -int(MAX_MONEY)},
    Kind.QUANTITY: {"type": ["number", "string"]},
    Kind.DAY: {**DAY_OR_EMPTY, "type": ["string"]},
    Kind.MOMENT: {"type": ["integer", "number", "string"]},
    Kind.EVENTS: {"type": ["array", "string", "integer"], "items": {"type": ["string", "integer"]}},
}
CUSTOMER = described(
    {"title": "CustomerReference", "type": ["string", "integer"], "minLength": 1, "maxLength": MAX_ID},
    "The customer's ID, or the value of the field that `external_id` names.",
)
EXTERNAL_ID = described(
    nullable({"title": "ExternalIdReference", **TEXT}), "The name of the external-ID field whose value `customer` is."
)
ACCOUNT = described(
    nullable({"title": "AccountReference", **TEXT}), "The ID of the points account; the default one if absent."
)
GUEST = described(
    {"oneOf": [nullable(FLAG), one_of("true", "false")]},
    "`true`: a checkout of somebody who is no customer, kept until a `checkout_claim` names its transaction.",
)


def attribute_schema(attribute: Attribute) -> Schema:
    """What no rule reads may be anything; what may be left out may be null, too."""
    found = dict({} if attribute.kept else SCHEMAS.get(attribute.kind, {}))
    if attribute.kind == Kind.ITEMS:
        found = {"type": ["array"], "items": item_schema(), "maxItems": attribute.most}
    elif attribute.most and found:
        found["maxLength"] = attribute.most
    if "type" in found and (attribute.nullable or not attribute.required):
        found["type"] = [*found["type"], "null"]
    title = {"title": "EffectiveTimestamp"} if attribute is EFFECTIVE else {}
    return {**title, **found, **_words(attribute)}


def _words(attribute: Attribute) -> dict[str, Any]:
    text = str(attribute.description or attribute.hint)
    if attribute.kept:
        text = f"{text} Recorded as it is sent.".strip()
    found: dict[str, Any] = {"description": text} if text else {}
    return found if attribute.example is None else {**found, "examples": [attribute.example]}


def item_schema() -> Schema:
    """A line within an order: as `checkout_item` has it, without what the order says."""
    attributes = [replace(one, required=False) for one in registered_actions()[LINE].attributes]
    return request_body("Item", {one.name: attribute_schema(one) for one in attributes if one.name not in OF_THE_ORDER})


def data_schema(action: Action) -> Schema:
    """The attributes of one action; those of your own fields, and whatever else is to be recorded, beside these."""
    attributes = {one.name: one for one in (*action.attributes, EFFECTIVE)}
    required = [one.name for one in attributes.values() if one.required]
    return request_body(
        f"{title(action)}Data",
        {name: attribute_schema(one) for name, one in attributes.items()},
        required=required,
    )


def title(action: Action) -> str:
    return "".join(part.capitalize() for part in action.name.split("_"))


def _variant(action: Action) -> Schema:
    data = data_schema(action)
    fields = {"customer": CUSTOMER, "action": {"type": "string", "const": action.name}, "data": data}
    fields |= {"external_id": EXTERNAL_ID, "account": ACCOUNT}
    if action.name == CHECKOUT:
        fields["guest"] = GUEST
    required = ["customer", "action", *(["data"] if data["required"] else [])]
    more = {"description": str(action.description)} if action.description else {}
    return request_body(f"{title(action)}Event", fields, required=required, **more)


def _own() -> Schema:
    action = described(
        {"type": "string", "minLength": 1, "maxLength": MAX_ID, "not": {"enum": sorted(registered_actions())}},
        "The ID of an action that you have defined yourselves.",
    )
    data = {"type": "object", "description": "Its attributes, as you have defined them."}
    fields = {"customer": CUSTOMER, "action": action, "data": data, "external_id": EXTERNAL_ID, "account": ACCOUNT}
    return request_body(
        "OwnEvent",
        fields,
        required=["customer", "action"],
        description="Of an action that you have defined yourselves.",
    )


def event_schema() -> Schema:
    """One event: of each action that can be sent, and of those that the brand defines."""
    actions = [one for one in registered_actions().values() if one.by_api and not one.closed]
    with override("en"):
        variants = [*map(_variant, actions), _own()]
    mapping = {one.name: f"#/components/schemas/{title(one)}Event" for one in actions}
    return {
        "title": "Event",
        "oneOf": variants,
        "discriminator": {"propertyName": "action", "mapping": mapping},
        "description": "The attributes of `data` are those of the action: each has a schema of its own. Whatever else it"
        " holds is recorded as it is sent; one of your own actions is an `OwnEvent`.",
    }


def bulk_schema(most: int) -> Schema:
    events = list_of(event_schema(), minItems=1, maxItems=most)
    return request_body("Events", {"events": events}, required=["events"])
