"""The pages of tier structures: entered, foretold, saved."""

import re
from typing import Any

import pytest
from django.test import Client

from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.tiers.models import Distribution, Level, Recalculation, Structure
from loyalty.tiers.recalculation.operations import recalculate_all
from loyalty.tiers.structures.operations import count_members
from tests.tiers.ladders import START, done, level, local, set_up, structure

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Club", "id": "club", "status": "active", "account": "main", "type": "point_based", "expiration_type": "none",
    "method": "keep_highest", "validity": "", "way": "rise", "initialise_at_opt_in": "on",
    "levels-TOTAL_FORMS": "3", "levels-INITIAL_FORMS": "0",
}  # fmt: skip


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_user("ada", role=Role.ADMINISTRATOR))
    return client


def rows(*levels: tuple[str, str, int | str], **more: str) -> dict[str, str]:
    """Of each level its ID, its name and its threshold."""
    fields: dict[str, str] = {}
    for place, (id, name, threshold) in enumerate(levels):
        fields |= {
            f"levels-{place}-{key}": str(value) for key, value in (("id", id), ("name", name), ("threshold", threshold))
        }
    return fields | more


LADDER = rows(("basic", "Basic", 0), ("gold", "Gold", 1_000))


def errors(answer: Any) -> dict[str, str]:
    """By the field's id; above the form under an empty name."""
    assert answer.status_code == 422
    page = answer.content.decode()
    found = dict(re.findall(r'id="id_([^"]+)_error" role="alert">.*?<span>([^<]*)</span>', page, re.S))
    above = re.findall(r'class="notice error" role="alert">.*?<span>([^<]*)</span>', page, re.S)
    return found | ({"": above[0]} if above else {})


def cells(page: str) -> list[list[str]]:
    """The rows of the preview, as texts."""
    table = page.split('id="preview"')[1].split("</table>")[0]
    found = re.findall(r"<tr>(.*?)</tr>", table.split("<tbody>")[1], re.S)
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)]
        for row in found
    ]


def test_a_structure_is_entered_and_saved(staff: Client) -> None:
    answer = staff.post("/tiers/new/", FORM | LADDER | {"levels-1-multiplier": "1.5", "levels-1-others": "hu: Arany"})
    assert answer.status_code == 302, errors(answer)
    club = Structure.objects.get(slug="club")
    found = list(
        Level.objects.filter(structure=club).values_list("slug", "position", "names", "threshold", "multiplier")
    )
    assert [(slug, place, int(threshold)) for slug, place, _, threshold, _ in found] == [
        ("basic", 0, 0),
        ("gold", 1, 1_000),
    ]
    assert (found[1][2], str(found[1][4])) == ({"en": "Gold", "hu": "Arany"}, "1.5000")
    [job] = Recalculation.objects.all()
    assert (job.structure_id, job.way, job.recounts) == (club.id, "rise", True)
    assert AuditEntry.objects.filter(operation="tiers.save", subject="tier_structure:club").count() == 1


def test_the_form_shows_what_is_stored_and_saves_it_unchanged(staff: Client) -> None:
    settings: dict[str, Any] = {"expiration_type": "rolling", "rolling_months": 12, "level_grace_days": 30}
    set_up(structure(**settings))
    page = staff.get("/tiers/standard/").content.decode()
    sent = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
    assert (sent["levels-1-threshold"], sent["rolling_months"], sent["level_grace_days"]) == ("1000", "12", "30")
    assert re.search(r'name="id"[^>]*disabled', page)


def test_the_preview_tells_what_each_way_would_do_and_saves_nothing(staff: Client, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    set_up(structure())
    recalculate_all(now=lambda: START)
    for number, points in enumerate((0, 1_200, 1_800), 1):
        done("opt_in", customer=f"C-{number}")
        if points:
            done("point_add", customer=f"C-{number}", points=points)
    raised = rows(("t0", "T0", 0), ("t1", "T1", 1_500), ("t2", "T2", 5_000))
    answer = staff.post("/tiers/standard/", FORM | raised | {"id": "standard", "name": "Standard", "preview": "1"})
    assert answer.status_code == 200, errors(answer)
    page = answer.content.decode()
    assert cells(page) == [
        ["T0", "1", "1", "2", "1"],
        ["T1", "2", "2", "1", "2"],
        ["T2", "0", "0", "0", "0"],
        ["Rise", "", "0", "0", "0"],
        ["Fall", "", "0", "1", "0"],
    ]
    assert "C-2</a> from T1 to T0" in page
    assert int(Level.objects.get(slug="t1").threshold) == 1_000


def test_a_structure_that_is_new_is_previewed_from_what_was_earned(staff: Client) -> None:
    done("opt_in")
    done("point_add", points=1_200)
    page = staff.post("/tiers/new/", FORM | LADDER | {"preview": "1"}).content.decode()
    assert cells(page)[:2] == [["Basic", "0", "0", "0", "0"], ["Gold", "0", "1", "1", "0"]]
    assert not Structure.objects.exists()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"expiration_type": "rolling"}, {"rolling_months": "Must say how many months count."}),
        ({"id": "new"}, {"id": "Must not be the address of another page: choose another ID."}),
        (
            {"expiration_type": "calendar"},
            {"calendar_expirations": "Must name a date on which a period begins."},
        ),
        ({"validity": "period"}, {"validity": "Needs periods: calendar dates or anniversaries."}),
        ({"type": "spend_based"}, {"currency": "Must be the currency of the purchases that count."}),
        ({"levels-1-threshold": "0"}, {"levels-1-threshold": "Must be higher than that of the level below."}),
        ({"levels-1-name": ""}, {"levels-1-name": "Enter a name."}),
        (
            {"levels-0-id": "", "levels-0-name": "", "levels-1-id": "", "levels-1-name": ""},
            {"": "Enter at least one level."},
        ),
        ({"levels-1-others": "Arany"}, {"levels-1-others": "Write each as “hu: Arany”, and a semicolon between two."}),
    ],
)
def test_what_contradicts_itself_is_said_at_its_field(
    staff: Client, given: dict[str, str], shown: dict[str, str]
) -> None:
    assert errors(staff.post("/tiers/new/", FORM | LADDER | given)) == shown
    assert not Structure.objects.exists()


def test_the_list_shows_how_many_have_which_level(staff: Client) -> None:
    set_up(structure())
    recalculate_all(now=lambda: START)
    done("opt_in")
    page = re.sub(r"<[^>]+>", "", staff.get("/tiers/").content.decode())
    assert "T0 1" in re.sub(r"\s+", " ", page)
    assert "T1 0" in re.sub(r"\s+", " ", page)


def test_without_structures_the_list_says_what_they_are(staff: Client) -> None:
    assert "No tiers yet" in staff.get("/tiers/").content.decode()


def test_how_many_have_which_level_is_counted_once_a_day_and_drawn(staff: Client) -> None:
    set_up(structure())
    recalculate_all(now=lambda: START)
    done("opt_in")
    for _ in range(2):
        count_members(day=local("2025-01-10").date())
    assert [(one.level.slug, one.customers) for one in Distribution.objects.all()] == [("t0", 1)]
    assert level() == "t0"
    assert "2025-01-10" in staff.get("/tiers/standard/").content.decode()


def test_only_who_may_configure_sees_them(client: Client) -> None:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    assert [client.get(address).status_code for address in ("/tiers/", "/tiers/new/")] == [403, 403]


def test_further_benefits_are_entered_as_lines(staff: Client) -> None:
    lines = "lounge: yes\nhotline: +36 1 234: round the clock"
    answer = staff.post("/tiers/new/", FORM | LADDER | {"levels-1-values": lines, "notice_days": "14"})
    assert answer.status_code == 302, errors(answer)
    gold = Level.objects.get(structure__slug="club", slug="gold")
    assert (gold.values, gold.structure.notice_days) == ({"lounge": "yes", "hotline": "+36 1 234: round the clock"}, 14)
    assert lines in staff.get("/tiers/club/").content.decode()


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ("lounge", "Write each as “lounge: yes”, one per line."),
        (": yes", "Write each as “lounge: yes”, one per line."),
        ("lounge: yes\nlounge: no", "“lounge” stands there twice."),
        (f"lounge: {'x' * 700}", "Line 1 is longer than 610 characters: shorten it."),
        (f"lounge: {'x' * 501}", "“lounge” is too long: at most 100 characters before the colon, and 500 after it."),
    ],
)
def test_a_benefit_that_cannot_be_read_is_told_at_its_field(staff: Client, lines: str, error: str) -> None:
    answer = staff.post("/tiers/new/", FORM | LADDER | {"levels-1-values": lines})
    assert list(errors(answer)) == ["levels-1-values"]
    assert error in errors(answer)["levels-1-values"]
