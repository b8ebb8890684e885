"""The programme that this process runs under."""

from functools import partial
from importlib import import_module

from django.conf import settings
from django.db import transaction

from .mechanism import Composition
from .program import Program


class Programs:
    """The composition, and the program of this process: read again when its version in the database has moved."""

    def __init__(self) -> None:
        self._program: Program | None = None
        self._composition: Composition | None = None
        # The version whose record is known to be committed.
        self._kept: int | None = None

    @property
    def composition(self) -> Composition:
        if self._composition is None:
            self._composition = import_module(settings.LOYALTY_PROGRAM).COMPOSITION
        assert self._composition is not None
        return self._composition

    def current(self, version: int) -> Program:
        """The programme of that version or of a newer one, kept by the time that this transaction commits."""
        program, composition = self._program, self.composition
        assert composition.configure is not None
        assert composition.keep is not None
        if program and program.version == version and (self._kept == version or composition.keep(program)):
            return program
        self._kept = None
        # What another thread of this process reads meanwhile is its own: a newer or an older programme.
        self._program = program = composition.configure()
        return program

    def used(self, program: Program) -> None:
        """What is recorded under it is written; with the commit so is its own record."""
        if self._kept != program.version:
            transaction.on_commit(partial(self._committed, program.version))

    def _committed(self, version: int) -> None:
        self._kept = version

    def rolled_back(self) -> None:
        program = self._program
        if program and program.version != self._kept:
            self._program = None


programs = Programs()
