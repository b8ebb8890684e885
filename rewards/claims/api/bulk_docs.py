"""What the bulk claim takes and answers. The examples are of `tests/api/example_world.py`."""

from loyalty.api.docs.describe import Example, Operation
from loyalty.api.docs.shapes import (
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    WHOLE,
    described,
    list_of,
    map_of,
    nullable,
    one_of,
    request_body,
    shape,
)
from loyalty.bulk.api.docs import ACCEPTED, METADATA, errors_of, not_there
from loyalty.bulk.api.families import Family
from loyalty.bulk.enums import RequestStatus
from loyalty.bulk.kinds import ATTRIBUTES, CALLBACK
from rewards.claims.bulk.kinds import FAMILY, FORCE_CLAIM

from .codes import BATCH_TAKEN, BATCH_UNKNOWN, REWARD_UNKNOWN
from .schemas import REWARD, REWARD_ID

OF_REWARDS = Family(FAMILY, "customers", "reward", BATCH_UNKNOWN, BATCH_UNKNOWN)
CUSTOMERS = "customers"
MAX_ATTRIBUTES, MAX_URL = 50, 2_000
_BATCH = "batch007"
_BODY = {CUSTOMERS: ["0519001", "0519009"], "metadata": {"external_batch_id": _BATCH}}
_TOLD = {"status": "success", "metadata": {"external_batch_id": _BATCH}, "payload": {"batch_id": _BATCH}}
_ATTRIBUTES = map_of({}, "Yours: told again with each claim.")
_WITH_ATTRIBUTES = {
    **METADATA,
    "title": "ClaimMetadata",
    "properties": {**METADATA["properties"], ATTRIBUTES: nullable(_ATTRIBUTES)},
}
ACCEPT = Operation(
    "Claim a reward for many customers",
    ACCEPTED,
    "At most 100,000 IDs, in at most 8 MiB. It is worked on in the background; of one reward one batch after the other.",
    parameters=[REWARD],
    body=request_body(
        "BulkClaims",
        {
            CUSTOMERS: list_of({"type": ["string", "integer"]}, minItems=1, maxItems=100_000),
            FORCE_CLAIM: described(
                nullable(FLAG), "Free, and without the checks; what is in stock is still the limit."
            ),
            CALLBACK: described(
                nullable(TEXT),
                "Called by POST once the batch is done, with the address of its status and `custom_attributes`. It begins with https:// and is public, unless whoever runs the service has named its host.",
                maxLength=MAX_URL,
            ),
            "metadata": _WITH_ATTRIBUTES,
        },
        required=[CUSTOMERS],
    ),
    refusals={
        400: f"{BATCH_TAKEN}: another request has the batch ID. 0: no customers, or too many.",
        404: f"{REWARD_UNKNOWN}: there is no such reward, or it is one to bid for.",
    },
    examples=[
        Example("Two customers", _BODY, _TOLD),
        Example(
            "An unknown reward",
            _BODY,
            not_there(REWARD_UNKNOWN, "Reward not found"),
            path={"reward_id": "nothing"},
            status=404,
        ),
    ],
)
_CLAIM = shape(
    "BulkClaim",
    {
        "id": described(TEXT, "The event of the claim, with the code if it gave a coupon."),
        "batch_id": TEXT,
        "customer": described(TEXT, "The customer's ID."),
        "reward_id": TEXT,
        "claimed_at": MOMENT,
        ATTRIBUTES: _ATTRIBUTES,
        "code": TEXT,
        "created_at": MOMENT,
        "status": described(TEXT, "Of the coupon; without one `claimed` or `revoked`."),
        "type": TEXT,
        "value": NUMBER,
    },
    optional=[ATTRIBUTES, "code", "created_at", "type", "value"],
)
_ERRORS_AT = "http://testserver/v1/bulk-operation/reward/claim/batch001/status/error"
_METADATA = shape(
    "",
    {
        "bulk_operation_error": shape("", {"number_of_errors": WHOLE, "url": TEXT}),
        "pagination": shape("", {"total": WHOLE, "next": TEXT, "previous": TEXT}, optional=("next", "previous")),
    },
)
ERRORS = errors_of(
    OF_REWARDS,
    {"reward": TEXT},
    [
        {
            "status": "success",
            "metadata": {"pagination": {"total": 1}},
            "payload": {
                "number_of_errors": 1,
                CUSTOMERS: {
                    "0519009": {"reward": REWARD_ID, "error_message": "Customer not found", "error_code": 160212}
                },
            },
        }
    ],
)
STATUS = Operation(
    "Ask how far a batch of claims is, and what it has claimed",
    shape(
        "BulkClaims Told",
        {
            "status": one_of("success"),
            "metadata": _METADATA,
            "payload": shape(
                "",
                {
                    "batch_status": one_of(*RequestStatus.values),
                    "number_of_customers": WHOLE,
                    CUSTOMERS: list_of(_CLAIM),
                },
            ),
        },
    ),
    parameters=ERRORS.parameters,
    refusals={404: f"{BATCH_UNKNOWN}: there is no such batch.", 400: "300121 to 300123: `offset` or `limit`."},
    examples=[
        Example(
            "Done",
            None,
            {
                "status": "success",
                "metadata": {
                    "bulk_operation_error": {"number_of_errors": 1, "url": _ERRORS_AT},
                    "pagination": {"total": 0},
                },
                "payload": {"batch_status": "done", "number_of_customers": 1, CUSTOMERS: []},
            },
            path={"batch": "batch001"},
        ),
        Example(
            "An unknown batch",
            None,
            not_there(BATCH_UNKNOWN, "Batch ID is not found"),
            path={"batch": "nothing"},
            status=404,
        ),
    ],
)
