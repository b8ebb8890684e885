"""`/v1/bulk-operation/reward/claim`: one reward claimed for many customers, and what became of each."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import escape_uri_path
from rest_framework.request import Request
from rest_framework.response import Response

from coupons.api.objects import display_object
from events.api.display.objects import wire_moment
from loyalty.api.access.scopes import check_action, key_of
from loyalty.api.lists.paging import links, read_page
from loyalty.api.problems import ApiError, bad_request, not_found
from loyalty.bulk.api.views import METADATA, NO_BATCH, BulkAccept, BulkErrors, BulkStatus, names_in
from loyalty.bulk.callbacks.addresses import fault_of_callback
from loyalty.bulk.kinds import ATTRIBUTES, CALLBACK, Item
from loyalty.bulk.models import BulkRequest
from loyalty.bulk.operations import MAX_ITEMS
from rewards.catalogue.enums import RewardType
from rewards.catalogue.queries import reward_named
from rewards.claims.actions import CLAIM
from rewards.claims.bulk.kinds import CLAIM_MANY, FORCE_CLAIM
from rewards.claims.models import Claim
from rewards.claims.queries import coupons_of

from .bulk_docs import ACCEPT, CUSTOMERS, ERRORS, MAX_ATTRIBUTES, MAX_URL, OF_REWARDS, STATUS
from .codes import BATCH_TAKEN, BATCH_UNKNOWN, REWARD_UNKNOWN
from .queries import claims_of_request


class ClaimBatch(BulkAccept):
    operations = {"post": ACCEPT}

    def post(self, request: Request, reward_id: str) -> Response:
        check_action(key_of(request), CLAIM.name)
        reward = reward_named(reward_id)
        if reward is None or reward.type == RewardType.BIDDING:
            raise not_found("Reward not found", REWARD_UNKNOWN)
        body = self.body()
        names = names_in(body, CUSTOMERS)
        if not names:
            raise bad_request(f"'{CUSTOMERS}' must be a list of 1 to {MAX_ITEMS} IDs")
        try:
            items = [Item(name) for name in names]
            return self.take_in(CLAIM_MANY, reward.slug, items, status_url=self._status_url, **_options(body))
        except ApiError as error:
            if error.status != 409:
                raise
            raise bad_request("The unique batch id provided already exists", BATCH_TAKEN) from None

    def _status_url(self, batch: str) -> str:
        return self.request.build_absolute_uri(reverse("api-claims-status", args=[batch]))


def _options(body: Mapping[str, Any]) -> dict[str, Any]:
    """What the body says beside the customers. Raises ApiError."""
    forced, metadata = body.get(FORCE_CLAIM), body.get(METADATA)
    if forced is not None and not isinstance(forced, bool):
        raise bad_request(f"'{FORCE_CLAIM}' must be true or false")
    attributes = metadata.get(ATTRIBUTES) if isinstance(metadata, dict) else None
    if attributes is not None and not (isinstance(attributes, dict) and len(attributes) <= MAX_ATTRIBUTES):
        raise bad_request(f"'{METADATA}.{ATTRIBUTES}' must be an object of at most {MAX_ATTRIBUTES} attributes")
    for name, value in (attributes or {}).items():
        if isinstance(value, dict | list) or len(str(value)) > MAX_URL:
            raise bad_request(f"'{METADATA}.{ATTRIBUTES}.{name[:64]}' must be a text or a number")
    found = {FORCE_CLAIM: forced or None, CALLBACK: _url(body.get(CALLBACK)), ATTRIBUTES: attributes or None}
    return {name: value for name, value in found.items() if value is not None}


def _url(value: Any) -> str | None:
    """Called once the request is done."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > MAX_URL:
        raise bad_request(f"'{CALLBACK}' must be an address that begins with https://")
    if fault := fault_of_callback(value):
        raise bad_request(f"'{CALLBACK}' {fault}")
    return value


class ClaimBatchStatus(BulkStatus):
    """With the claims that the batch has made."""

    family = OF_REWARDS
    operations = {"get": STATUS}

    def get(self, request: Request, batch: str) -> Response:
        found, page = self.batch(batch), read_page(request)
        claims = claims_of_request(found, page.offset, page.offset + page.limit + 1)
        near = links(request, page, more=len(claims) > page.limit)
        url = request.build_absolute_uri(f"{escape_uri_path(request.path)}/error")
        pagination = {"total": found.done - found.errors, **{name: link for name, link in near.items() if link}}
        errors = {"number_of_errors": found.errors, "url": url}
        payload = {
            "batch_status": found.status,
            "number_of_customers": found.items,
            "customers": claims_told(found, claims[: page.limit]),
        }
        metadata = {"bulk_operation_error": errors, "pagination": pagination}
        return Response({"status": "success", "metadata": metadata, "payload": payload})

    def no_batch(self) -> ApiError:
        return not_found(NO_BATCH, BATCH_UNKNOWN)


def claims_told(request: BulkRequest, claims: Sequence[Claim]) -> list[dict[str, Any]]:
    """One entry for each; of a bundle, one for each coupon."""
    coupons, at = coupons_of(claims), timezone.now()
    attributes = request.options.get(ATTRIBUTES)
    found: list[dict[str, Any]] = []
    for claim in claims:
        common = {
            "batch_id": request.batch,
            "customer": claim.customer.public_id,
            "reward_id": request.target,
            "claimed_at": wire_moment(claim.claimed_at),
            **({ATTRIBUTES: attributes} if attributes else {}),
        }
        without = {"status": "claimed" if claim.stands else "revoked"}
        for coupon in [display_object(one, at) for one in coupons[claim.event_id]] or [without]:
            told: dict[str, Any] = {
                name: coupon[name] for name in ("code", "created_at", "status", "type", "value") if name in coupon
            }
            id = f"{claim.event_id}:{told['code']}" if "code" in told else str(claim.event_id)
            found.append({"id": id, **common, **told})
    return found


class ClaimBatchErrors(BulkErrors):
    family = OF_REWARDS
    operations = {"get": ERRORS}

    def no_batch(self) -> ApiError:
        return not_found(NO_BATCH, BATCH_UNKNOWN)
