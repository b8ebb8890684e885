"""How long a list may take of the database: less than any other statement (`loyalty.database.patience`)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from loyalty.api.problems import bad_request

from .paging import INVALID_PARAMETER

SECONDS = 3


@contextmanager
def bounded(*, what: str, cure: str) -> Iterator[None]:
    """A list that no index serves may not hold the database: stopped after SECONDS and refused, saying the cure."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(SECONDS * 1000)])
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            message = f"{what} takes more than {SECONDS} seconds: {cure}"
            raise bad_request(message, INVALID_PARAMETER) from None
        raise
