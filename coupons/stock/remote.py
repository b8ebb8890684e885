"""Asks another system for a code of a pool: one request, which is answered within two seconds or not at all."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from django.conf import settings

from coupons.models import Pool
from coupons.pools.addresses import fault_of_address
from loyalty.http.outgoing import NoAnswer, is_of_the_machine, post

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
    body = _answer(pool, json.dumps(asked).encode(), seconds)
    if len(body) > MOST_BYTES:
        raise NoCode("the answer is too long")
    try:
        return msgspec.json.decode(body, type=Answer).code
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise NoCode('the answer is not of the form {"code": "…"}') from None


def _answer(pool: Pool, body: bytes, seconds: float) -> bytes:
    try:
        found = post(
            pool.remote_url,
            body,
            _headers(pool.slug),
            seconds=seconds,
            most_bytes=MOST_BYTES,
            may_ask=lambda address: not is_of_the_machine(address),
        )
    except NoAnswer as error:
        raise NoCode(str(error)) from None
    if found.status != 200:
        raise NoCode(f"the answer has the status {found.status}")
    return found.body


def _headers(slug: str) -> Mapping[str, str]:
    token = settings.CODE_TOKENS.get(slug) or settings.CODE_TOKENS.get("")
    known = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "loyalty"}
    return {**known, **({"Authorization": f"Bearer {token}"} if token else {})}
