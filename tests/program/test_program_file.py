"""The program file: what is written can be applied, wrong fields are named, and applying is all or nothing."""

import copy
import datetime as dt
import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import OperationalError, transaction
from jsonschema import Draft202012Validator
from pytest_django import Settings

from events.types.models import EventType
from loyalty.accounts.models import Account, EarningRule
from loyalty.points.bonuses.models import Bonus
from loyalty.program.document import MAX_BYTES, Change, read_document, schema_of, written
from loyalty.program.enums import Origin
from loyalty.program.models import GeneralSettings, ProgramRecord
from loyalty.program.modules import module_names
from loyalty.program.operations import Outdated, apply_program, compare_program
from loyalty.program.queries import program_version, read_program, sections
from loyalty.program.section import Invalid
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from tests.api_keys import development_key, give_secret

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "program.schema.json"

GOLD: dict[str, Any] = {
    "id": "gold",
    "name": "Gold",
    "currency_label": "nuggets",
    "type": "standard",
    "negative_points": True,
    "expiry": {"rule": "rolling", "after": 12, "unit": "months"},
    "burn_rates": {"EUR": {"points": 100, "amount": 50}},
    "earning": {"basis": "item", "rounding": "up", "percentage": "12.5", "percentages": {"HUF": "0.25"}},
}
VISIT: dict[str, Any] = {
    "action": "visit",
    "name": "Visit",
    "labels": {"hu": "Látogatás"},
    "attributes": ["shop"],
    "default_points": 7,
    "pending_days": 3,
}
SPRING: dict[str, Any] = {
    "id": "spring",
    "account": "gold",
    "name": "Spring",
    "multiplier": "2.5",
    "first_day": "2026-03-01",
    "last_day": "2026-05-31",
    "categories": ["Shoes"],
    "currency": "EUR",
    "minimum": "20",
    "total_limit": 100_000,
}
CLUB: dict[str, Any] = {
    "id": "club",
    "name": "Club",
    "account": "main",
    "tiers": [{"id": "member", "name": {"en": "Member"}}],
}
FILE: dict[str, Any] = {
    "settings": {"brand_name": "Kék", "modules": ["multi_accounts", "checkout_accept"], "accept_after_days": 14},
    "event_types": [VISIT],
    "accounts": [{"id": "main", "earning": {"percentage": "50"}}, GOLD],
    "bonuses": [SPRING],
}


def exported() -> dict[str, Any]:
    return read_document(written(read_program()[1], sections()).encode())


def apply(given: dict[str, Any], **options: Any) -> list[str]:
    return [str(change) for change in apply_program(given, by=Sender(None, AT), **options).result().changes]


def problems(given: Any) -> list[str]:
    before = (program_version(), exported())
    with pytest.raises(Invalid) as refused:
        apply(given)
    assert (program_version(), exported()) == before
    return [f"{path}: {message}" for path, message in refused.value.problems]


def test_what_is_applied_is_what_the_engine_is_configured_by() -> None:
    apply(FILE)

    settings, gold, main = (
        GeneralSettings.objects.get(),
        Account.objects.get(slug="gold"),
        Account.objects.get(slug="main"),
    )
    assert (settings.brand_name, settings.modules, settings.accept_after_days) == (
        "Kék", ["checkout_accept", "multi_accounts"], 14,
    )  # fmt: skip
    assert (gold.expiry, gold.expiry_after, gold.expiry_unit, gold.negative_points) == ("rolling", 12, "months", True)
    assert [str(rate) for rate in gold.burn_rates.all()] == ["100 = 50 EUR"]
    assert [str(rate) for rate in gold.earning.rates.all()] == ["HUF: 0.25 %"]
    assert (str(gold.earning), str(main.earning)) == ("Gold: 12.5 %", "Main account: 50 %")
    spring = Bonus.objects.get(slug="spring")
    assert (spring.account, str(spring.multiplier), str(spring.last_day), spring.total_limit) == (
        gold, "2.5000", "2026-05-31", 100_000,
    )  # fmt: skip
    visit = EventType.objects.get(action="visit")
    assert (visit.labels, [one.slug for one in visit.attributes.all()], visit.default_points, visit.pending_days, visit.factory) == (
        {"hu": "Látogatás"}, ["shop"], 7, 3, False,
    )  # fmt: skip


def test_an_export_applied_elsewhere_gives_the_same_export() -> None:
    with transaction.atomic():
        apply(FILE)
        first = written(read_program()[1], sections())
        transaction.set_rollback(True)
    assert "Kék" not in written(read_program()[1], sections())

    apply(read_document(first.encode()))

    assert written(read_program()[1], sections()) == first


def test_applying_twice_changes_nothing_and_makes_no_version() -> None:
    apply(FILE)
    before = (program_version(), ProgramRecord.objects.count())

    assert apply(FILE) == []
    assert apply(exported()) == []
    assert (program_version(), ProgramRecord.objects.count()) == before


def test_one_file_is_one_version_with_who_applied_it_and_how() -> None:
    before = program_version()
    user = User.objects.create_superuser("root", password="x")

    done = apply_program(FILE, by=Sender(user, AT), origin=Origin.ADMIN).result()

    assert program_version() == done.version > before
    old, new = ProgramRecord.objects.order_by("version")
    assert (old.version, old.origin, old.staff) == (before, Origin.FOUND, None)
    assert (new.version, new.origin, new.staff, new.recorded_at) == (done.version, Origin.ADMIN, user, AT)
    assert new.document == read_program()[1]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.READ_ONLY])
def test_only_an_administrator_applies(role: Role) -> None:
    user, before = User.objects.create_user("someone", password="x", role=role), ProgramRecord.objects.count()

    with pytest.raises(PermissionDenied):
        apply_program(FILE, by=Sender(user, AT))
    assert ProgramRecord.objects.count() == before


def test_what_a_file_leaves_out_stays() -> None:
    apply(FILE)
    before = exported()

    assert apply({}) == []
    assert apply({"settings": {}, "accounts": [{"id": "gold"}], "event_types": []}) == []
    assert exported() == before
    assert [str(name) for name in compare_program({"accounts": [{"id": "gold"}]}).left_out] == ["accounts[main]"]


def test_a_list_or_an_object_in_the_file_replaces_the_one_that_is_there() -> None:
    apply(FILE)

    changes = apply({"accounts": [{"id": "gold", "burn_rates": {"USD": {"points": 1, "amount": 2}}, "earning": None}]})

    assert changes[:2] == [
        'accounts[gold].burn_rates.EUR: {"points": 100, "amount": 50} → nothing',
        'accounts[gold].burn_rates.USD: nothing → {"points": 1, "amount": 2}',
    ]
    assert [str(rate) for rate in Account.objects.get(slug="gold").burn_rates.all()] == ["1 = 2 USD"]
    assert not EarningRule.objects.filter(account__slug="gold").exists()


def test_a_difference_names_what_changes_from_what_to_what() -> None:
    changes = compare_program(
        {"settings": {"currency": "HUF"}, "event_types": [{"action": "opt_in", "name": "Join"}]}
    ).changes

    assert changes == [
        Change(("settings", "currency"), "EUR", "HUF"),
        Change(("event_types", "opt_in", "name"), "Opt in", "Join"),
    ]
    assert [str(change) for change in changes] == [
        'settings.currency: "EUR" → "HUF"', 'event_types[opt_in].name: "Opt in" → "Join"',
    ]  # fmt: skip


WRONG: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "a name": (lambda f: f["settings"].update(colour=1), "settings.colour: is not known here"),
    "a section": (lambda f: f.update(vouchers=[]), "vouchers: is not known here"),
    "a currency": (lambda f: f["settings"].update(currency="EUR\n"), "settings.currency: must be an ISO 4217 code such as EUR"),
    "a choice": (
        lambda f: f["settings"].update(auto_subscribe="maybe"),
        'settings.auto_subscribe: must be one of "off", "checkout", "any"',
    ),
    "a module": (
        lambda f: f["settings"].update(modules=["x"]),
        f"settings.modules[0]: must be one of {', '.join(json.dumps(name) for name in module_names())}",
    ),
    "a module twice": (
        lambda f: f["settings"].update(modules=["multi_accounts"] * 2), "settings.modules: must not have the same twice"
    ),
    "a text": (lambda f: f["settings"].update(brand_name=""), "settings.brand_name: must be a text of 1 to 100 characters"),
    "a number or null": (
        lambda f: f["settings"].update(accept_after_days="soon"),
        "settings.accept_after_days: must be a whole number from 0 to 32767, or null",
    ),
    "a list": (lambda f: f.update(accounts={}), "accounts: must be a list of at most 1000 items"),
    "an item": (lambda f: f["accounts"].append(3), "accounts[2]: must be an object {…}"),
    "an item without a key": (lambda f: f["accounts"].append({}), "accounts[2].id: is missing"),
    "a new item without a name": (lambda f: f["accounts"].append({"id": "silver"}), "accounts[2].name: is missing"),
    "the same item twice": (lambda f: f["accounts"].append({"id": "gold"}), "accounts[2].id: is that of accounts[1] too"),
    "an ID": (
        lambda f: f["accounts"][1].update(id="Gold"),
        "accounts[1].id: must be 1 to 64 lower-case letters, digits and underscores, a letter first",
    ),
    "a flag": (lambda f: f["accounts"][1].update(negative_points=1), "accounts[1].negative_points: must be true or false"),
    "an expiry": (
        lambda f: f["accounts"][1]["expiry"].update(after=0),
        "accounts[1].expiry.after: must be a whole number from 1 to 1000",
    ),
    "half a number": (
        lambda f: f["accounts"][1]["expiry"].update(after=1.5),
        "accounts[1].expiry.after: must be a whole number from 1 to 1000",
    ),
    "an incomplete expiry": (lambda f: f["accounts"][1]["expiry"].pop("after"), "accounts[1].expiry.after: is missing"),
    "a field of another rule": (
        lambda f: f["accounts"][1]["expiry"].update(month=2),
        "accounts[1].expiry.month: does not go with the other fields here",
    ),
    "an activity": (
        lambda f: f["accounts"][1].update(expiry={"rule": "activity", "after": 1, "unit": "days", "actions": ["fly"]}),
        "accounts[1].expiry.actions[0]: must be an action of event_types",
    ),
    "a burn rate's currency": (
        lambda f: f["accounts"][1]["burn_rates"].update(euro={"points": 1, "amount": 1}),
        "accounts[1].burn_rates.euro: must be named by an ISO 4217 code such as EUR",
    ),
    "a burn rate": (
        lambda f: f["accounts"][1]["burn_rates"]["EUR"].update(points=0),
        "accounts[1].burn_rates.EUR.points: must be a whole number from 1 to 2147483647",
    ),
    "a rate": (
        lambda f: f["accounts"][1]["earning"].update(percentage=12.5),
        "accounts[1].earning.percentage: must be a number from 0 to 10000 with at most 4 decimals, as text",
    ),
    "a rate that is too high": (
        lambda f: f["accounts"][1]["earning"]["percentages"].update(HUF="10000.0001"),
        "accounts[1].earning.percentages.HUF: must be a number from 0 to 10000 with at most 4 decimals, as text",
    ),
    "a second default account": (
        lambda f: f["accounts"][1].update(default=True),
        "accounts[1].default: cannot be changed: the default account is main",
    ),
    "no default account": (
        lambda f: f["accounts"][0].update(default=False),
        "accounts[0].default: cannot be changed: the default account is main",
    ),
    "an action that is not built in": (
        lambda f: f["event_types"][0].update(built_in=True),
        "event_types[0].built_in: must be false: no such action is built in",
    ),
    "an action that is": (
        lambda f: f["event_types"].append({"action": "checkout", "built_in": False}),
        "event_types[1].built_in: must be true",
    ),
    "what a built-in action does": (
        lambda f: f["event_types"].append({"action": "checkout", "default_points": 5}),
        "event_types[1].default_points: cannot be changed: the action is built in",
    ),
    "a language": (
        lambda f: f["event_types"][0]["labels"].update(Hungarian="x"),
        "event_types[0].labels.Hungarian: must be named by a language such as hu or pt-BR",
    ),
    "a bonus of no account": (
        lambda f: f["bonuses"][0].update(account="silver"),
        "bonuses[0].account: must be the ID of one of the accounts",
    ),
    "a bonus of neither kind": (
        lambda f: f["bonuses"][0].update(multiplier=None),
        "bonuses[0].multiplier: Enter what the points are multiplied by, such as 2.",
    ),
    "a multiplier": (
        lambda f: f["bonuses"][0].update(multiplier="100.0001"),
        "bonuses[0].multiplier: Ensure this value is less than or equal to 100.",
    ),
    "a day": (lambda f: f["bonuses"][0].update(last_day="2026-02-30"), "bonuses[0].last_day: must be a day such as 2026-12-31"),
    "a last day before the first": (
        lambda f: f["bonuses"][0].update(last_day="2026-02-28"),
        "bonuses[0].last_day: Choose a day that is not before the first day.",
    ),
    "a NUL": (lambda f: f["event_types"][0].update(name="a\0"), "event_types[0].name: has a character that cannot be stored"),
    "half a character": (
        lambda f: f["event_types"][0]["labels"].update(hu="\ud83d"),
        "event_types[0].labels.hu: has a character that cannot be stored",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_field_is_named_with_its_path_and_nothing_is_written(name: str) -> None:
    given = copy.deepcopy(FILE)
    change, expected = WRONG[name]
    change(given)

    assert problems(read_document(json.dumps(given).encode())) == [expected]


def test_all_wrong_fields_are_named_at_once() -> None:
    assert problems({"settings": {"currency": 1, "modules": 2}, "accounts": [{"id": "main", "name": ""}]}) == [
        "settings.currency: must be an ISO 4217 code such as EUR",
        "settings.modules: must be a list […]",
        "accounts[0].name: must be a text of 1 to 100 characters",
    ]


UNREADABLE = {
    b"{": "is not JSON: line 1, column 2: Expecting property name enclosed in double quotes",
    b"[]": "must be an object {\u2026}",
    b'{"settings": {}, "settings": {}}': "has the name 'settings' twice in one object",
    b'{"settings": NaN}': "has NaN, which is not a JSON number",
    b'{"settings": 1e400}': "has a number beyond 9223372036854775807: 1e400",
    b'{"settings": "\xff"}': "is not UTF-8: see byte 15",
    b'{"a":' * 100_000: "is nested too deep",
    b" " * (MAX_BYTES + 1): "is larger than 700,000 bytes",
}


@pytest.mark.parametrize("content", UNREADABLE, ids=lambda content: content[:20].decode(errors="replace"))
def test_a_file_that_cannot_be_read_says_why(content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read_document(content)

    assert refused.value.problems == [("the file", UNREADABLE[content])]


def test_a_whole_number_may_be_written_with_a_point() -> None:
    apply(read_document(b'{"settings": {"accept_after_days": 14.0}}'))

    assert GeneralSettings.objects.get().accept_after_days == 14


CASHIER = {"id": "cashier", "name": "Cashier"}


def test_a_section_that_fails_leaves_nothing_of_the_others(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (program_version(), exported())
    seen: list[str] = []

    def fail(wanted: Any, current: Any) -> None:
        seen.append(GeneralSettings.objects.get().brand_name)
        raise OperationalError("the plug was pulled")

    *others, last = sorted(sections(), key=lambda section: section.name == "tiers")
    monkeypatch.setitem(sys.modules, "failing", ModuleType("failing"))
    sys.modules["failing"].SECTIONS = (*others, replace(last, write=fail))  # type: ignore[attr-defined]
    settings.LOYALTY_PROGRAM = "failing"

    with pytest.raises(OperationalError, match="plug"):
        apply({**FILE, last.name: [CLUB]})

    assert (seen, program_version(), exported()) == (["Kék"], *before)


def test_a_program_that_has_changed_since_the_difference_was_shown_is_not_overwritten() -> None:
    base = compare_program(FILE).version
    apply({"settings": {"currency": "HUF"}})

    with pytest.raises(Outdated):
        apply(FILE, base=base)
    assert exported()["settings"]["brand_name"] == "Loyalty"


# The schema


def test_the_published_schema_is_current() -> None:
    assert json.loads(SCHEMA.read_text()) == schema_of(sections()), "manage.py program schema docs/program.schema.json"


def test_the_schema_is_one_and_takes_the_export() -> None:
    Draft202012Validator.check_schema(schema_of(sections()))
    apply(FILE)

    Draft202012Validator(schema_of(sections())).validate(exported())


def test_neither_secrets_nor_staff_nor_ids_are_in_the_file() -> None:
    User.objects.create_superuser("root-user", password="x")
    give_secret(development_key("the-key", "till"), "the-secret")
    text = written(read_program()[1], sections())

    assert not [word for word in ("root-user", "the-key", "the-secret", "till") if word in text]
    of_before = ["settings", "customer_fields", "event_types", "accounts", "bonuses"]
    assert list(exported()) == ["$schema", *(section.name for section in sections())]
    assert list(exported())[1 : len(of_before) + 1] == of_before
    assert set(exported()["accounts"][0]) == {*GOLD, "default"}


# The command


def command(*arguments: str) -> str:
    output = io.StringIO()
    call_command("program", *arguments, stdout=output, stderr=io.StringIO())
    return output.getvalue()


def code(*arguments: str) -> int:
    try:
        command(*arguments)
    except CommandError as error:
        return error.returncode
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_the_command_exports_compares_and_applies(tmp_path: Path) -> None:
    file, kept = tmp_path / "program.json", tmp_path / "kept.json"
    file.write_text(json.dumps({"settings": {"currency": "HUF"}}))
    User.objects.create_superuser("root", password="x")
    before = program_version()

    assert code("diff", str(file)) == 1
    assert command("apply", str(file), "--by", "root") == (
        f'settings.currency: "EUR" → "HUF"\nVersion {program_version()}.\n'
    )
    assert ProgramRecord.objects.get(version=program_version()).staff == User.objects.get()
    assert command("diff", str(file)) == ""
    assert command("apply", str(file)) == f"Version {program_version()}: nothing to change.\n"
    assert command("export") == command("export", str(kept)) + kept.read_text()
    assert json.loads(command("export", "--of", str(before)))["settings"]["currency"] == "EUR"


def test_an_earlier_version_is_applied_as_any_other_file(tmp_path: Path) -> None:
    before, version = command("export"), program_version()
    apply({**FILE, "event_types": [], "accounts": FILE["accounts"][:1], "bonuses": []})
    command("export", str(tmp_path / "old.json"), "--of", str(version))

    command("apply", str(tmp_path / "old.json"))

    assert command("export") == before
    assert ProgramRecord.objects.count() == 3


def test_trouble_has_an_exit_code_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "program.json"
    file.write_text('{"settings": {"currency": 1}}')
    User.objects.create_user("dana", password="x", role=Role.MANAGER)

    assert code("diff", str(file)) == code("apply", str(file)) == 2
    assert code("diff", str(tmp_path / "none.json")) == 2
    assert code("export", "--of", "999999") == 2
    file.write_text("{}")
    assert code("apply", str(file), "--by", "nobody") == code("apply", str(file), "--by", "dana") == 2


def test_the_largest_limit_of_a_bonus_is_read_back() -> None:
    largest = 2**63 - 1
    assert read_document(json.dumps({"bonuses": [{"total_limit": largest}]}).encode()) == {
        "bonuses": [{"total_limit": largest}]
    }
