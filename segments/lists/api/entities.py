"""`/entities/core/customer-list`: lists as integrators create, read, change and archive them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.api.entities.calls import UNIQUE
from loyalty.api.entities.pairs import EntityPair, EntityWrites
from loyalty.api.problems import ApiError, bad_request
from loyalty.program.section import IS_AN_ADDRESS
from loyalty.staff.sender import Sender
from segments.lists.codes import NOT_FOUND
from segments.lists.enums import ListStatus
from segments.lists.models import ID, OWN_ADDRESSES, CustomerList
from segments.lists.operations import (
    NoSuchList,
    NotThatStatus,
    StillBound,
    TakenList,
    archive_list,
    change_list,
    create_list,
)
from segments.lists.queries import lists, open_list

from .docs import CREATE_BODY, CREATED, ENTITY, UPDATE_BODY, VIP
from .filters import CustomerListFilters

MESSAGE = "Customer List not found"
LONGEST_NAME, LONGEST_ID = 100, 64


def _object(found: CustomerList) -> dict[str, Any]:
    return {"id": found.slug, "name": found.name, "status": found.status}


def _listed(start: int, stop: int, asked: Mapping[str, str]) -> Sequence[dict[str, Any]]:
    """In the order of their IDs, without archived ones."""
    shown = [ListStatus.DRAFT, ListStatus.ACTIVE, ListStatus.INACTIVE]
    return [_object(one) for one in CustomerListFilters(asked, lists(shown)).exact.order_by("slug")[start:stop]]


def _found(id: str) -> dict[str, Any] | None:
    found = open_list(id)
    return _object(found) if found else None


def _create(body: Mapping[str, Any], by: Sender) -> dict[str, Any]:
    slug = _id(body)
    try:
        made = create_list(name=_name(body), status=ListStatus.DRAFT, slug=slug, by=by).result()
    except TakenList:
        raise bad_request(UNIQUE) from None
    return {"id": made, "status": ListStatus.DRAFT.value}


def _update(id: str, body: Mapping[str, Any], by: Sender) -> dict[str, Any]:
    name = _name(body) if "name" in body else None
    try:
        change_list(slug=id, name=name, status=_status(body), by=by).result()
    except NotThatStatus as error:
        raise bad_request(f"'status' cannot be '{body['status']}' now. {error.message}") from None
    except NoSuchList:
        raise _unknown() from None
    return _found(id) or {}


def _delete(id: str, by: Sender) -> None:
    try:
        archive_list(slug=id, by=by).result()
    except NotThatStatus:
        raise bad_request("Only inactive customer lists can be archived") from None
    except StillBound as bound:
        raise bad_request(f"The customer list is used by: {bound}") from None
    except NoSuchList:
        raise _unknown() from None


def _unknown() -> ApiError:
    return bad_request(MESSAGE, NOT_FOUND)


def _id(body: Mapping[str, Any]) -> str | None:
    """None: one is made up."""
    found = body.get("id")
    if found in (None, ""):
        return None
    if not isinstance(found, str) or len(found) > LONGEST_ID or not re.fullmatch(ID.regex, found):
        raise bad_request(f"'id' must have 1 to {LONGEST_ID} letters, digits, underscores and hyphens")
    if found in OWN_ADDRESSES:
        raise bad_request(f"'id' {IS_AN_ADDRESS}")
    return found


def _name(body: Mapping[str, Any]) -> str:
    found = body.get("name")
    if found is None or found == "":
        raise bad_request("'name' property is required")
    if not isinstance(found, str) or not 0 < len(found.strip()) <= LONGEST_NAME:
        raise bad_request(f"'name' must be a text of 1 to {LONGEST_NAME} characters")
    return found.strip()


def _status(body: Mapping[str, Any]) -> ListStatus | None:
    found = body.get("status")
    if found is None:
        return None
    if not isinstance(found, str) or found not in ListStatus.values:
        raise bad_request(f"'status' must be one of {', '.join(ListStatus.values)}")
    return ListStatus(found)


_WRITES = EntityWrites(
    create=_create,
    update=_update,
    delete=_delete,
    created=CREATED,
    create_body=CREATE_BODY,
    update_body=UPDATE_BODY,
    update_examples=[("A customer list", {"name": "VIP members", "status": "inactive"}, {**VIP, "status": "inactive"})],
)
PAIR = EntityPair(
    "core",
    "customer-list",
    _listed,
    _found,
    ENTITY,
    VIP,
    writes=_WRITES,
    unknown=(NOT_FOUND, MESSAGE),
    filters=CustomerListFilters,
)
