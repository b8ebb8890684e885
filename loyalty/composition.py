"""The rooms of the engine, by hand: a capability is its folder and one line here. Named by a setting; nobody imports it."""

import logging
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.db import OperationalError
from django.utils import timezone

from loyalty.engine.program import Program
from loyalty.program.operations import advance_program, save_version
from loyalty.program.queries import program_record, read_program
from loyalty.program.rooms import Rules, composed

logger = logging.getLogger(__name__)

# In the order in which they act on an event, and in which their sections stand in the program file; erased in reverse.
ROOMS = (
    "loyalty.staff",
    "loyalty.program",
    "loyalty.api",
    "loyalty.ui",
    "loyalty.verify",
    "loyalty.catalogue",
    "customers",
    "events",
    "loyalty.accounts",
    "loyalty.points",
    "loyalty.points.bonuses",
    "loyalty.tiers",
    "loyalty.bulk",
    "loyalty.grouping",
    "segments.lists",
    "segments.labels",
    "segments",
    "coupons",
    "rewards.catalogue",
    "rewards.claims",
    "loyalty.sync",
    "loyalty.transfer",
    "loyalty.trail",
    "loyalty.people",
    "loyalty.approvals",
)


def _said(file: str, name: str) -> Iterator[Any]:
    """What the rooms that have such a file say in it."""
    return (getattr(import_module(f"{room}.{file}"), name) for room in ROOMS if find_spec(f"{room}.{file}"))


# What rooms do in the engine. Staff lie below rooms: they have no part in it but that their trail tells of customers.
RULES: tuple[Rules, ...] = (Rules(erasure="erase_staff"), *_said("room", "RULES"))
# What rooms show elsewhere.
CONTRIBUTIONS: tuple[object, ...] = tuple(one for room in _said("contributions", "CONTRIBUTIONS") for one in room)
SECTIONS = tuple(section for room in RULES for section in room.sections)


def build(version: int, document: Mapping[str, Any], facts: Mapping[str, Any]) -> Program:
    """The engine's programme of a version: what its file says, and the facts that no file holds."""
    config = {app: read for room in RULES for app, read in room.config(document, facts).items()}
    filled = {name: value for room in RULES for name, value in room.program(document, facts).items()}
    return Program(version=version, config=config, document=document, facts=facts, **filled)


def configure() -> Program:
    """The programme as it is, kept under its version."""
    for _ in range(3):
        program = build(*read_program())
        if keep(program):
            return program
        logger.warning("Version %s was kept by another release or in another time zone: a new version", program.version)
        advance_program()
    raise OperationalError("The programme kept changing while it was read: try again")


def keep(program: Program) -> bool:
    return save_version(program.version, program.document, program.facts, at=timezone.now())


def program_of(version: int) -> Program:
    """The very programme that events of this version ran under. Raises LookupError for a version that is not kept."""
    kept = program_record(version)
    if kept is None:
        raise LookupError(f"No programme is kept under version {version}")
    return build(version, kept.document, kept.facts)


COMPOSITION = composed(RULES, configure=configure, keep=keep)
