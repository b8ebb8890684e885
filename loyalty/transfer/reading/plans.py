"""Makes the plan of a file from its header: which column means what, whatever way it is written. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from customers.fields.enums import FieldType
from customers.fields.reserved import ABOUT_THE_EVENT, SECRETS, read_elsewhere, read_only
from customers.fields.rules import BUILT_IN
from customers.fields.spelling import compared as normal
from loyalty.intake.files import Importable
from loyalty.transfer.enums import Model, UnknownColumns

from .cells import Numbers
from .columns import Catalogue, Plan
from .headings import CUSTOMER_NAMES, FIELD_SYNONYMS, REFUSAL, TIME, TIME_NAMES, Known, doubled, misspelt
from .options import DEFAULT, Options
from .reader import Header, UnreadableFile

MAX_DEPTH = 8
# When the customer joined: says something of new customers only.
JOINED = TIME
# The action whose attributes the lines of an order have.
ITEM = "checkout_item"
_NAME = re.compile(r"[^\[\].]+(?:\[[^\[\].]+\]|\.[^\[\].]+)*")
_PIECE = re.compile(r"[^\[\].]+")


@cache
def not_of_customers() -> frozenset[str]:
    """What no column of a file of customers may be."""
    return (read_only() | ABOUT_THE_EVENT | {"action", "account"}) - {JOINED} - read_elsewhere()


def plan_of(model: str, header: Header, catalogue: Catalogue, options: Options = DEFAULT) -> Plan:
    """Raises UnreadableFile naming the column that is missing or cannot be understood."""
    return (_of_events if model == Model.EVENTS else _of_customers)(header, catalogue, options)


def _of_events(header: Header, catalogue: Catalogue, options: Options) -> Plan:
    names = header.names
    customer, scheme = _customer_column(names, catalogue)
    action, account = _column(names, "action"), _column(names, "account")
    if action is None:
        raise UnreadableFile("The column “action” is missing: it names what each event is, such as opt_in.")
    plan = Plan(
        names, customer, scheme, action, account, _time_column(names, catalogue),
        catalogue=catalogue, numbers=Numbers(options.decimal_mark, header.delimiter), known=_known_attributes(catalogue),
    )  # fmt: skip
    if plan.time is not None:
        _put(plan, plan.time, [TIME])
    known = plan.known
    for number, name in enumerate(names):
        if number not in (customer, action, account, plan.time) and normal(name) not in REFUSAL:
            _place(plan, number, name, known, options)
    _check_lists(plan.attributes, "")
    return plan


def _of_customers(header: Header, catalogue: Catalogue, options: Options) -> Plan:
    """Every column but the ID is a field, or a custom attribute of that very name."""
    names, fields = header.names, catalogue.config.fields
    customer, scheme = _customer_column(names, catalogue)
    known = Known(BUILT_IN | SECRETS | not_of_customers() | {JOINED} | read_elsewhere() | fields.keys(), FIELD_SYNONYMS)
    plan = Plan(
        names, customer, scheme,
        catalogue=catalogue, numbers=Numbers(options.decimal_mark, header.delimiter), known=known,
    )  # fmt: skip
    for number, written in enumerate(names):
        if number == customer or normal(written) in REFUSAL:
            continue
        name = known.find(written)
        if name in fields and fields[name].read_only:
            raise UnreadableFile(f"The column “{written}” is a read-only field: remove it.")
        if name in not_of_customers():
            raise UnreadableFile(f"The column “{written}” is no field of a customer: remove it, or import events.")
        if not name and normal(written) in TIME_NAMES:
            raise UnreadableFile(
                f"The column “{written}” says when, but not what happened then: name it “{JOINED}” if customers joined"
                " then, else by what it tells."
            )
        if not name:
            plan.unknown.append(written)
        if name or options.unknown_columns != UnknownColumns.LEAVE_OUT:
            _put(plan, number, [name or written])
    return plan


def plan_of_room(kind: Importable, header: Header, catalogue: Catalogue, options: Options = DEFAULT) -> Plan:
    """Of a file that a room takes: its columns and no others, unless others are left out. Raises UnreadableFile."""
    types = {one.name: (FieldType.NUMERIC if one.is_number else FieldType.STRING).value for one in kind.columns}
    customer, scheme = _subject_column(kind, header.names, catalogue)
    plan = Plan(
        header.names, customer, scheme, subject=kind.subject or "customer",
        catalogue=Catalogue(catalogue.config, {kind.name: types}, catalogue.zone),
        numbers=Numbers(options.decimal_mark, header.delimiter), known=Known(frozenset(types)),
    )  # fmt: skip
    for number, written in enumerate(header.names):
        if number == customer or normal(written) in REFUSAL:
            continue
        name = plan.known.find(written)
        if name:
            _put(plan, number, [name])
        elif options.unknown_columns != UnknownColumns.LEAVE_OUT:
            [told] = misspelt([written], plan.known)
            raise UnreadableFile(f"There is no column {told} in files of this kind: rename it, or remove it.")
    if missing := [one.name for one in kind.columns if one.required and one.name not in plan.attributes]:
        raise UnreadableFile(f"The column “{missing[0]}” is missing.")
    return plan


def _subject_column(kind: Importable, names: Sequence[str], catalogue: Catalogue) -> tuple[int, str]:
    if not kind.subject:
        return _customer_column(names, catalogue)
    found = _column(names, kind.subject)
    if found is None:
        raise UnreadableFile(f"The column “{kind.subject}” is missing.")
    return found, "id"


def _customer_column(names: Sequence[str], catalogue: Catalogue) -> tuple[int, str]:
    """The column that names the customer, and the scheme: without the ID, an external ID does."""
    found = [(number, "id") for number, name in enumerate(names) if normal(name) in CUSTOMER_NAMES]
    if not found:
        external = Known(frozenset(catalogue.config.external_ids))
        found = [(number, scheme) for number, name in enumerate(names) if (scheme := external.find(name))]
    if not found:
        raise UnreadableFile("No column names the customer: one must be called customer, customer_id, _id or id.")
    if len(found) > 1:
        first, second = (names[number] for number, _ in found[:2])
        raise UnreadableFile(f"Two columns name the customer, “{first}” and “{second}”: remove one.")
    return found[0]


def _column(names: Sequence[str], meaning: str) -> int | None:
    found = [number for number, name in enumerate(names) if normal(name) == meaning]
    if len(found) > 1:
        raise doubled(names[found[0]], names[found[1]], meaning)
    return found[0] if found else None


def _time_column(names: Sequence[str], catalogue: Catalogue) -> int | None:
    """The one that says when it happened, under any name that an event shows it by."""
    found = [number for number, name in enumerate(names) if normal(name) in TIME_NAMES]
    if len(found) > 1:
        raise doubled(names[found[0]], names[found[1]], "the time of the event")
    defined = {slug for slugs in catalogue.attributes.values() for slug in slugs} | catalogue.config.fields.keys()
    for number in found:
        if names[number] in defined - {TIME}:
            raise UnreadableFile(
                f"The column “{names[number]}” could be the time of the event or the attribute of that name: call it"
                f" “{TIME}” or “data[{names[number]}]”."
            )
    return found[0] if found else None


def _known_attributes(catalogue: Catalogue) -> Known:
    slugs = {slug for slugs in catalogue.attributes.values() for slug in slugs}
    names = slugs | BUILT_IN | SECRETS | ABOUT_THE_EVENT | catalogue.config.fields.keys() | {"items"}
    return Known(frozenset(names), FIELD_SYNONYMS)


def _place(plan: Plan, number: int, name: str, known: Known, options: Options) -> None:
    if not _NAME.fullmatch(name):
        raise UnreadableFile(f"The column name “{name}” is not well formed: write it as total or as items[0][price].")
    path = _PIECE.findall(name)
    if normal(path[0]) == "data" and len(path) > 1:
        del path[0]
    if len(path) > MAX_DEPTH:
        raise UnreadableFile(f"The column “{name}” is nested more than {MAX_DEPTH} levels deep.")
    meant = known.find(path[0].strip())
    if not meant:
        plan.unknown.append(name)
        if options.unknown_columns == UnknownColumns.LEAVE_OUT:
            return
    _put(plan, number, list(_path(meant or path[0].strip(), path[1:], plan.catalogue)))


def _path(first: str, inner: Sequence[str], catalogue: Catalogue) -> Iterator[str]:
    yield first
    parts = Known(frozenset(catalogue.attributes.get(ITEM, ()))) if first == "items" else Known(frozenset())
    for piece in inner:
        yield parts.find(piece.strip()) or piece.strip()


def _put(plan: Plan, number: int, path: Sequence[str]) -> None:
    """The column fills the attribute at the path; raises UnreadableFile if another does."""
    name, branch = plan.names[number], plan.attributes
    for piece in path[:-1]:
        branch = branch.setdefault(piece, {})
        if not isinstance(branch, dict):
            raise _conflict(name)
    other = branch.get(path[-1])
    if isinstance(other, int) and len(path) == 1:
        raise doubled(plan.names[other], name, path[0])
    if other is not None:
        raise _conflict(name)
    branch[path[-1]] = number
    plan.places[number] = path[-1]
    plan.written[path[0] + "".join(f"[{piece}]" if piece.isdecimal() else f".{piece}" for piece in path[1:])] = name


def _conflict(name: str) -> UnreadableFile:
    return UnreadableFile(f"The column “{name}” contradicts another: an attribute is a value, a list or an object.")


def _check_lists(branch: Mapping[str, Any], above: str) -> None:
    """Below a name stand numbers only, a list, or no numbers, an object."""
    for piece, below in branch.items():
        if isinstance(below, dict):
            numbers = [name.isdecimal() for name in below]
            if any(numbers) and not all(numbers):
                raise _conflict(f"{above}{piece}[{next(iter(below))}]")
            _check_lists(below, f"{above}{piece}.")
