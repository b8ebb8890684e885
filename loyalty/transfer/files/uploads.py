"""Django stores an upload before it asks whose it is: this handler, first in the row, asks before."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from loyalty.contributions import contributed
from loyalty.staff.permissions import may
from loyalty.staff.roles.rights import Uploads

# The other fields of the form, and the frame around the file.
MARGIN = 64 * 1024


class BoundedUpload(FileUploadHandler):
    """Keeps nothing of a file that somebody without a right sends or that is beyond its limit: the form then misses its file."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any) -> None:  # noqa: N803
        self.length = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        user = getattr(self.request, "user", None)
        if user is None or not any(
            self.length <= one.most_bytes + MARGIN and may(user, one.right) for one in contributed(Uploads)
        ):
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler has it."""
