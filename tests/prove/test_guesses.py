"""Ten thousand guesses at the log-in page: few are tried, whoever is known gets in, and the interface is not slowed."""

import http.client
import itertools
import re
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from loyalty.staff.login.guesses import LONGEST_WAIT
from loyalty.staff.login.hashing import BoundedArgon2
from loyalty.staff.models import User
from tests.api_keys import development_key
from tests.live import Live, live_server
from tests.transfer.processes import ROOT, environment

pytestmark = [pytest.mark.prove, pytest.mark.usefixtures("committed_db")]
GUESSES, GUESSERS, CONTROL_GUESSES = 10_000, 16, 160
PASSWORD = "a long enough one"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
# Of a request of the interface while guessing goes on, against its time while as many ask for the log-in page itself.
SLOWER, SECONDS = 2.0, 0.5


_open: list[http.client.HTTPConnection] = []


def connect(live: Live) -> http.client.HTTPConnection:
    found = http.client.HTTPConnection("127.0.0.1", live.web.port, timeout=60)
    _open.append(found)
    return found


@pytest.fixture(autouse=True)
def closed_afterwards() -> Iterator[None]:
    yield
    while _open:
        _open.pop().close()


class Browser:
    """One that keeps its connection and its cookies."""

    def __init__(self, live: Live) -> None:
        self.connection = connect(live)
        self.cookies: dict[str, str] = {}
        self.token = ""
        self.come_in()

    def come_in(self) -> None:
        """To the log-in page, logged in no more."""
        self.cookies.pop("sessionid", None)
        status, text = self.ask("GET", "/login/")
        assert status == 200, status
        self.token = TOKEN.findall(text)[0]

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        try:
            self.connection.request(method, path, body, {"Cookie": cookies, **kind, **headers})
            answer = self.connection.getresponse()
        except (http.client.HTTPException, OSError):
            self.connection.close()
            return 0, ""
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return answer.status, text

    def log_in(self, username: str, password: str, address: str) -> int:
        sent = {"csrfmiddlewaretoken": self.token, "username": username, "password": password}
        return self.ask("POST", "/login/", urlencode(sent), **{"X-Forwarded-For": address})[0]


def guesses() -> Iterator[tuple[str, str, str]]:
    """Name, password and address: one account from everywhere, every account from one place, one account from one place."""
    for number in itertools.count():
        everywhere = f"198.{18 + number % 2}.{number // 250 % 250}.{number % 250}"
        yield "ann", f"Summer{number}", everywhere
        yield f"user{number}", "Summer26", "203.0.113.7"
        yield "ann", f"Winter{number}", "203.0.113.8"


@contextmanager
def meanwhile(deed: Callable[[], object], pause: float) -> Iterator[None]:
    """Done again and again until the block is over."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(pause):
            deed()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class Till:
    """Asks the interface for a customer list and keeps how long that took."""

    def __init__(self, live: Live) -> None:
        self.connection = connect(live)
        self.seconds: list[float] = []

    def __call__(self) -> None:
        started = time.monotonic()
        self.connection.request("GET", "/v1/customers?limit=1&api_key=till-key")
        answer = self.connection.getresponse()
        answer.read()
        assert answer.status == 200
        self.seconds.append(time.monotonic() - started)

    def median(self) -> float:
        found, self.seconds = statistics.median(self.seconds), []
        return found


def spread(live: Live, number: int, deed: Callable[[Browser], int]) -> Counter[int]:
    """So many, by all guessers together; the status codes."""
    browsers = threading.local()

    def one(_: int) -> int:
        if not hasattr(browsers, "own"):
            browsers.own = Browser(live)
        return deed(browsers.own)

    with ThreadPoolExecutor(GUESSERS) as pool:
        return Counter(pool.map(one, range(number)))


def most_tried(seconds: float, free: int, wears_off: int) -> int:
    """How many the waits leave room for, with what wears off in that time."""
    tried, at, wait = free + 1, 0.0, 1
    while (at := at + wait) <= seconds:
        tried, wait = tried + 1, min(2 * wait, LONGEST_WAIT)
    return tried + int(seconds // wears_off) + 1


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """So that guesses can come from anywhere, at pages as they are served."""
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setenv("LOYALTY_TRUSTED_PROXIES", "1")
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment(), check=True)


def make_people(hasher: Argon2PasswordHasher) -> None:
    development_key(requests_per_minute=None)
    for name in ("ann", "bob"):
        encoded = hasher.encode(PASSWORD, "somesaltsomesalt")
        User.objects.create(username=name, password=encoded, role="manager")


def test_ten_thousand_guesses(proxied: None) -> None:
    make_people(BoundedArgon2())
    with live_server() as live:
        known, till, source = Browser(live), Till(live), guesses()
        assert known.log_in("ann", PASSWORD, "192.0.2.1") == 302
        honest: Counter[int] = Counter()
        lock = threading.Lock()

        def guess(browser: Browser) -> int:
            with lock:
                chosen = next(source)
            return browser.log_in(*chosen)

        def come_again() -> None:
            known.come_in()
            honest[known.log_in("ann", PASSWORD, "203.0.113.8")] += 1

        with meanwhile(till, 0.05):
            time.sleep(3)
            quiet = till.median()
            spread(live, GUESSES // 10, lambda browser: browser.ask("GET", "/login/")[0])
            asked = till.median()
            started = time.monotonic()
            with meanwhile(come_again, 1):
                answers = spread(live, GUESSES, guess)
            took, guessing = time.monotonic() - started, till.median()
        assert Browser(live).log_in("bob", PASSWORD, "192.0.2.2") == 302, "a new browser, an account nobody guesses at"

    # One account is guessed at by two thirds, one address is guessed from by one third.
    most = most_tried(took, 5, 3600) + most_tried(took, 20, 600) + most_tried(took, 5, 3600)
    print(f"{GUESSES} guesses in {took:.0f} s: {answers[422]} tried (at most {most}), answers {dict(answers)}")
    print(f"log-ins of the honest meanwhile: {dict(honest)}")
    print(
        f"median of the interface: quiet {quiet * 1000:.1f} ms, log-in page {asked * 1000:.1f} ms, guesses {guessing * 1000:.1f} ms"
    )
    assert sum(answers.values()) == GUESSES
    assert set(answers) <= {422, 429, 503}
    assert answers[422] <= most
    assert set(honest) == {302}
    assert guessing <= max(SLOWER * asked, SECONDS)


def test_without_the_pace_all_are_tried_and_the_interface_stands_still(proxied: None) -> None:
    """The control."""
    make_people(Argon2PasswordHasher())
    with live_server("tests.prove.unthrottled_wsgi:application") as live:
        till, source, lock = Till(live), guesses(), threading.Lock()

        def guess(browser: Browser) -> int:
            with lock:
                chosen = next(source)
            return browser.log_in(*chosen)

        with meanwhile(till, 0.05):
            spread(live, CONTROL_GUESSES, lambda browser: browser.ask("GET", "/login/")[0])
            asked = till.median()
            answers = spread(live, CONTROL_GUESSES, guess)
            guessing = till.median()

    print(f"{CONTROL_GUESSES} guesses without the pace: {answers[422]} tried")
    print(f"median of the interface: log-in page {asked * 1000:.1f} ms, guesses {guessing * 1000:.1f} ms")
    assert answers[422] == CONTROL_GUESSES
    assert guessing > max(SLOWER * asked, SECONDS)
