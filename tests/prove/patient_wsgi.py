"""The application with the patience of a command, and all of its threads for whoever comes: as it was once."""

import os

os.environ["LOYALTY_PROCESS"] = "command"

from loyalty.wsgi import application

__all__ = ["application"]
