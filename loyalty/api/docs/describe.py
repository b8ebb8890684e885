"""How a view says what it does: the source of the OpenAPI description and of the reference page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

Schema = Mapping[str, Any]
"""A JSON Schema of draft 2020-12. One with a title becomes a component of that name."""


@dataclass(frozen=True)
class Parameter:
    """One of the query string, or of the path where `place` says so."""

    name: str
    description: str | Promise
    schema: Schema = field(default_factory=lambda: {"type": "string"})
    example: Any = None
    required: bool = False
    place: str = "query"


@dataclass(frozen=True)
class Example:
    """A request and its answer, as they are: a test sends the one and compares the other.

    The customers, orders and times in it are those of `tests/api/example_world.py`; IDs that the service gives are written
    as two digits. A parameter of the path that is not named here has the example of its description.
    """

    name: str
    body: Any
    answer: Any
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class Operation:
    """One method of a view. `answer` is the schema of 200; `refusals` maps further statuses to when they come."""

    summary: str
    answer: Schema
    description: str = ""
    # As a function where rooms add to them.
    parameters: Sequence[Parameter] | Callable[[], Sequence[Parameter]] = ()
    # As a function where it is made of what all rooms say.
    body: Schema | Callable[[], Schema] | None = None
    refusals: Mapping[int, str] = field(default_factory=dict)
    # As a function where they tell what all rooms say.
    examples: Sequence[Example] | Callable[[], Sequence[Example]] = ()
    # Of further statuses that are no refusals, the schema of each.
    answers: Mapping[int, Schema] = field(default_factory=dict)
    # Other media types of 200, beside JSON.
    other_answers: Mapping[str, Schema] = field(default_factory=dict)
    # Not of the interface that existing clients know.
    is_own: bool = False

    @property
    def all_parameters(self) -> Sequence[Parameter]:
        return self.parameters() if callable(self.parameters) else self.parameters

    @property
    def body_schema(self) -> Schema | None:
        return self.body() if callable(self.body) else self.body

    @property
    def all_examples(self) -> Sequence[Example]:
        return self.examples() if callable(self.examples) else self.examples
