"""Django stores an upload before it asks whose it is: this handler, first in the row, asks before."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from loyalty.intake.rights import RUN_IMPORTS
from loyalty.staff.permissions import may

from .store import MAX_SIZE

# The other fields of the form, and the frame around the file.
MARGIN = 64 * 1024


class BoundedUpload(FileUploadHandler):
    """Keeps nothing of a file that somebody without the right sends or that is beyond the limit: the form then misses its file."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any) -> None:  # noqa: N803
        self.is_too_large = content_length > MAX_SIZE + MARGIN

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        user = getattr(self.request, "user", None)
        if self.is_too_large or user is None or not may(user, RUN_IMPORTS):
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler has it."""
