"""Asks another system for a code of a pool: one request, which is answered within two seconds or not at all."""

import json
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.conf import settings

from coupons.models import Pool
from coupons.pools.addresses import fault_of_address

# For looking the host up, connecting, and all of the answer.
SECONDS = 2.0
MOST_BYTES = 4_096


class NoCode(Exception):
    """There came none. The message says why, for logs: without the code, the token and the customer."""


class Answer(msgspec.Struct):
    code: str


def fetch_code(pool: Pool, asked: Mapping[str, Any], seconds: float = SECONDS) -> str:
    """Of the pool's address, by POST. Raises NoCode for a time-out, another status than 200, and whatever is no code."""
    if seconds <= 0:
        raise NoCode("the codes before it have taken all the time")
    if fault := fault_of_address(pool.remote_url):
        raise NoCode(f"the address {fault}")
    body = _Request(pool.remote_url, json.dumps(asked).encode(), _headers(pool.slug)).answer(seconds)
    if len(body) > MOST_BYTES:
        raise NoCode("the answer is too long")
    try:
        return msgspec.json.decode(body, type=Answer).code
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise NoCode('the answer is not of the form {"code": "…"}') from None


def _headers(slug: str) -> Mapping[str, str]:
    token = settings.CODE_TOKENS.get(slug) or settings.CODE_TOKENS.get("")
    known = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "loyalty"}
    return {**known, **({"Authorization": f"Bearer {token}"} if token else {})}


class _Request:
    """In a thread of its own: neither the search for the host nor an answer that drips can hold up the claim for longer."""

    def __init__(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        parts = urlsplit(url)
        assert parts.hostname
        self.path, self.body, self.headers = parts.path or "/", body, headers
        self.connection: HTTPConnection = HTTPConnection(parts.hostname, parts.port, timeout=SECONDS)
        if parts.scheme == "https":
            context = ssl.create_default_context()
            self.connection = HTTPSConnection(parts.hostname, parts.port, timeout=SECONDS, context=context)
        self.found, self.failure = b"", ""

    def answer(self, seconds: float) -> bytes:
        """Raises NoCode."""
        thread = Thread(target=self._run, daemon=True)
        thread.start()
        thread.join(seconds)
        if thread.is_alive():
            self._hang_up()
            raise NoCode("there is no answer in time")
        if self.failure:
            raise NoCode(self.failure)
        return self.found

    def _run(self) -> None:
        try:
            self.connection.connect()
            self._refuse_neighbours()
            self.connection.request("POST", self.path, self.body, dict(self.headers))
            # Redirects are answers like any other: they are not followed.
            response = self.connection.getresponse()
            if response.status == 200:
                self.found = response.read(MOST_BYTES + 1)
            else:
                self.failure = f"the answer has the status {response.status}"
        except (OSError, HTTPException, ValueError, NoCode) as error:
            self.failure = str(error) if isinstance(error, NoCode) else type(error).__name__
        finally:
            self.connection.close()

    def _refuse_neighbours(self) -> None:
        """Before anything is said: a listed name must not lead to what clouds tell their machines of themselves."""
        address = ip_address(self.connection.sock.getpeername()[0])
        if address.is_link_local or address.is_multicast or address.is_unspecified:
            raise NoCode("the host has an address of the machine's own network")

    def _hang_up(self) -> None:
        """The thread, which may wait for the answer, ends."""
        found: socket.socket | None = self.connection.sock
        if found is not None:
            with suppress(OSError):
                found.shutdown(socket.SHUT_RDWR)
