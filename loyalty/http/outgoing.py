"""One request to another system, which is answered in time or not at all."""

import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Thread
from urllib.parse import SplitResult, urlsplit

HTTPS, HTTP = 443, 80
Address = IPv4Address | IPv6Address
NAT64 = IPv6Network("64:ff9b::/96")
NOT_IN_TIME = "there is no answer in time"


class NoAnswer(Exception):
    """There came none. The message says why, for logs: without anything that was sent."""


@dataclass(frozen=True)
class Answer:
    """At most one byte more of the body than was asked for."""

    status: int
    body: bytes


def host_of(parts: SplitResult) -> str:
    """As lists of hosts have it: with the port where it is not the usual one. Raises ValueError for a port that is none."""
    usual = {"https": HTTPS, "http": HTTP}.get(parts.scheme)
    host = (parts.hostname or "").lower()
    return host if parts.port in (None, usual) else f"{host}:{parts.port}"


def read_address(url: str) -> tuple[SplitResult, str]:
    """Its parts, and its host as `host_of` has it. Raises ValueError for what is no address of a system."""
    parts = urlsplit(url)
    if not parts.hostname or not (url.isascii() and url.isprintable()) or " " in url:
        raise ValueError("No address of a system")
    return parts, host_of(parts)


def is_of_the_machine(address: Address) -> bool:
    """Where clouds tell machines about themselves, and what is no other system's."""
    return address.is_link_local or address.is_multicast or address.is_unspecified


def led_to(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for: mapped, by 6to4 or by the gateway of NAT64; else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address


def is_public(address: Address) -> bool:
    return address.is_global and not is_of_the_machine(address)


def post(
    url: str, body: bytes, headers: Mapping[str, str], *,
    seconds: float, most_bytes: int, may_ask: Callable[[Address], bool],
) -> Answer:  # fmt: skip
    """`may_ask` is given the address to which the host has led, before anything is said there. Redirects are answers like any
    other: they are not followed. Raises NoAnswer."""
    return _Request(url, body, headers, seconds, most_bytes, may_ask).answer(seconds)


class _Request:
    """In a thread of its own: neither the search for the host nor an answer that drips can hold up for longer."""

    def __init__(
        self, url: str, body: bytes, headers: Mapping[str, str], seconds: float, most_bytes: int,
        may_ask: Callable[[Address], bool],
    ) -> None:  # fmt: skip
        parts = urlsplit(url)
        assert parts.hostname
        self.path, self.body, self.headers = parts.path or "/", body, headers
        if parts.query:
            self.path += f"?{parts.query}"
        self.most_bytes, self.may_ask = most_bytes, may_ask
        self.connection: HTTPConnection = HTTPConnection(parts.hostname, parts.port, timeout=seconds)
        if parts.scheme == "https":
            context = ssl.create_default_context()
            self.connection = HTTPSConnection(parts.hostname, parts.port, timeout=seconds, context=context)
        self.found: Answer | None = None
        self.failure = ""

    def answer(self, seconds: float) -> Answer:
        thread = Thread(target=self._run, daemon=True)
        thread.start()
        thread.join(seconds)
        if thread.is_alive():
            self._hang_up()
            raise NoAnswer(NOT_IN_TIME)
        if self.found is None:
            raise NoAnswer(self.failure)
        return self.found

    def _run(self) -> None:
        try:
            self.connection.connect()
            self._check_peer()
            self.connection.request("POST", self.path, self.body, dict(self.headers))
            response = self.connection.getresponse()
            self.found = Answer(response.status, response.read(self.most_bytes + 1))
        except TimeoutError:
            # The socket waits as long as `answer` does, and may be first.
            self.failure = NOT_IN_TIME
        except (OSError, HTTPException, ValueError, NoAnswer) as error:
            self.failure = str(error) if isinstance(error, NoAnswer) else type(error).__name__
        finally:
            self.connection.close()

    def _check_peer(self) -> None:
        """A name must not lead to what may not be asked, whatever it has led to a moment ago."""
        if not self.may_ask(led_to(ip_address(self.connection.sock.getpeername()[0]))):
            raise NoAnswer("the host has an address that may not be asked")

    def _hang_up(self) -> None:
        """The thread, which may wait for the answer, ends."""
        found: socket.socket | None = self.connection.sock
        if found is not None:
            with suppress(OSError):
                found.shutdown(socket.SHUT_RDWR)
