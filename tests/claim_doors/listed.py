"""The addresses and pages of claims in the tests that list all of something."""

from loyalty.api.keys.enums import Api
from tests.engine.world import rows
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
# Of the claim that the dialog to revoke it is about.
CLAIM = 900_101


def _live(ann: int, old: int) -> None:
    rows(
        "WITH made AS (INSERT INTO rewards_reward (slug, type) VALUES ('claimed', 'physical') RETURNING id)"
        " INSERT INTO claims_claim (event_id, customer_id, reward_id, claimed_at) SELECT %s, %s, id, now() FROM made",
        [CLAIM, ann],
    )


LISTED = Listed(
    pages=dict.fromkeys(ROUTES, "API key"), routes=ROUTES, live=_live, samples={"event_id:customers": [CLAIM]}
)
