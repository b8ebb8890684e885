"""Starting the program: the environment it reads, what it says about wrong values, what the set-up files promise."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty import embedded, environment
from loyalty.environment import BadEnvironment

ROOT = Path(__file__).resolve().parent.parent
NAMES = [
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "DATABASE_POOLED",
    "REDIS_URL",
    "SECRET_KEY",
    "HOST",
    "PORT",
    "TIME_ZONE",
    "HTTPS",
    "LOYALTY_TRUSTED_PROXIES",
    "LOYALTY_CODE_HOSTS",
    "LOYALTY_CALLBACK_HOSTS",
    "LOYALTY_CODE_TOKEN",
    "LOYALTY_CODE_TOKENS",
    "LOYALTY_CODE_HTTP",
    "EMAIL_URL",
    "EMAIL_FROM",
]
KEY = "J7qPzR2vXw9sLk4mNb6tYc8dFg3hVa5e"
DATABASE = "postgresql://app:pass%20word@db.example:5433/loyalty?sslmode=require"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOYALTY_DATA_DIR", str(tmp_path / "data"))
    yield
    shutil.rmtree(tmp_path / "data", ignore_errors=True)


def manage(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "LOYALTY_CODE_HOSTS",
            "https://codes.example.com",
            "LOYALTY_CODE_HOSTS names 'https://codes.example.com', which is no ",
        ),
        (
            "LOYALTY_CODE_TOKENS",
            "spring",
            "A token for codes is missing, or has other signs than visible ASCII: write ",
        ),
        ("LOYALTY_CODE_HTTP", "perhaps", "LOYALTY_CODE_HTTP is 'perhaps': give true or false."),
        ("PORT", "eighty", "PORT is 'eighty': give a number from 1 to 65535, such as PORT=8000."),
        ("PORT", "70000", "PORT is '70000': give a number from 1 to 65535, such as PORT=8000."),
        ("TIME_ZONE", "Budapest", "TIME_ZONE is 'Budapest', which is no time zone: give a name of the IANA list, "),
        ("TIME_ZONE", "../../etc/passwd", "TIME_ZONE is '../../etc/passwd', which is no time zone: "),
        ("DATABASE_URL", "mysql://h/d", "DATABASE_URL is no address of the form postgresql:// or postgres://…: write "),
        ("DATABASE_URL", "postgresql://h:port/d", "DATABASE_URL holds a port that is no number: write it as "),
        ("DATABASE_URL", "postgresql://h", "DATABASE_URL names no database: write it as DATABASE_URL=postgresql://"),
        (
            "DATABASE_URL",
            "postgresql://h/d",
            "SECRET_KEY is missing, which DATABASE_URL needs beside it: make one with",
        ),
        ("DATABASE_OWNER_URL", "postgresql://h/d", "DATABASE_OWNER_URL is set without DATABASE_URL: set both, or "),
        ("REDIS_URL", "http://h", "REDIS_URL is no address of the form redis:// or rediss:// or unix://…: write it as"),
        ("SECRET_KEY", KEY[:31], "SECRET_KEY is too weak, it needs 32 random characters: make one with: python3 -c"),
        ("SECRET_KEY", "ab" * 32, "SECRET_KEY is too weak, it needs 32 random characters: make one with: python3 -c"),
        (
            "SECRET_KEY",
            f"django-insecure-{KEY}",
            "SECRET_KEY is a sample that others know, too: make one with: python3 -c",
        ),
        ("SECRET_KEY", f"change-me-{KEY}", "SECRET_KEY is a sample that others know, too: make one with: python3 -c"),
        ("LOYALTY_TRUSTED_PROXIES", "10.0.0.1", "LOYALTY_TRUSTED_PROXIES is '10.0.0.1': give the number of proxies in"),
        ("LOYALTY_TRUSTED_PROXIES", "-1", "LOYALTY_TRUSTED_PROXIES is '-1': give the number of proxies in"),
        ("HTTPS", "maybe", "HTTPS is 'maybe': give true or false."),
        ("LOYALTY_DATA_DIR", __file__, "LOYALTY_DATA_DIR names "),
    ],
)
def test_a_wrong_value_is_named_with_its_cure(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(BadEnvironment) as caught:
        environment.read()

    assert str(caught.value).startswith(sentence)


def test_a_wrong_value_ends_a_command_with_that_sentence_alone() -> None:
    done = manage("migrate", PORT="eighty")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "PORT is 'eighty': give a number from 1 to 65535, such as PORT=8000.\n"


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "SECRET_KEY"])
def test_a_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "mysql://u:hunter2@h")

    with pytest.raises(BadEnvironment) as caught:
        environment.read()

    assert "hunter2" not in str(caught.value)


def test_a_data_folder_that_cannot_be_made_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOYALTY_DATA_DIR", "/proc/nowhere")

    with pytest.raises(embedded.EmbeddedError, match=r"/proc/nowhere cannot be used .*: set LOYALTY_DATA_DIR"):
        environment.read()


def test_without_addresses_the_servers_are_embedded(tmp_path: Path) -> None:
    values = environment.read()

    found = embedded.addresses(tmp_path / "data")
    assert (values.embedded_database, values.embedded_redis) == (True, True)
    assert (values.database_url, values.database_owner_url) == (found.database_url, found.owner_url)
    assert values.redis_url == found.redis_url
    assert (values.host, values.port, values.time_zone, values.https) == ("127.0.0.1", 8000, "UTC", False)
    assert not found.socket_dir.exists()


def test_the_embedded_secret_key_is_made_once() -> None:
    key = environment.read().secret_key

    assert len(key) >= 50
    assert environment.read().secret_key == key


def test_with_addresses_nothing_is_embedded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {"DATABASE_URL": DATABASE, "REDIS_URL": "redis://:pw@r:6379/1", "SECRET_KEY": KEY}.items():
        monkeypatch.setenv(name, value)

    values = environment.read()

    assert (values.embedded_database, values.embedded_redis) == (False, False)
    assert (values.redis_url, values.redis_url_for_celery) == ("redis://:pw@r:6379/1",) * 2
    assert not (tmp_path / "data").exists()
    assert values.database("app") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "loyalty",
        "USER": "app",
        "PASSWORD": "pass word",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


def test_the_owner_has_an_address_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DATABASE_URL": DATABASE, "REDIS_URL": "redis://r", "SECRET_KEY": KEY}.items():
        monkeypatch.setenv(name, value)
    assert environment.read().database("owner")["USER"] == "app"

    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://chief@h/loyalty")

    assert environment.read().database("owner")["USER"] == "chief"
    assert environment.read().database("app")["USER"] == "app"


def test_keys_of_before_still_open_what_they_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY_FALLBACKS", " former-key , older-key,")

    values = environment.read()

    assert values.secret_key_fallbacks == ["former-key", "older-key"]
    assert "former-key" not in repr(values)


def test_passwords_are_not_shown() -> None:
    values = environment.read()

    assert values.secret_key not in repr(values)
    assert values.database("app")["PASSWORD"] not in repr(values)


def test_celery_reads_the_address_of_a_socket_in_its_own_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "unix://:p%2Fw@/run/valkey.sock?db=3")

    assert environment.read().redis_url_for_celery == "redis+socket://:p%2Fw@/run/valkey.sock?virtual_host=3"


def test_a_taken_port_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = manage("serve", PORT=str(port))

    assert done.returncode == 2
    assert done.stderr == (
        f"Port {port} of 127.0.0.1 cannot be used (Address already in use): "
        f"choose another, such as `make run PORT={port % 65535 + 1}`.\n"
    )
    assert embedded.status(tmp_path / "data") == embedded.Status(database=False, broker=False)


def test_stop_without_servers_does_nothing() -> None:
    assert manage("stop").returncode == 0


def test_a_named_chromium_that_is_missing_stops_the_tests_with_the_cure() -> None:
    done = subprocess.run(
        ["make", "chromium", "CHROMIUM=/nowhere/chromium"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == (
        "CHROMIUM names /nowhere/chromium, which does not start: "
        "apt-get install chromium, or name one with CHROMIUM=/path/to/it."
    )


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_and_direct_ones_have_a_reason(name: str) -> None:
    direct, _, brought_along = (ROOT / name).read_text().partition("# Brought along")
    pin = r"[A-Za-z][\w.-]*(\[[a-z,]+\])?==[\w.]+"
    lines = [line for line in direct.splitlines() if line and not line.startswith(("#", "-r "))]

    assert [line for line in lines if not re.fullmatch(pin + r" +# \S.*", line)] == []
    marker = r"(; python_full_version < \"[\d.]+\")?"
    assert [line for line in brought_along.split("\n") if line and not re.fullmatch(pin + marker, line)] == []


def test_what_is_installed_is_what_is_pinned() -> None:
    from importlib.metadata import version

    text = (ROOT / "requirements.txt").read_text() + (ROOT / "requirements-dev.txt").read_text()
    pins = dict(re.findall(r"^([A-Za-z][\w.-]*)(?:\[[a-z,]+\])?==([\w.]+)(?: +#.*)?$", text, flags=re.MULTILINE))

    assert {name: version(name) for name in pins} == pins


def test_the_environment_names_who_may_be_asked_for_codes_and_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOYALTY_CODE_HOSTS", "Codes.example.com, 10.0.0.5:8443")
    monkeypatch.setenv("LOYALTY_CODE_TOKEN", "for-all")
    monkeypatch.setenv("LOYALTY_CODE_TOKENS", "spring=YWJj==, summer=x")
    found = environment.read()
    assert found.code_hosts == {"codes.example.com", "10.0.0.5:8443"}
    assert found.code_tokens == {"": "for-all", "spring": "YWJj==", "summer": "x"}
    assert "for-all" not in repr(found)
