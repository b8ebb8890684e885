"""What is told to others of each event."""

from customers.erasure.mechanism import nothing_to_erase
from loyalty.program.rooms import Rules

from .mechanism import OUTBOX, OUTBOX_AS_SET, SUBSCRIBERS, put_in_outbox

RULES = Rules(
    tables=(OUTBOX,),
    parts=(SUBSCRIBERS,),
    on_recorded=(put_in_outbox,),
    on_recorded_as_set=(OUTBOX_AS_SET,),
    erasure="erase_sync",
    # The queue holds ids; bodies for others are made as they are sent.
    fan_out={"outgoing_syncs": nothing_to_erase},
)
