"""The program file's tiers: defaults, what is tidied, each refusal by its place, and the way there and back."""

from collections.abc import Callable
from typing import Any

import pytest

from loyalty.program.document import read_document, written
from loyalty.program.operations import apply_program, compare_program
from loyalty.program.queries import read_program, sections
from loyalty.program.section import Invalid
from loyalty.staff.sender import Sender
from loyalty.tiers.config import TiersConfig
from loyalty.tiers.mechanism import config_of
from loyalty.tiers.models import Level, Structure
from loyalty.tiers.queries import tiers_config
from tests.tiers.ladders import START, done, level, set_up, structure

pytestmark = pytest.mark.django_db
BY = Sender(None, START)
# One with everything that a structure can say.
FULL: dict[str, Any] = {
    "id": "Spring_2026-a",
    "name": "Spring",
    "status": "active",
    "account": "main",
    "type": "point_based",
    "actions": ["checkout", "review_submit"],
    "currency": None,
    "expiration_type": "calendar",
    "rolling_months": None,
    "calendar_expirations": ["01-01", "07-01"],
    "initialise_at_opt_in": False,
    "downgrade": True,
    "method": "one_down",
    "validity": {"until": "next_period"},
    "points_grace_days": 5,
    "level_grace_days": 30, "notice_days": 14,
    "tiers": [
        {
            "id": "silver", "name": {"en": "Silver", "hu": "Ezüst"}, "threshold": 100, "multiplier": "1.25", "kept": True,
            "tags": ["vip"], "values": {"colour": "grey"},
        },
        {"id": "gold", "name": {"en": "Gold"}, "threshold": 500, "multiplier": None, "kept": False, "tags": [], "values": {}},
    ],
}  # fmt: skip


def apply(*items: dict[str, Any]) -> list[str]:
    return [str(change) for change in apply_program({"tiers": list(items)}, by=BY).result().changes]


def exported() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_document(written(read_program()[1], sections()).encode())["tiers"]
    return found


def problems(*items: dict[str, Any]) -> list[str]:
    before = exported()
    with pytest.raises(Invalid) as refused:
        apply(*items)
    assert exported() == before
    return [f"{path}: {message}" for path, message in refused.value.problems]


# Defaults, and what is tidied


def test_a_structure_needs_an_id_a_name_an_account_and_a_level_and_has_defaults_for_all_else() -> None:
    apply({"id": "club", "name": "Club", "account": "main", "tiers": [{"id": "member", "name": {"en": "Member"}}]})
    assert exported() == [
        {
            "id": "club", "name": "Club", "status": "active", "account": "main", "type": "point_based", "actions": [],
            "currency": None, "expiration_type": "none", "rolling_months": None, "calendar_expirations": [],
            "initialise_at_opt_in": True, "downgrade": False, "method": "keep_highest", "validity": None,
            "points_grace_days": 0, "level_grace_days": 0, "notice_days": 0,
            "tiers": [
                {"id": "member", "name": {"en": "Member"}, "threshold": 0, "multiplier": None, "kept": False, "tags": [],
                 "values": {}},
            ],
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"rolling_months": 12}, {"rolling_months": None}),
        ({"calendar_expirations": ["01-01"]}, {"calendar_expirations": []}),
        ({"currency": "EUR"}, {"currency": None}),
        ({"type": "spend_based", "currency": "EUR", "actions": ["checkout"]}, {"currency": "EUR", "actions": []}),
        ({"actions": ["review_submit", "checkout"]}, {"actions": ["checkout", "review_submit"]}),
        (
            {"expiration_type": "calendar", "calendar_expirations": ["07-01", "01-01"]},
            {"calendar_expirations": ["01-01", "07-01"]},
        ),
        ({"tiers": [{"id": "a", "name": {"en": "A"}, "multiplier": "1.5000"}]}, {}),
    ],
)
def test_what_the_other_settings_do_not_ask_for_is_not_kept(given: dict[str, Any], kept: dict[str, Any]) -> None:
    wanted = structure(**{"levels": ({"id": "low"},), **given}) if "tiers" not in given else {**structure(), **given}
    apply(wanted)
    [found] = exported()
    assert {name: found[name] for name in kept} == kept
    assert apply(wanted) == []


def test_a_multiplier_is_written_without_empty_places() -> None:
    apply({**structure(), "tiers": [{"id": "a", "name": {"en": "A"}, "multiplier": "1.5000"}]})
    assert exported()[0]["tiers"][0]["multiplier"] == "1.5"


# There and back


def test_an_export_applied_elsewhere_gives_the_same_export() -> None:
    apply(FULL)
    [found] = exported()
    assert found == FULL
    Level.objects.all().delete()
    Structure.objects.all().delete()
    apply(found)
    assert exported() == [FULL]


def test_applying_twice_changes_nothing() -> None:
    apply(FULL, structure())
    assert apply(FULL, structure()) == apply(*exported()) == []


def test_a_difference_names_what_changes_from_what_to_what() -> None:
    apply(FULL)
    changes = compare_program({"tiers": [{**FULL, "downgrade": False, "level_grace_days": 31}]}).changes
    assert [str(change) for change in changes] == [
        "tiers[Spring_2026-a].downgrade: true → false",
        "tiers[Spring_2026-a].level_grace_days: 30 → 31",
    ]


def test_a_structure_that_the_file_leaves_out_stays() -> None:
    apply(FULL, structure())
    assert apply(structure(name="Other")) == ['tiers[standard].name: "Standard" → "Other"']
    assert [item["id"] for item in exported()] == ["Spring_2026-a", "standard"]


def test_a_removed_level_leaves_the_ladder_and_comes_back_as_the_same_one() -> None:
    set_up(structure())
    before = dict(Level.objects.values_list("slug", "id"))
    set_up(structure(levels=[{"id": "t0"}, {"id": "t2", "threshold": 5_000}]))
    assert [one["id"] for one in exported()[0]["tiers"]] == ["t0", "t2"]
    assert dict(Level.objects.values_list("slug", "position")) == {"t0": 0, "t1": None, "t2": 1}
    [rule] = tiers_config().all
    assert {slug for slug, _ in rule.removed.values()} == {"t1"}
    set_up(structure())
    assert dict(Level.objects.values_list("slug", "id")) == before
    assert dict(Level.objects.values_list("slug", "position")) == {"t0": 0, "t1": 1, "t2": 2}


def test_levels_change_their_order_by_their_thresholds() -> None:
    set_up(structure())
    set_up(structure(levels=[{"id": "t0"}, {"id": "t2", "threshold": 10}, {"id": "t1", "threshold": 20}]))
    assert [one["id"] for one in exported()[0]["tiers"]] == ["t0", "t2", "t1"]


# What the engine runs under


@pytest.mark.parametrize("off", ["module", "structure"])
def test_nothing_counts_while_the_module_or_the_structure_is_off(off: str) -> None:
    set_up(structure(status="inactive" if off == "structure" else "active"))
    if off == "module":
        apply_program({"settings": {"modules": ["expiring_points"]}}, by=BY)
    done("opt_in")
    done("point_add", points=1_000)
    assert level() is None
    assert tiers_config().all == ()


def test_a_program_that_was_put_together_without_tiers_has_none() -> None:
    class Bare:
        config: dict[str, Any] = {}

    assert config_of(Bare()) == TiersConfig()  # type: ignore[arg-type]


# Refusals

ROLLING = {"expiration_type": "rolling", "rolling_months": 12}
PERIODS = {"expiration_type": "anniversary"}
LOW = {"id": "low", "name": {"en": "Low"}}
HIGH = {"id": "high", "name": {"en": "High"}, "threshold": 5}


def of(**settings: Any) -> dict[str, Any]:
    return {**structure(), **settings}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "an ID": (of(id="a b"), "tiers[0].id: must be 1 to 64 letters, digits, underscores and hyphens"),
    "a long ID": (of(id="a" * 65), "tiers[0].id: must be 1 to 64 letters, digits, underscores and hyphens"),
    "an account": (of(account="silver"), "tiers[0].account: must be the ID of one of the accounts"),
    "an action": (of(actions=["checkout", "fly"]), "tiers[0].actions[1]: must be an action of event_types"),
    "no currency": (of(type="spend_based"), "tiers[0].currency: must be the currency of the purchases that count"),
    "no months": (of(expiration_type="rolling"), "tiers[0].rolling_months: must say how many months count"),
    "no dates": (
        of(expiration_type="calendar"),
        "tiers[0].calendar_expirations: must name a date on which a period begins",
    ),
    "a date": (
        of(expiration_type="calendar", calendar_expirations=["1-1"]),
        "tiers[0].calendar_expirations[0]: must be a month and a day such as 01-31",
    ),
    "a validity without periods": (
        of(validity={"until": "period"}),
        "tiers[0].validity.until: needs periods: calendar dates or anniversaries",
    ),
    "a next period that rolls": (
        of(**ROLLING, validity={"until": "next_period"}),
        "tiers[0].validity.until: needs periods: calendar dates or anniversaries",
    ),
    "a validity without months": (
        of(validity={"until": "months"}),
        "tiers[0].validity.months: must be there for “months”, and for nothing else",
    ),
    "months of a period": (
        of(**PERIODS, validity={"until": "period", "months": 3}),
        "tiers[0].validity.months: must be there for “months”, and for nothing else",
    ),
    "no level": (of(tiers=[]), "tiers[0].tiers: must be a list of 1 to 50 items"),
    "two levels of one ID": (
        of(tiers=[LOW, {**HIGH, "id": "low"}]),
        "tiers[0].tiers: must have levels of different IDs",
    ),
    "a lowest level that nobody has": (
        of(tiers=[{**LOW, "threshold": 1}, HIGH]),
        "tiers[0].tiers[0].threshold: must be 0, since everybody has this level from the opt-in on",
    ),
    "thresholds that do not rise": (
        of(tiers=[LOW, HIGH, {**HIGH, "id": "top"}]),
        "tiers[0].tiers[2].threshold: must be higher than that of the level below",
    ),
    "a multiplier": (
        of(tiers=[{**LOW, "multiplier": "1,5"}]),
        "tiers[0].tiers[0].multiplier: must be a number with at most 4 decimals",
    ),
    "a language": (
        of(tiers=[{**LOW, "name": {"English": "Low"}}]),
        "tiers[0].tiers[0].name.English: must be named by a language such as en",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_field_is_named_with_its_path_and_nothing_is_written(name: str) -> None:
    given, expected = WRONG[name]
    assert problems(given) == [expected]


ALLOWED: dict[str, Callable[[], dict[str, Any]]] = {
    "no points are asked for by invitation": lambda: of(type="invitation_only", tiers=[{**LOW, "threshold": 7}, HIGH]),
    "a lowest level that points must reach": lambda: of(
        initialise_at_opt_in=False, tiers=[{**LOW, "threshold": 1}, HIGH]
    ),
    "months of validity without periods": lambda: of(validity={"until": "months", "months": 18}),
    "29 February": lambda: of(expiration_type="calendar", calendar_expirations=["02-29"]),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_only_seems_wrong_is_taken(name: str) -> None:
    apply(ALLOWED[name]())
    assert len(exported()) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("account", "gold"), ("type", "invitation_only"), ("actions", ["checkout"])],
)
def test_what_was_counted_was_counted_so(field: str, value: Any) -> None:
    gold = {"id": "gold", "name": "Gold"}
    apply_program({"settings": {"modules": ["multi_accounts", "tiers"]}, "accounts": [gold]}, by=BY)
    apply(structure())
    assert problems(structure(**{field: value})) == [
        f"tiers[0].{field}: cannot be changed: what was counted was counted so. Make another structure"
    ]


def test_the_currency_of_purchases_cannot_be_changed() -> None:
    apply(structure(type="spend_based", currency="EUR"))
    assert problems(structure(type="spend_based", currency="HUF")) == [
        "tiers[0].currency: cannot be changed: what was counted was counted so. Make another structure"
    ]


def test_all_wrong_fields_are_named_at_once() -> None:
    assert problems(of(expiration_type="rolling", account="x", tiers=[LOW, {**HIGH, "threshold": 0}])) == [
        "tiers[0].account: must be the ID of one of the accounts",
        "tiers[0].rolling_months: must say how many months count",
        "tiers[0].tiers[1].threshold: must be higher than that of the level below",
    ]
