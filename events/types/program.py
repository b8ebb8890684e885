"""The program file's `event_types`."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django.db.models import F
from django.utils.translation import override

from customers.fields.enums import FieldType
from customers.fields.models import MAX_OPTIONS, wrong_options
from customers.fields.rules import MAX_ITEM
from loyalty.program.actions import registered_actions
from loyalty.program.section import (
    NAME,
    Document,
    Key,
    Path,
    Problem,
    Section,
    by_name,
    changed,
    choice,
    fields,
    flag,
    optional,
    several,
    text,
    whole,
)

from .enums import ANY_TYPE
from .models import TYPES_OF_ATTRIBUTES, EventAttribute, EventType

PLAIN = (
    "name", "labels", "description", "only_known", "default_points", "default_account", "one_time", "exposed", "behavioural",
    "pending_days",
)  # fmt: skip
ATTRIBUTE = ("label", "type", "options", "required", "personal")
# What a built-in action does is written in its mechanism.
BUILT_IN = ("attributes", "only_known", "default_points", "default_account", "one_time")
MAX_POINTS = 2**31 - 1
MAX_ATTRIBUTES = 200
_NEVER = "cannot be true: the action is personal or transactional, so it must be signed"

_LANGUAGE = {"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", "title": "a language such as hu or pt-BR"}
_OF_ATTRIBUTES: dict[str, Any] = {
    "label": text(EventAttribute, "label", default=""),
    "type": choice([name for name, _ in TYPES_OF_ATTRIBUTES], default=FieldType.STRING.value),
    "options": several(
        {"type": "string", "minLength": 1, "maxLength": MAX_ITEM},
        maxItems=MAX_OPTIONS,
        default=[],
        description="What a select or a multiple choice offers.",
    ),
    "required": flag(default=False),
    "personal": flag(default=False, description="Personal: the action must be signed."),
}
_ID = {"type": "string", "minLength": 1, "maxLength": 64}
# A text is an ID, as files of before had it: values of any kind, kept as they are sent.
_ATTRIBUTE = {
    **fields({"id": _ID, **_OF_ATTRIBUTES}, "id"),
    **_ID,
    "type": ["object", "string"],
    "title": 'an attribute such as {"id": "shop", "type": "string"}, or an ID of 1 to 64 characters',
}


# Read and write


def read_event_types() -> list[dict[str, Any]]:
    """Read as values: every process reads hundreds of them whenever the programme has changed."""
    attributes: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in EventAttribute.objects.order_by("position", "id").values("event_type_id", "slug", *ATTRIBUTE):
        attributes[one.pop("event_type_id")].append({"id": one.pop("slug"), **one})
    rows = EventType.objects.order_by().values("action", *PLAIN, built_in=F("factory"))
    return sorted(({**row, "attributes": attributes[row["action"]]} for row in rows), key=lambda item: item["action"])


def tidy(item: dict[str, Any]) -> dict[str, Any]:
    """Attributes as definitions, whether the file has these or IDs."""
    personal = set(item.get("personal_attributes", ()))
    attributes = [_whole(one, personal) for one in item["attributes"]]
    return {**{name: value for name, value in item.items() if name != "personal_attributes"}, "attributes": attributes}


def _whole(one: Any, personal: Collection[str]) -> dict[str, Any]:
    given = {"id": one, "type": ANY_TYPE} if isinstance(one, str) else one
    found = {"id": "", **{name: schema["default"] for name, schema in _OF_ATTRIBUTES.items()}, **given}
    return {**found, "personal": found["personal"] or found["id"] in personal}


def write_event_types(wanted: list[dict[str, Any]], current: list[dict[str, Any]]) -> None:
    """New and changed ones, with their attributes; none is deleted: events name them."""
    items, before = changed(wanted, current), {item["action"]: item["attributes"] for item in current}
    EventType.objects.bulk_create(
        [
            EventType(action=item["action"], factory=item["built_in"], **{name: item[name] for name in PLAIN})
            for item in items
        ],
        update_conflicts=True,
        unique_fields=["action"],
        update_fields=[*PLAIN],
    )
    others = [item for item in items if item["attributes"] != before.get(item["action"], [])]
    EventAttribute.objects.filter(event_type__in=[item["action"] for item in others]).delete()
    EventAttribute.objects.bulk_create(
        EventAttribute(
            event_type_id=item["action"], slug=one["id"], position=place, **{name: one[name] for name in ATTRIBUTE}
        )
        for item in others
        for place, one in enumerate(item["attributes"])
    )


# Check


def fixed_fields(action: str) -> list[str]:
    """The fields of a built-in action that nobody can change."""
    row, free = registered_actions().get(action), set[str]()
    if row and row.earns:
        free |= {"default_points", "default_account"}
    if row and row.once:
        free.add("one_time")
    return [name for name in BUILT_IN if name not in free]


def may_be_behavioural(action: str) -> bool:
    """Whether a built-in action may come unsigned, if the brand says so."""
    row = registered_actions().get(action)
    return row is not None and row.behavioural


def check_event_types(wanted: Document, current: Document) -> Iterable[Problem]:
    known = {item["action"]: item for item in current["event_types"]}
    accounts = {item["id"] for item in wanted["accounts"]}
    for item in wanted["event_types"]:
        before, path = known.get(item["action"]), ("event_types", Key(item["action"]))
        if item == before:
            continue
        problems = _of_kind(item, before or {"built_in": False})
        yield from (Problem((*path, *place), message) for place, message in (*problems, *_of_attributes(item)))
        if item["default_account"] and item["default_account"] not in accounts:
            yield Problem((*path, "default_account"), "must be the ID of an account, or empty for the default one")


def _of_kind(item: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    if item["built_in"] != before["built_in"]:
        message = "must be true" if before["built_in"] else "must be false: no such action is built in"
        yield ("built_in",), message
    elif item["built_in"]:
        yield from (
            ((name,), "cannot be changed: the action is built in")
            for name in fixed_fields(item["action"])
            if _fixed(item[name]) != _fixed(before[name])
        )
        if item["behavioural"] and not may_be_behavioural(item["action"]):
            yield ("behavioural",), _NEVER
    elif item["behavioural"] and (name := not_behavioural(item["attributes"])):
        yield ("behavioural",), f"cannot be true: '{name}' is personal or transactional, so the action must be signed"


def _fixed(value: Any) -> Any:
    """Which attributes are personal, the brand may say."""
    return [{**one, "personal": None} for one in value] if isinstance(value, list) else value


def not_behavioural(attributes: Iterable[Mapping[str, Any]]) -> str | None:
    """The first attribute with which an action must be signed."""
    return next((str(one["id"]) for one in attributes if one["personal"] or one["id"] == "transaction_id"), None)


def _of_attributes(item: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    seen: set[str] = set()
    for place, one in enumerate(item["attributes"]):
        if one["id"] in seen:
            yield ("attributes", place, "id"), "is there twice"
        seen.add(one["id"])
        with override("en"):
            if message := wrong_options(one["type"], one["options"]):
                yield ("attributes", place, "options"), str(message)


EVENT_TYPES = Section(
    name="event_types",
    key="action",
    schema=fields(
        {
            "action": NAME,
            "name": text(EventType, "name"),
            "labels": by_name(_LANGUAGE, {"type": "string"}, default={}, description="The name per language."),
            "description": text(EventType, "description", default=""),
            "attributes": {
                "type": "array",
                "items": _ATTRIBUTE,
                "maxItems": MAX_ATTRIBUTES,
                "default": [],
                "description": "How each is read, where the action is the brand's own.",
            },
            "personal_attributes": several(_ID, default=[], description="In files of before: IDs of personal ones."),
            "only_known": flag(default=False, description="An event with another attribute is refused."),
            "default_points": whole(0, MAX_POINTS, default=0),
            "default_account": {
                "type": "string",
                "maxLength": 64,
                "default": "",
                "title": "the ID of an account, or empty",
                "description": "What earns the default points where the event names none.",
            },
            "one_time": flag(default=False),
            "exposed": flag(default=True, description="Shown by the Display API."),
            "behavioural": flag(
                default=False,
                description="May come unsigned, from a page or an app; never what is personal or transactional.",
            ),
            "pending_days": optional(whole(0, 32_767, description="Its points stay pending for so many days.")),
            "built_in": flag(
                default=False,
                description="Its attributes are the engine's and stay; so do default points and one_time, unless it "
                "earns by its type and is recorded only (docs/ledger.md).",
            ),
        },
        "action",
    ),
    read=read_event_types,
    write=write_event_types,
    check=check_event_types,
    tidy=tidy,
)
