"""The addresses and pages of claims in the tests that list all of something."""

from loyalty.api.keys.enums import Api
from tests.listing import Listed

ROUTES = {
    **dict.fromkeys(
        (
            "api-customer-rewards",
            "api-activities",
            "api-earn-activities",
            "api-spend-activities",
            "api-available-rewards",
            "api-available-reward",
            "api-rewards",
            "api-reward",
        ),
        (Api.DISPLAY, "get"),
    ),
    **dict.fromkeys(("api-claim-reward", "api-revoke-claim", "api-bid", "api-reward-claim"), (Api.DISPLAY, "post")),
    **dict.fromkeys(("api-claims-status", "api-claims-errors", "api-claims-error"), (Api.ENTITIES, "get")),
    "api-claims-batch": (Api.ENTITIES, "post"),
}
LISTED = Listed(pages=dict.fromkeys(ROUTES, "API key"), routes=ROUTES)
