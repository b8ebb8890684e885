"""Guessing passwords is slow, and only for whoever guesses."""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from loyalty.staff.enums import Role
from loyalty.staff.login import hashing
from loyalty.staff.login.guesses import (
    LONGEST_WAIT,
    TooManyGuesses,
    account,
    address,
    browser,
    not_tried,
    succeeded,
    take,
)
from loyalty.staff.login.hashing import BoundedArgon2, TooManyHashes
from loyalty.staff.login.passwords import HardToGuess
from loyalty.staff.models import GuessCount, User
from loyalty.staff.tasks import clear_sessions
from tests.engine.world import rows

pytestmark = pytest.mark.django_db
RIGHT, WRONG = "a long enough one", "Summer26"
NOW = timezone.now()
DOORS = ["/login/", "/admin/login/"]


@pytest.fixture(autouse=True)
def ann() -> User:
    return User.objects.create_user("ann", password=RIGHT, role=Role.MANAGER)


def log_in(client: Client, password: str = RIGHT, username: str = "ann", door: str = "/login/", **extra: Any) -> Any:
    return client.post(door, {"username": username, "password": password}, **extra)


def hammer(tries: int = 20, username: str = "ann", remote: str = "203.0.113.7", door: str = "/login/") -> list[int]:
    """The status codes of wrong guesses from one address, each in a new browser."""
    return [log_in(Client(), WRONG, username, door, REMOTE_ADDR=remote).status_code for _ in range(tries)]


def later(seconds: int) -> None:
    """As if so much time had gone by."""
    rows(
        "UPDATE staff_guesscount SET tried_at = tried_at - %s, wait_until = wait_until - %s",
        [timedelta(seconds=seconds)] * 2,
    )


# How fast


def test_after_five_tries_the_waits_double_up_to_five_minutes() -> None:
    waits, at = [], NOW
    for _ in range(16):
        take([account("ann")], at=at)
        until = GuessCount.objects.get().wait_until
        waits.append(int((until - at).total_seconds()) if until else 0)
        at += timedelta(seconds=waits[-1])

    assert waits == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, LONGEST_WAIT, LONGEST_WAIT]


def test_who_has_to_wait_is_told_how_long_and_nothing_is_counted() -> None:
    for _ in range(7):
        take([account("ann")], at=NOW + timedelta(seconds=_))
    before = GuessCount.objects.values().get()

    with pytest.raises(TooManyGuesses) as refused:
        take([account("ann"), address("203.0.113.7")], at=NOW + timedelta(seconds=6))

    assert refused.value.seconds == 2
    assert GuessCount.objects.values().get() == before


def test_tries_wear_off() -> None:
    for _ in range(7):
        take([account("ann")], at=NOW + timedelta(seconds=_))

    assert take([account("ann")], at=NOW + timedelta(hours=3, seconds=6)) == 5
    assert take([account("ann")], at=NOW + timedelta(days=400)) == 1


def test_a_count_of_years_of_guessing_does_not_overflow() -> None:
    take([account("ann")], at=NOW)
    rows("UPDATE staff_guesscount SET tries = 2000000")
    take([account("ann")], at=NOW)
    with pytest.raises(TooManyGuesses):
        take([account("ann")], at=NOW)


def test_a_success_forgets_an_account_and_takes_itself_back_from_an_address() -> None:
    counts = [account("ann"), address("203.0.113.7")]
    for _ in range(3):
        take(counts, at=NOW)

    succeeded(counts)

    assert GuessCount.objects.values_list("digest", "tries").get() == (address("203.0.113.7").digest, 2)


def test_what_was_not_tried_does_not_count() -> None:
    take([account("ann")], at=NOW)
    not_tried([account("ann")])
    assert GuessCount.objects.get().tries == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [("2001:db8::1", "2001:db8::ffff"), ("2001:db8:0:0:1::", "2001:db8::2"), ("203.0.113.7", "203.0.113.7")],
)
def test_addresses_of_one_subscriber_are_one(one: str, other: str) -> None:
    assert address(one) == address(other)
    assert address(one) != address("2001:db8:1::1")
    assert address("203.0.113.7") != address("203.0.113.8")


def test_spellings_of_a_name_are_one_account() -> None:
    assert account("Ann ") == account("ann") == account("\uff41nn")
    assert browser("b", "Ann") == browser("b", "ann") != browser("c", "ann")


def test_counts_name_nobody() -> None:
    hammer(1, username="anna.kovacs@example.com")
    assert "anna" not in str(list(GuessCount.objects.values()))
    assert "203.0" not in str(list(GuessCount.objects.values()))


# At the doors


@pytest.mark.parametrize("door", DOORS)
def test_a_stranger_who_guesses_has_to_wait_and_is_not_heard_even_with_the_right_password(door: str) -> None:
    assert hammer(8, door=door) == [422] * 6 + [429] * 2

    answer = log_in(Client(), door=door, REMOTE_ADDR="198.51.100.1")

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= LONGEST_WAIT
    assert "Too many tries with a wrong password. Wait 1 second, then try again." in answer.content.decode()


def test_whoever_has_logged_in_from_this_browser_before_is_let_in_meanwhile() -> None:
    known = Client()
    assert log_in(known).status_code == 302
    known.post("/logout/")

    assert hammer(40)[-1] == 429

    assert log_in(known, REMOTE_ADDR="203.0.113.7").status_code == 302, "even from the very address"
    assert hammer(1) == [429], "which helps no stranger"


def test_a_known_browser_has_its_own_few_tries() -> None:
    known = Client()
    log_in(known)
    known.post("/logout/")

    assert [log_in(known, WRONG).status_code for _ in range(8)] == [422] * 6 + [429] * 2
    assert log_in(Client()).status_code == 302, "the account is not slowed by it"


@pytest.mark.parametrize("cookie", ["", "nonsense", "eyJkZXZpY2UiOiJ4In0:1x:y"])
def test_a_browser_is_known_by_nothing_that_it_makes_up(cookie: str) -> None:
    hammer(8)
    stranger = Client()
    stranger.cookies["known_browser"] = cookie
    assert log_in(stranger).status_code == 429


def test_a_browser_that_one_person_is_known_by_is_a_stranger_for_another() -> None:
    User.objects.create_user("bob", password=RIGHT, role=Role.MANAGER)
    bobs = Client()
    log_in(bobs, username="bob")
    bobs.post("/logout/")
    hammer(8)

    assert log_in(bobs).status_code == 429
    later(LONGEST_WAIT)
    assert log_in(bobs).status_code == 302
    bobs.post("/logout/")
    hammer(9)
    assert log_in(bobs).status_code == 302, "now both are known"


def test_the_cookie_of_a_known_browser_is_out_of_reach_and_names_nobody() -> None:
    client = Client()
    log_in(client)
    found = client.cookies["known_browser"]

    assert (found["httponly"], found["samesite"]) == (True, "Lax")
    assert "ann" not in found.value


def test_after_the_wait_everybody_may_try_again() -> None:
    hammer(8)
    later(LONGEST_WAIT)
    assert log_in(Client()).status_code == 302


def test_trying_one_password_with_many_names_is_slow_as_well() -> None:
    codes = [hammer(1, username=f"user{number}")[0] for number in range(25)]

    assert codes == [422] * 21 + [429] * 4
    assert log_in(Client(), REMOTE_ADDR="198.51.100.1").status_code == 302, "from elsewhere"


def test_an_account_that_does_not_exist_answers_the_same() -> None:
    assert hammer(8, username="nobody", remote="198.51.100.1") == hammer(8)
    texts = [
        log_in(Client(), WRONG, name, REMOTE_ADDR="192.0.2.1").content.decode().split("<form")[1].replace(name, "NAME")
        for name in ("nobody", "ann")
    ]
    assert texts[0].split("csrf")[0] == texts[1].split("csrf")[0]


def test_failures_are_logged_by_number_and_network_and_never_by_what_was_typed(caplog: Any, ann: User) -> None:
    with caplog.at_level(logging.WARNING, logger="loyalty.staff"):
        hammer(1)
        hammer(1, username="my-Secret-Password")
        hammer(8)

    lines = [record.getMessage() for record in caplog.records]
    assert lines[0] == f"log-in failed: account {ann.pk}, unknown browser in 203.0.113.0/24, try 1"
    assert lines[1] == "log-in failed: no such account, unknown browser in 203.0.113.0/24, try 2"
    assert len([line for line in lines if line.startswith("log-ins refused without a try")]) <= 1
    assert not [line for line in lines if "Secret" in line or WRONG in line or "203.0.113.7" in line]


# How costly


def test_a_hash_has_the_parameters_that_owasp_recommends() -> None:
    assert BoundedArgon2().encode(RIGHT, "somesaltsomesalt").startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.fixture
def slow_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], list[Exception | None]]]:
    """Runs so many hashes at once, which last until all have got in or been turned away."""
    monkeypatch.setattr(hashing, "gate", hashing._Gate())
    release = threading.Event()

    def run(number: int) -> list[Exception | None]:
        found: list[Exception | None] = []

        def one() -> None:
            try:
                with hashing.gate.turn():
                    inside.append(1)
                    most.append(len(inside))
                    release.wait(10)
                    inside.pop()
                found.append(None)
            except TooManyHashes as error:
                found.append(error)

        inside: list[int] = []
        threads = [threading.Thread(target=one) for _ in range(number)]
        for thread in threads:
            thread.start()
        while len(found) < number - hashing.AT_ONCE - hashing.WAITING:
            pass
        release.set()
        for thread in threads:
            thread.join()
        return found

    most: list[int] = []
    yield run
    assert max(most) == hashing.AT_ONCE


def test_so_many_hashes_run_at_once_a_few_wait_and_the_others_are_turned_away(slow_hashes: Any) -> None:
    found = slow_hashes(16)
    assert found.count(None) == hashing.AT_ONCE + hashing.WAITING


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["loyalty.staff.login.hashing.BoundedArgon2", *settings.PASSWORD_HASHERS]
    full = hashing._Gate()
    for _ in range(hashing.AT_ONCE + hashing.WAITING):
        full._queue.acquire()
    monkeypatch.setattr(hashing, "gate", full)


@pytest.mark.parametrize("door", DOORS)
def test_while_too_many_are_checked_the_page_says_so_and_no_try_is_counted(busy: None, door: str) -> None:
    answer = log_in(Client(), door=door)

    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert "Nothing was done" in answer.content.decode()
    assert set(GuessCount.objects.values_list("tries", flat=True)) == {0}


def test_strangers_who_fill_every_place_do_not_keep_a_known_browser_out(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Client()
    assert log_in(known).status_code == 302
    known.post("/logout/")
    settings.PASSWORD_HASHERS = ["loyalty.staff.login.hashing.BoundedArgon2", *settings.PASSWORD_HASHERS]
    full = hashing._Gate()
    for _ in range(hashing.AT_ONCE + hashing.WAITING):
        full._queue.acquire()
    monkeypatch.setattr(hashing, "gate", full)

    assert log_in(Client()).status_code == 503, "control: a browser that nobody is known by"
    assert log_in(known).status_code == 302
    full._reserved.acquire()
    known.post("/logout/")
    assert log_in(known).status_code == 503, "the place is one"


# Which passwords

WEAK = [
    "Summer26", "Summer2026", "Summer2026!", "Summer-2026-!", "Sommer2026!", "Nyár2026!!", "Winter2025?!", "October2026!",
    "Oktober2026!", "Monday2026!", "Welcome2026!", "Password123!", "P@ssw0rd2026", "qwertzuiop12", "1234567890123",
    "aaaaaaaaaaaaaa", "SummerSummer26", "Loyalty2026!", "changeme123", "Anna2026!!", "kovacs19850312", "Tulipshop2026",
]  # fmt: skip


@pytest.mark.parametrize("password", WEAK)
def test_what_is_easy_to_guess_is_refused(password: str, ann: User) -> None:
    rows("UPDATE staff_generalsettings SET brand_name = 'Tulipshop'")
    ann.first_name, ann.last_name = "Anna", "Kovacs"
    with pytest.raises(ValidationError):
        HardToGuess("loyalty.program.queries.names_of_brand").validate(password, ann)


@pytest.mark.parametrize(
    "password", [RIGHT, "Blue-Kettle-91-wind", "kX9#mQ2!vLw8", "correct horse battery staple", "éűáőúöüó 55 ló"]
)
def test_what_is_hard_to_guess_is_taken(password: str, ann: User) -> None:
    HardToGuess("loyalty.program.queries.names_of_brand").validate(password, ann)


def test_a_very_long_password_is_judged_in_no_time(ann: User) -> None:
    before = datetime.now().timestamp()
    HardToGuess("loyalty.program.queries.names_of_brand").validate("@4a8({[<6gG9#1!|$5+7%2zZ" * 100, ann)
    assert datetime.now().timestamp() - before < 5


# One's own


def change(client: Client, old: str = RIGHT, new: str = "Blue-Kettle-91-wind") -> Any:
    return client.post("/password/", {"old_password": old, "new_password1": new, "new_password2": new})


@pytest.mark.parametrize("role", list(Role))
def test_everybody_may_change_their_own_password_and_other_sessions_end(role: Role) -> None:
    user = User.objects.create_user("eve", password=RIGHT, role=role)
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        log_in(client, username="eve")
        assert client.get("/customers/").status_code == 200
    assert 'href="/password/"' in here.get("/customers/").content.decode()

    assert change(here).status_code == 302

    user.refresh_from_db()
    assert user.check_password("Blue-Kettle-91-wind")
    assert here.get("/customers/").status_code == 200
    assert elsewhere.get("/customers/").status_code == 302


def test_the_present_password_is_needed_and_cannot_be_guessed_there_either(client: Client, ann: User) -> None:
    client.force_login(ann)
    errors = [change(client, old=WRONG).context["form"].errors["old_password"][0] for _ in range(8)]

    assert errors[:6] == ["This is not your present password. Capitals matter."] * 6
    assert all(error.startswith("Too many tries") for error in errors[6:])
    assert change(client).status_code == 422


@pytest.mark.parametrize("new", ["Summer26", "Summer2026!!", "short"])
def test_a_weak_one_is_refused_with_the_cure(client: Client, ann: User, new: str) -> None:
    client.force_login(ann)
    assert set(change(client, new=new).context["form"].errors) == {"new_password2"}
    ann.refresh_from_db()
    assert ann.check_password(RIGHT)


def test_the_configuration_leads_to_the_same_page(client: Client, ann: User) -> None:
    client.force_login(ann)
    assert client.get("/admin/password_change/")["Location"] == "/password/"


# What is left behind


def test_sessions_that_are_over_and_counts_that_have_worn_off_are_deleted() -> None:
    live, over = Client(), Client()
    log_in(live)
    log_in(over)
    rows(
        "UPDATE django_session SET expire_date = now() - interval '1 second' WHERE session_key = %s",
        [over.session.session_key],
    )
    take([account("bob")], at=NOW - timedelta(days=2))
    take([account("eve")], at=NOW)

    assert clear_sessions() == 1

    assert live.get("/customers/").status_code == 200
    assert [count.digest for count in GuessCount.objects.filter(tries__gt=0)] == [account("eve").digest]
