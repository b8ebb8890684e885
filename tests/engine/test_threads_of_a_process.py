"""Threads of one process share what it read of the programme, and each runs under its own reading."""

import pytest

from loyalty.engine.program import Program
from loyalty.engine.programs import Programs, programs

from .world import configure

pytestmark = pytest.mark.django_db


class Overtaken(Programs):
    """Another thread stores what it has read as soon as this one has stored its own."""

    def __init__(self, others: Program) -> None:
        self.others = others
        super().__init__()

    @property
    def _program(self) -> Program | None:
        return self.others

    @_program.setter
    def _program(self, program: Program | None) -> None:
        pass


def test_a_thread_runs_under_the_programme_that_it_read_itself() -> None:
    read = programs.composition.configure
    assert read is not None
    before = read()
    configure(modules=[])
    now = read()

    ran = Overtaken(before).current(now.version)

    assert ran == now
    assert ran != before
    assert ran.modules < before.modules
