"""How many statements a batch takes does not depend on how many events it has."""

from collections.abc import Sequence

import pytest

from loyalty.engine.events import Incoming
from loyalty.engine.storage.store import Copy, Session
from loyalty.engine.storage.wire import Answer, Statement

from .world import accepted, event, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The first words of every statement, COPY included."""
    statements: list[str] = []
    run, copy = Session.run, Session._copy

    def counted(self: Session, *steps: Statement) -> list[Answer]:
        statements.extend(step.sql for step in steps)
        return run(self, *steps)

    def copied(self: Session, step: Copy) -> None:
        statements.append(f"INSERT INTO {step.table.name}")
        copy(self, step)

    monkeypatch.setattr(Session, "run", counted)
    monkeypatch.setattr(Session, "_copy", copied)
    return statements


def batch(kinds: Sequence[str], size: int, prefix: str) -> list[Incoming]:
    data = {"opt_in": {}, "point_add": {"points": 5}, "point_spend": {"points": 1}}
    made: list[Incoming] = []
    for index in range(size):
        order = {"transaction_id": f"{prefix}{index}", "total": 3, "items": [{"price": 3}]}
        made += [Incoming(f"{prefix}{index}", kind, dict(data.get(kind, order))) for kind in kinds]
    return made


@pytest.mark.parametrize("kinds", [["opt_in"], ["opt_in", "point_add"], ["opt_in", "checkout", "point_spend"]])
def test_new_customers_take_the_same_statements_for_one_three_and_three_hundred(
    sent: list[str], kinds: list[str]
) -> None:
    accepted(event("first", "opt_in"))
    lengths = []
    for size in (1, 3, 300):
        sent.clear()
        accepted(*batch(kinds, size, f"s{size}-"))
        lengths.append(len(sent))
    assert len(set(lengths)) == 1, lengths
    assert lengths[0] <= 21


@pytest.mark.parametrize("kinds", [["point_add"], ["checkout"], ["point_add", "point_spend", "profile", "checkout"]])
def test_known_customers_take_the_same_statements_for_one_three_and_three_hundred(
    sent: list[str], kinds: list[str]
) -> None:
    lengths = []
    for size in (1, 3, 300):
        accepted(*batch(["opt_in"], size, f"k{size}-"))
        sent.clear()
        accepted(*batch(kinds, size, f"k{size}-"))
        lengths.append(len(sent))
    assert len(set(lengths)) == 1, lengths
    assert lengths[0] <= 20


def statements_of_a_checkout(sent: list[str], size: int, prefix: str) -> int:
    accepted(*batch(["opt_in"], size, prefix))
    sent.clear()
    accepted(*batch(["checkout"], size, prefix))
    return len(sent)


def test_referrals_cost_one_conversation_more_and_the_same_for_one_three_and_a_hundred(sent: list[str]) -> None:
    accepted(event("ann", "opt_in"))
    lengths = []
    for size in (1, 3, 100):
        accepted(*batch(["opt_in"], size, f"r{size}-"))
        sent.clear()
        accepted(*(event("ann", "referral", referred=f"r{size}-{index}") for index in range(size)))
        lengths.append(len(sent))
    assert len(set(lengths)) == 1, lengths
    assert sum("events_businesskey" in statement for statement in sent) == 1  # Claimed once, for all of them.


BONUS = "INSERT INTO points_bonus (account_id, name, kind, points{}) SELECT id, 'B', 'fixed', 5{} FROM points_account"


def test_bonuses_cost_no_statement_unless_they_have_limits(sent: list[str]) -> None:
    plain = statements_of_a_checkout(sent, 1, "a")
    rows(BONUS.format("", ""))
    assert statements_of_a_checkout(sent, 1, "b") == plain

    rows(BONUS.format(", customer_limit", ", 1000000"))
    assert statements_of_a_checkout(sent, 1, "c") == plain + 2  # Read and write what each customer has had of it.
    rows(BONUS.format(", total_limit", ", 1000000"))
    assert [statements_of_a_checkout(sent, size, f"s{size}-") for size in (1, 3, 300)] == [plain + 4] * 3
