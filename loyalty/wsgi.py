"""What granian serves."""

import gc
import os
from collections.abc import Mapping
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty.settings")
os.environ.setdefault("LOYALTY_PROCESS", "web")


class Request(WSGIRequest):
    def _set_content_type_params(self, meta: Mapping[str, Any]) -> None:
        """Django reads the query in the charset that the header gives the body, and fails with a 500 on one that is no
        text, such as `hex`. Here both are UTF-8, and a header that cannot be read names no type."""
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except ValueError:
            self.content_type, self.content_params = "", {}


class Handler(WSGIHandler):
    request_class = Request


django.setup(set_prefix=False)
application = Handler()
# What is loaded by now stays for good: the collector need not look through it again and again.
gc.collect()
gc.freeze()
