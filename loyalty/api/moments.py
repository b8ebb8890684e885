"""Times as integrators write them in a query."""

import re
from datetime import date, datetime, tzinfo

from django.utils.dateparse import parse_date, parse_datetime


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
