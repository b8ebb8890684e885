"""What points show elsewhere."""

from events.timeline.pages import EventCard
from events.timeline.queries import EventPoints
from events.transactions.queries import OrderPoints

from .api import display, outcomes, read
from .history.lots import postings_of, promised_by, statuses_of
from .ledger.checks import CHECKS

CONTRIBUTIONS = (
    CHECKS,
    EventPoints(statuses_of),
    EventCard("points/ledger.html", postings_of),
    OrderPoints(promised_by),
    outcomes.OUTCOME,
    display.EVENT,
    read.READ_EVENT,
)
