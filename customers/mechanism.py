"""Who: enrolment, profile and identities."""

from loyalty.engine.batch import Batch
from loyalty.engine.mechanism import EVERY_ACTION, Mechanism
from loyalty.engine.rows import EventRow
from loyalty.engine.state import State
from loyalty.engine.status import Status
from loyalty.refusals import Refused

from .attributes import claims, update_profile
from .erasure import mechanism as leaving
from .life import mechanism as life
from .profiling import ANSWER, answers_before, claims_of_answer, profiling_answer
from .secrets import extract_secrets, secret_parts

# Identities


# Profiling


class CustomerExists(Refused):
    """Clients know it by its words: the published code is the generic one."""

    def __init__(self) -> None:
        super().__init__(0, "Customer already exists", field="customer")


def subscribe(event: EventRow, state: State, batch: Batch) -> None:
    if state.created_by != event.id:
        raise CustomerExists
    update_profile(event, state, batch)


def opt_in(event: EventRow, state: State, batch: Batch) -> None:
    if state.customer.status != Status.INACTIVE:
        raise Refused(112101, "Customer already opted in")
    update_profile(event, state, batch)
    state.customer.status = Status.ACTIVE.value
    state.customer.optin_at = event.occurred_at


OPENING = (Mechanism(frozenset({EVERY_ACTION}), extract_secrets, parts=secret_parts),)
MECHANISMS = (
    Mechanism(frozenset({"subscribe"}), subscribe, enrols=True, claims=claims),
    Mechanism(frozenset({"opt_in"}), opt_in, enrols=True, claims=claims),
    Mechanism(frozenset({"profile"}), update_profile, claims=claims),
    Mechanism(frozenset({ANSWER}), profiling_answer, claims=claims_of_answer, later=answers_before),
    *life.MECHANISMS,
    Mechanism(frozenset({"opt_out"}), leaving.opt_out, parts=leaving.traces, takes_turns=True),
    Mechanism(frozenset({"ban"}), leaving.ban, parts=leaving.traces, takes_turns=True),
)
