"""Where a deed came from is known wherever a page or the API asks for it."""

import ast

from tests.house.sources import modules, tree_of

# Whoever operates the server, and what makes senders of requests.
WITHOUT_REQUEST = (
    "loyalty.management.", "loyalty.benchmark.", "loyalty.demo.", "loyalty.staff.sender", "loyalty.staff.audit.signins",
)  # fmt: skip
NAMED = {
    # An integrator, whose key allows it; where it came from is given.
    "coupons.api.pools",
    # An import in this very process: the command's.
    "loyalty.transfer.operations",
    # Whoever asked for a change that another one approves, from where they asked.
    "loyalty.approvals.operations",
    # Whoever accepts an invitation: the account is made by the same request, whose origin is given.
    "loyalty.staff.invitations.operations",
    # Whoever operates the server: nobody else brings back what is archived.
    "rewards.catalogue.management.commands.restore_reward",
}


def test_no_page_makes_a_sender_by_hand_who_came_from_nowhere() -> None:
    made = {name for name in modules() if not name.startswith(("tests.", *WITHOUT_REQUEST)) and _makes(name)}
    assert made == NAMED


def _makes(name: str) -> bool:
    calls = (node for node in ast.walk(tree_of(modules()[name])) if isinstance(node, ast.Call))
    return any(isinstance(one.func, ast.Name) and one.func.id == "Sender" for one in calls)
