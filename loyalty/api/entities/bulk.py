"""`POST /entities`: several calls about entities in one request, in their order."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import TextChoices

from loyalty.api.errors import as_api_error
from loyalty.api.problems import ApiError, bad_request
from loyalty.engine import values
from loyalty.engine.programs import programs
from loyalty.refusals import Refused

from .calls import EntityCall
from .pairs import Caller, pair_named

MAX_CALLS = 100
METHODS = ("GET", "PUT", "POST", "DELETE")


class ErrorHandling(TextChoices):
    """What becomes of the others if one is refused."""

    SKIP = "skip"
    PRE_CHECK = "pre-check"
    FAIL = "fail"


def carry_out(body: Mapping[str, Any], by: Caller) -> tuple[dict[str, Any], ErrorHandling]:
    """The answer. Raises ApiError for a request that is wrong as a whole.

    `skip`: each by itself. `fail`: those up to the first that is refused. `pre-check`: each as it would go, after those
    before it; then all of it is taken back.
    """
    calls, handling = _calls(body), _handling(body)
    with transaction.atomic():
        # One that fails by a fault of ours takes back all: nothing is told of any then.
        results = _results(calls, by, stops=handling == ErrorHandling.FAIL)
        if handling == ErrorHandling.PRE_CHECK:
            transaction.set_rollback(True)
    if handling == ErrorHandling.PRE_CHECK:
        programs.rolled_back()
    errors = sum("error" in result for result in results)
    return {"results": results, "total": len(results), "errors": errors}, handling


def _calls(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    sent = values.as_list(body.get("entities"))
    calls = [values.as_object(one) for one in sent or ()]
    if not 0 < len(calls) <= MAX_CALLS or None in calls:
        raise bad_request(f"'entities' must be a list of 1 to {MAX_CALLS} objects")
    return [one for one in calls if one is not None]


def _handling(body: Mapping[str, Any]) -> ErrorHandling:
    sent = body.get("error_handling") or ErrorHandling.SKIP.value
    if sent not in ErrorHandling.values:
        raise bad_request(f"'error_handling' must be one of {', '.join(ErrorHandling.values)}")
    return ErrorHandling(sent)


def _results(calls: list[Mapping[str, Any]], by: Caller, *, stops: bool) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    for call in calls:
        results.append(_result(call, by))
        if stops and "error" in results[-1]:
            break
    return results


def _result(call: Mapping[str, Any], by: Caller) -> dict[str, Any]:
    told = {name: call[name] for name in ("method", "type", "id") if isinstance(call.get(name), str | int)}
    try:
        with transaction.atomic():
            return {**told, **_done(call, by)}
    except (ApiError, Refused, PermissionDenied) as error:
        return {**told, "error": [as_api_error(error, "entities").body()]}


def _done(call: Mapping[str, Any], by: Caller) -> dict[str, Any]:
    """What it tells beside what was sent: the entity that was asked for, the ID of one that was made."""
    method, id = str(call.get("method")).upper(), _id(call)
    if method not in METHODS:
        raise bad_request(f"'method' must be one of {', '.join(METHODS)}")
    one = EntityCall(_pair(call, by), by)
    data = {} if method == "GET" else _data(call)
    if method == "PUT":
        made = one.create(data, id)
        return {"id": made["id"]}
    if id is None:
        raise bad_request("'id' property is required")
    if method == "GET":
        return {"entity": one.show(id)}
    if method == "POST":
        one.update(id, data)
    else:
        one.delete(id)
    return {}


def _pair(call: Mapping[str, Any], by: Caller) -> Any:
    module, slash, entity = str(call.get("type") or "").partition("/")
    if not slash:
        raise bad_request("'type' must be a module and an entity, such as products/product")
    pair = pair_named(module, entity, by.request)
    if pair.personal:
        raise bad_request(f"Entities of type {pair.type} are not sent in bulk: send each to its own address")
    return pair


def _id(call: Mapping[str, Any]) -> str | None:
    found = call.get("id")
    if found in (None, ""):
        return None
    if isinstance(found, bool) or not isinstance(found, str | int):
        raise bad_request("'id' must be a text")
    return str(found)


def _data(call: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object; an empty list is what some languages make of an empty one."""
    sent = call.get("data")
    found = {} if sent in (None, "", []) else values.as_object(sent)
    if found is None:
        raise bad_request("'data' must be an object")
    return found
