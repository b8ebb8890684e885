"""The rooms of the engine, by hand: a capability is its folder and one line here. Named by a setting; nobody imports it."""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import OperationalError
from django.utils import timezone

import customers.contributions
import customers.room
import events.contributions
import events.room
import loyalty.accounts.room
import loyalty.api.contributions
import loyalty.api.room
import loyalty.people.contributions
import loyalty.people.room
import loyalty.points.bonuses.contributions
import loyalty.points.bonuses.room
import loyalty.points.contributions
import loyalty.points.room
import loyalty.program.contributions
import loyalty.program.room
import loyalty.staff.contributions
import loyalty.sync.contributions
import loyalty.sync.room
import loyalty.tiers.contributions
import loyalty.tiers.room
import loyalty.transfer.contributions
import loyalty.transfer.room
import loyalty.ui.contributions
import loyalty.verify.contributions
from loyalty.engine.program import Program
from loyalty.program.operations import advance_program, save_version
from loyalty.program.queries import program_record, read_program
from loyalty.program.rooms import Rules, composed

logger = logging.getLogger(__name__)

# In the order in which they act on an event, and in which their sections stand in the program file; erased in reverse.
RULES = (
    # Staff lie below rooms: they have no part in the engine but that their trail tells of customers.
    Rules(erasure="erase_staff"),
    loyalty.program.room.RULES,
    loyalty.api.room.RULES,
    customers.room.RULES,
    events.room.RULES,
    loyalty.accounts.room.RULES,
    loyalty.points.room.RULES,
    loyalty.points.bonuses.room.RULES,
    loyalty.tiers.room.RULES,
    loyalty.sync.room.RULES,
    loyalty.transfer.room.RULES,
    loyalty.people.room.RULES,
)
# What rooms show elsewhere.
CONTRIBUTIONS: tuple[object, ...] = (
    *loyalty.staff.contributions.CONTRIBUTIONS,
    *loyalty.program.contributions.CONTRIBUTIONS,
    *loyalty.api.contributions.CONTRIBUTIONS,
    *loyalty.ui.contributions.CONTRIBUTIONS,
    *loyalty.people.contributions.CONTRIBUTIONS,
    *loyalty.verify.contributions.CONTRIBUTIONS,
    *customers.contributions.CONTRIBUTIONS,
    *events.contributions.CONTRIBUTIONS,
    *loyalty.points.contributions.CONTRIBUTIONS,
    *loyalty.points.bonuses.contributions.CONTRIBUTIONS,
    *loyalty.tiers.contributions.CONTRIBUTIONS,
    *loyalty.sync.contributions.CONTRIBUTIONS,
    *loyalty.transfer.contributions.CONTRIBUTIONS,
)
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
