"""What every family of requests answers: that a batch was taken in, how far it is, and its errors."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.encoding import escape_uri_path
from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.body.bounds import MAX_BULK_BYTES, check_text
from loyalty.api.keys.enums import Api
from loyalty.api.lists.paging import links, read_page
from loyalty.api.problems import ApiError, bad_request, conflict
from loyalty.api.views import ApiView
from loyalty.bulk.kinds import BulkKind, Item
from loyalty.bulk.models import LONGEST_BATCH, BulkError, BulkRequest
from loyalty.bulk.operations import MAX_ITEMS, BatchTaken, accept, no_url
from loyalty.bulk.queries import errors_between, request_of
from loyalty.intake.api import actor

from .families import Family

NO_BATCH = "Batch ID is not found"
METADATA, BATCH = "metadata", "external_batch_id"


class BulkView(ApiView):
    api = Api.ENTITIES
    generation = "versioned"


class BulkAccept(BulkView):
    """Takes a request in, and answers its batch."""

    most_bytes = MAX_BULK_BYTES

    def take_in(
        self, kind: BulkKind, target: str, items: Iterable[Item],
        *, status_url: Callable[[str], str] = no_url, **options: Any,
    ) -> Response:  # fmt: skip
        """`status_url`: of a batch, where the API tells of it; for callbacks. Raises ApiError: 400 for a batch ID that is none,
        409 for another request of the batch."""
        by, at, batch = actor(self.request), timezone.now(), batch_in(self.body())
        try:
            found = accept(kind, target, items, by=by, at=at, batch=batch, options=options, status_url=status_url)
        except BatchTaken:
            raise conflict(f"Another request has the batch ID '{batch}'") from None
        return Response({"status": "success", "metadata": {BATCH: found.batch}, "payload": {"batch_id": found.batch}})


def batch_in(body: Mapping[str, Any]) -> str:
    """As the client calls the request; empty for one that the service names."""
    metadata = body.get(METADATA)
    if metadata is not None and not isinstance(metadata, dict):
        raise bad_request(f"'{METADATA}' must be an object")
    batch = (metadata or {}).get(BATCH, "")
    if batch is None or batch == "":
        return ""
    if not isinstance(batch, str) or len(batch) > LONGEST_BATCH or not batch.isprintable() or "/" in batch:
        raise bad_request(f"'{BATCH}' must be a text of 1 to {LONGEST_BATCH} printable characters without slashes")
    return batch


def names_in(body: Mapping[str, Any], field: str) -> list[str]:
    """The IDs that the body lists, none if it lists none. Raises ApiError for one that is no ID."""
    found = body.get(field)
    if not isinstance(found, list) or len(found) > MAX_ITEMS:
        return []
    return [_name(one, f"{field}[{place}]") for place, one in enumerate(found)]


def _name(value: Any, place: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int) or not 0 < len(str(value).strip()) <= 255:
        raise bad_request(f"'{place}' must be an ID: a text of 1 to 255 characters")
    check_text(str(value), f"'{place}'")
    return str(value)


class OfBatch(BulkView):
    family: ClassVar[Family]

    def batch(self, batch: str) -> BulkRequest:
        found = None if "\x00" in batch else request_of(self.family.name, batch)
        if found is None:
            raise self.no_batch()
        return found

    def no_batch(self) -> ApiError:
        """Of this address and family."""
        raise NotImplementedError


class BulkStatus(OfBatch):
    def get(self, request: Request, batch: str) -> Response:
        found = self.batch(batch)
        url = request.build_absolute_uri(f"{escape_uri_path(request.path)}/error")
        return Response(
            {
                "status": "success",
                "metadata": {"bulk_operation_error": {"number_of_errors": found.errors, "url": url}},
                "payload": {"batch_status": found.status, f"number_of_{self.family.items}": found.items},
            }
        )


class BulkErrors(OfBatch):
    def get(self, request: Request, batch: str) -> Response:
        found = self.batch(batch)
        page = read_page(request)
        errors = errors_between(found, page.offset, page.offset + page.limit + 1)
        near = links(request, page, more=len(errors) > page.limit)
        told = {one.name: self.told(found, one) for one in errors[: page.limit]}
        return Response(
            {
                "status": "success",
                "metadata": {"pagination": {"total": found.errors, **{name: url for name, url in near.items() if url}}},
                "payload": {"number_of_errors": found.errors, self.family.items: told},
            }
        )

    def told(self, request: BulkRequest, error: BulkError) -> dict[str, Any]:
        return {self.family.target: request.target, "error_message": error.message, "error_code": error.code}
