"""The register of actions: each action is told once, and everything that lists actions reads it."""

import ast
import json
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pytest

from events.orders.actions import ACTIONS as ORDERS
from events.orders.actions import CHECKOUT, CHECKOUT_ITEM
from events.types.models import BEHAVIOURAL, EventType
from loyalty.composition import COMPOSITION
from loyalty.engine.actions import EARNING_ACTION, Action, Attribute, names_of, register_of
from loyalty.engine.mechanism import ANY_OTHER_ACTION, EVERY_ACTION, Mechanism, record_only
from tests.engine.world import accepted, event, send

ROOT = Path(__file__).resolve().parents[2]
ACTIONS = COMPOSITION.actions
# Places that list actions all the same, and why.
EXCEPTIONS = {
    "events/orders/replay/steps.py": "the check of orders reads nothing of what it checks",
    "events/types/models.py": "a constraint of the database, which only a migration changes; a test compares",
    "loyalty/demo/moves.py": "how likely the demo's orders end in which way",
}


def lists_of_actions(tree: ast.AST) -> Iterator[tuple[int, list[str]]]:
    """The literals that name three actions or more: sets, tuples, lists, keys of dicts, words of a text that is split."""
    for node in ast.walk(tree):
        match node:
            case ast.Dict(keys=parts) | ast.Set(elts=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
                texts = [part.value for part in parts if isinstance(part, ast.Constant)]
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as text), attr="split")):
                texts = [*text.split()]
            case _:
                continue
        found = sorted({text for text in texts if isinstance(text, str) and text in ACTIONS})
        if len(found) >= 3:
            yield node.lineno, found


def sources() -> Iterator[Path]:
    for app in ("customers", "events", "loyalty", "rewards", "coupons", "segments"):
        yield from (path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)


def test_no_other_place_lists_actions() -> None:
    places = {
        str(path.relative_to(ROOT)): found
        for path in sources()
        if (found := list(lists_of_actions(ast.parse(path.read_text()))))
    }
    assert {path: found for path, found in places.items() if path not in EXCEPTIONS} == {}
    assert EXCEPTIONS.keys() <= places.keys()


@pytest.mark.parametrize(
    "source",
    [
        'A = {"checkout", "refund", "profile"}',
        'A = "checkout refund profile other".split()',
        'A = {"checkout": 1, "refund": 2, **dict.fromkeys(["opt_in", "login", "ban"])}',
        'A = [("checkout", "refund", "opt_in")]',
    ],
)
def test_a_list_of_actions_is_found(source: str) -> None:
    assert list(lists_of_actions(ast.parse(source)))


def test_every_action_of_a_mechanism_is_registered_and_the_other_way_round() -> None:
    ruled = {action for mechanism in COMPOSITION.mechanisms for action in mechanism.actions}
    assert ruled - {ANY_OTHER_ACTION, EVERY_ACTION, EARNING_ACTION} == set(ACTIONS)


@pytest.mark.django_db
def test_every_built_in_event_type_is_registered_with_its_attributes() -> None:
    types = EventType.objects.filter(factory=True).prefetch_related("attributes")
    told = {
        one.action: (one.name, [(attribute.slug, attribute.personal) for attribute in one.attributes.all()])
        for one in types
    }
    assert told == {
        action.name: (str(action.label), [(one.name, one.personal) for one in action.attributes if not one.unlisted])
        for action in ACTIONS.values()
    }


def test_an_attribute_is_called_the_same_in_all_actions() -> None:
    attributes = [one for action in ACTIONS.values() for one in action.attributes]
    by_name = groupby(sorted(attributes, key=lambda one: one.name), key=lambda one: one.name)
    assert {name: labels for name, found in by_name if len(labels := {str(one.label) for one in found}) > 1} == {}


def test_the_database_knows_what_may_come_unsigned() -> None:
    assert [
        action.name for action in sorted(ACTIONS.values(), key=lambda one: one.name) if action.behavioural
    ] == BEHAVIOURAL


def test_two_actions_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="Two actions are called dance"):
        register_of([Action("dance", "Dance"), Action("dance", "Dances")])


def test_what_is_only_recorded_has_one_empty_rule() -> None:
    empty = [one for one in COMPOSITION.mechanisms if _does_nothing(one)]
    assert {one.apply for one in empty} == {record_only}


def _does_nothing(mechanism: Mechanism) -> bool:
    """Whether the function is nothing but its docstring."""
    code = mechanism.apply.__code__
    return not code.co_names and len(code.co_code) <= len(record_only.__code__.co_code)


# The attributes are what the rules read


def required() -> Iterator[tuple[Action, Attribute]]:
    for action in ACTIONS.values():
        if not action.closed:
            yield from ((action, one) for one in action.attributes if one.required)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("action", "left_out"), [pytest.param(*found, id=f"{found[0].name}-{found[1].name}") for found in required()]
)
def test_what_is_required_is_refused_without(action: Action, left_out: Attribute) -> None:
    data = {one.name: one.example for one in action.attributes if (one.required or one.asked) and one is not left_out}
    accepted(event("ann", "opt_in"), event("0519002", "opt_in"))
    if action.name in names_of(ORDERS) - names_of((CHECKOUT, CHECKOUT_ITEM)):
        items = [{"product_id": "MUG-BLUE", "price": 25}]
        accepted(event("ann", "checkout", transaction_id="R-1001", total=25, items=items))
    [outcome] = send(event("ann", action.name, **json.loads(json.dumps(data), parse_float=Decimal)))
    assert outcome.error is not None
    assert f"'{left_out.name}'" in outcome.error.message
