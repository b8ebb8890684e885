"""Log lines without personal data: what a request or an exception says may name a customer."""

import logging
import traceback
from types import TracebackType

from .request_ids import request_id

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Frames(logging.Formatter):
    """The kind of an exception and where it happened, not its words: a database's can hold the whole row."""

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802  Python's own name
        kind, _, frames = ei
        return f"{kind.__name__ if kind else ''}\n{''.join(traceback.format_tb(frames))}".rstrip()


class RequestLine(Frames):
    """A failed request by its status, view and request ID: the path can be a customer's ID."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  Python's own name
        status = getattr(record, "status_code", "-")
        match = getattr(getattr(record, "request", None), "resolver_match", None)
        record.message = f"{status} {match.view_name if match else 'no view'}, request {request_id()}"
        return super().formatMessage(record)
