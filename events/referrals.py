"""Who brought whom: both are paid, once for each who was brought. Pure."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from loyalty.engine import values
from loyalty.engine.actions import EFFECTIVE, Action, Attribute, Kind, follows
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming, Ref
from loyalty.engine.mechanism import Mechanism, record_only
from loyalty.engine.rows import FREE_KEYS, EventRow
from loyalty.engine.state import Part, State
from loyalty.engine.status import DEPARTED
from loyalty.identifiers import fault_of_id, folded
from loyalty.refusals import UNKNOWN_ATTRIBUTE, MissingField, Refused, WrongField

from .enums import UNEARNED_CURRENCY

# Of the customer who brought somebody, and of the one who was brought.
REFERRAL, POINTS = "referral", "referral_points"
REFERRED, REFERRER = "referred", "referrer"
MAX_NAME = 128
ACTIONS = (
    Action(
        REFERRAL,
        _("Referral"),
        (
            Attribute(
                REFERRED,
                Kind.ID,
                label=_("Referred customer"),
                hint=_("The ID of the customer who was referred."),
                description="The ID of the customer who was referred, or `field:value` of an external ID.",
                most=MAX_NAME,
                required=True,
                personal=True,
                example="0519002",
            ),
            EFFECTIVE,
        ),
        "user-round-plus",
        "The customer has referred another one; both earn, once for each who was referred.",
        earns=True,
    ),
    Action(
        POINTS,
        _("Referral points"),
        (Attribute(REFERRER, personal=True),),
        "users-round",
        earns=True,
        closed=follows("a referral"),
    ),
)
# In place of what was sent: the other's internal key, by which nobody is found once the other was erased. Pages and
# APIs show the ID (`events.queries.readable`).
KEYS = {REFERRED: "referred_key", REFERRER: "referrer_key"}
_OURS = frozenset({*KEYS.values(), UNEARNED_CURRENCY})


def refuse_internal_keys(event: EventRow, state: State, batch: Batch) -> None:
    """Nobody sends an internal key: whoever did could read whose it is; nor what only the service can say."""
    if not event.depth and (sent := _OURS & event.data.keys()):
        predicate = "is a name that only the service itself writes: leave it out, or call it otherwise"
        raise WrongField(min(sent), predicate, UNKNOWN_ATTRIBUTE)


def _named_in(attribute: str) -> Callable[[Incoming], Iterable[Ref]]:
    def refs(incoming: Incoming) -> Iterable[Ref]:
        """A malformed name names nobody: the event is refused for it."""
        try:
            name = values.name(incoming.data, attribute, limit=MAX_NAME)
        except Refused:
            return ()
        return _meanings(name) if name else ()

    return refs


def _meanings(name: str) -> Iterable[Ref]:
    """`field:value` by an external ID, if there is such a field; else a public ID."""
    field, colon, value = name.partition(":")
    return [(field, value), ("id", name)] if colon and field and value else [("id", name)]


# The IDs of profiles that were merged into a customer: whoever of them was brought, the customer was.
MERGED_IDS = Part(
    "merged_ids",
    "SELECT m.survivor_id, c.public_id FROM customers_merge m JOIN customers_customer c ON c.id = m.source_id"
    " WHERE m.survivor_id IN ({customers})",
    lambda state, row: state.part("merged_ids").update({row[1]: row[1]}),
)


def _keys(referred: State) -> list[str]:
    """Used by the referral of this very person: the own ID's first."""
    return [f"{REFERRAL}:{name}" for name in (referred.customer.public_id, *sorted(referred.part("merged_ids")))]


def _keys_of_second(state: State | None, second: State | None) -> Iterable[str]:
    return _keys(second) if state and second and state is not second else ()


def _keys_of_own(state: State | None, second: State | None) -> Iterable[str]:
    return _keys(state) if state and second and state is not second else ()


def _take(referred: State, batch: Batch) -> bool:
    """The person is brought by this event; False: was brought before."""
    free, keys = batch.shared.part(FREE_KEYS), _keys(referred)
    if any(key not in free for key in keys):
        return False
    batch.pop(free, keys[0])
    return True


def _known(other: State | None) -> bool:
    return other is not None and other.customer.status not in DEPARTED


def referral(event: EventRow, state: State, batch: Batch) -> None:
    """Sent for who brought somebody; the one who was brought gets an event of their own."""
    if event.depth:
        return
    referred = batch.target
    name = values.name(event.data, REFERRED, limit=MAX_NAME)
    if name is None:
        raise MissingField(REFERRED)
    if folded(name) in batch.program.refused_names:
        raise WrongField(REFERRED, fault_of_id(name, batch.program.refused_names))
    # Whoever comes to be by this event is nobody's second customer yet.
    if referred is state or (referred is None and name == state.customer.public_id):
        raise WrongField(REFERRED, "names the customer itself, or a profile merged into it: name somebody else")
    if referred is None or not _known(referred):
        raise Refused(160212, f"Customer not found: '{REFERRED}' names nobody", field=REFERRED)
    if not _take(referred, batch):
        raise Refused(
            10001,
            f"This action cannot be repeated: '{REFERRED}' names somebody who was referred before",
            field=REFERRED,
        )
    event.data = _with_key(event.data, REFERRED, referred)
    told = event.follow_up(POINTS, {KEYS[REFERRER]: state.customer.id}, batch.new_id("events_event_id"))
    batch.emit(_of_other(told, referred))


def _with_key(data: Mapping[str, Any], attribute: str, other: State) -> dict[str, Any]:
    kept = {name: value for name, value in data.items() if name != attribute}
    return {**kept, KEYS[attribute]: other.customer.id}


def _of_other(told: EventRow, other: State) -> EventRow:
    """In the other's stream it has no cause, and nothing of how the first one's event came in."""
    told.customer_id, told.parent_id, told.via_id, told.transaction_id = other.customer.id, None, None, None
    told.ip_address, told.user_agent = None, ""
    return told


def credit_referrer(event: EventRow, state: State, batch: Batch) -> None:
    """An opt-in that names who brought the customer. Whoever names nobody, or was brought before, opts in all the same."""
    referrer = batch.target
    if referrer is None or not _known(referrer) or referrer is state or not _take(state, batch):
        return
    told = event.follow_up(REFERRAL, {KEYS[REFERRED]: state.customer.id}, batch.new_id("events_event_id"))
    own = event.follow_up(POINTS, {KEYS[REFERRER]: referrer.customer.id}, batch.new_id("events_event_id"))
    batch.emit(_of_other(told, referrer))
    batch.emit(own)


def _parts(incoming: Incoming) -> Iterable[Part]:
    return (MERGED_IDS,)


def _parts_of_opt_in(incoming: Incoming) -> Iterable[Part]:
    return (MERGED_IDS,) if incoming.data.get(REFERRER) not in (None, "") else ()


def _two(incoming: Incoming) -> int:
    return 2


def _up_to_three(incoming: Incoming) -> int:
    return 3 if incoming.data.get(REFERRER) not in (None, "") else 1


MECHANISMS = (
    Mechanism(
        frozenset({REFERRAL}),
        referral,
        second=_named_in(REFERRED),
        named_keys=_keys_of_second,
        parts=_parts,
        fan_out=_two,
    ),
    Mechanism(
        frozenset({"opt_in"}),
        credit_referrer,
        second=_named_in(REFERRER),
        named_keys=_keys_of_own,
        parts=_parts_of_opt_in,
        fan_out=_up_to_three,
    ),
    Mechanism(frozenset({POINTS}), record_only),
)
