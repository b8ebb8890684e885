"""Times as integrators write them in a query."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo

from django.utils.dateparse import parse_date, parse_datetime

# As exactly as the interfaces show times.
SECOND, MILLISECOND = timedelta(seconds=1), timedelta(milliseconds=1)
_EPOCH, _END = datetime(1970, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def read_moment(text: str, zone: tzinfo) -> date | datetime | None:
    """A day, or an ISO time, which is of the zone unless it names one; None for anything else."""
    try:
        if day := parse_date(text):
            return day
        # The plus of an offset that was not escaped arrives as a blank.
        found = parse_datetime(re.sub(r"(?<=T)(.*) ", r"\1+", text))
    except ValueError:
        return None
    return found.replace(tzinfo=zone) if found and found.tzinfo is None else found


def look_ups(
    operator: str, at: datetime, *, shown: timedelta, length: timedelta | None = None
) -> Mapping[str, datetime]:
    """A comparison with an instant as the look-ups of a column, `gte` and `lt`: equal is what looks equal on the wire.

    `shown` is how exactly the interface shows the column, `length` of what is taken as one instant if that is longer, as a
    day. `operator` is eq or exact, lt, lte, gt or gte. Raises OverflowError for an instant that UTC's calendar lacks.
    """
    start = at.astimezone(UTC)
    start -= (start - _EPOCH) % shown
    after = min(start, _END - (length or shown)) + (length or shown)
    bounds = {
        "lt": {"lt": start},
        "lte": {"lt": after},
        "gt": {"gte": after},
        "gte": {"gte": start},
    }
    return bounds.get(operator, {"gte": start, "lt": after})
