"""Which Chromium the page tests run, what is fetched where none is at hand, and what is said where none can be had."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import chromium, obtain

BROWSER = '#!/bin/sh\necho "DevTools listening on ws://127.0.0.1:1/" >&2\nexec sleep 60\n'
NO_BROWSER = '#!/bin/sh\necho "requires the chromium snap to be installed" >&2\nexit 1\n'


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing at hand but a shell, and no registry within reach."""
    (tmp_path / "bin").mkdir()
    for name in ("sh", "sleep"):
        (tmp_path / "bin" / name).symlink_to(f"/bin/{name}")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for name in ("CHROMIUM", "CI", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PLAYWRIGHT_DOWNLOAD_HOST", "http://127.0.0.1:9")
    monkeypatch.setattr(chromium, "ON_MACOS", (str(tmp_path / "Applications/Chromium"),))
    for module in (chromium, obtain):
        monkeypatch.setattr(module, "PLACE", tmp_path / "venv/chromium")
    (tmp_path / "venv").mkdir()
    chromium.find.cache_clear()
    yield
    chromium.find.cache_clear()


def put(path: Path, script: str = BROWSER) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script)
    path.chmod(0o755)
    return str(path)


def test_the_named_one_comes_first_then_path_then_macos_then_the_fetched_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = put(tmp_path / "my-own")
    on_path = [put(tmp_path / "bin" / name) for name in ("chromium", "chromium-browser", "google-chrome")]
    ordered = [*on_path, put(tmp_path / "Applications/Chromium"), put(tmp_path / "venv/chromium/chromium")]

    assert list(chromium.at_hand()) == ordered
    assert chromium.find() == ordered[0]
    chromium.find.cache_clear()
    monkeypatch.setenv("CHROMIUM", named)
    assert chromium.find() == named


def test_one_that_does_not_start_is_passed_over(tmp_path: Path) -> None:
    put(tmp_path / "bin/chromium", NO_BROWSER)
    started = put(tmp_path / "bin/google-chrome")

    assert chromium.find() == started


def test_a_named_one_that_does_not_start_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path / "bin/chromium")
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")

    assert obtain.main() == 1
    assert capsys.readouterr().err == (
        "CHROMIUM names /nowhere/chromium, which does not start: "
        "apt-get install chromium, or name one with CHROMIUM=/path/to/it.\n"
    )


def test_nothing_is_fetched_where_one_is_at_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path / "bin/chromium")
    put(tmp_path / "bin/node")

    assert obtain.main() == 0
    assert capsys.readouterr().err == ""
    assert list((tmp_path / "venv").iterdir()) == []


def test_another_tarball_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "it.tgz").write_bytes(b"abc")
    checksum = "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=="

    obtain.check_integrity(tmp_path / "it.tgz", obtain.Tarball("it", "1.0", f"sha512-{checksum}"))
    with pytest.raises(chromium.NoBrowser) as refused:
        obtain.check_integrity(tmp_path / "it.tgz", obtain.Tarball("it", "1.0", f"sha512-{'A' * 86}=="))

    assert str(refused.value) == (
        f"it 1.0 is not the one that was pinned, its sha512 is {checksum}: empty npm's cache and ask your registry"
    )


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_where_none_can_be_had_only_ci_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ci: str, code: int
) -> None:
    monkeypatch.setenv("CI", ci)

    assert obtain.main() == code
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "Fetching a Chromium for the tests of pages, once …"
    assert said[1].startswith("No Chromium (")
    assert said[1].endswith("): apt-get install chromium, or name one with CHROMIUM=/path/to/it.")


def test_what_is_left_out_without_one_is_counted_at_the_end(tmp_path: Path) -> None:
    put(
        tmp_path / "suite/conftest.py",
        "from tests.browser.absent import pytest_runtest_setup, pytest_terminal_summary\n"
        "from tests.browser import chromium\n"
        f"chromium.PLACE, chromium.ON_MACOS = __import__('pathlib').Path({str(tmp_path)!r}), ()\n"
        "def pytest_configure(config):\n    config.addinivalue_line('markers', 'browser: needs Chromium')\n",
    )
    put(
        tmp_path / "suite/test_it.py",
        "import pytest\n"
        "@pytest.mark.browser\n@pytest.mark.parametrize('n', [1, 2])\ndef test_page(n): raise AssertionError\n"
        "def test_other(): pass\n",
    )

    done = run_suite(tmp_path / "suite")
    assert done.returncode == 0, done.stdout
    assert "1 passed, 2 skipped" in done.stdout
    assert (
        "2 tests of pages were left out for want of a Chromium: "
        "apt-get install chromium, or name one with CHROMIUM=/path/to/it.\n"
    ) in done.stdout
    assert "2 failed, 1 passed" in run_suite(tmp_path / "suite", CI="true").stdout


def run_suite(folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    plain = ["-p", "xdist.plugin", "-p", "no:cacheprovider", "-n", "1", "--rootdir", str(folder)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment = kept | {"PYTHONPATH": str(chromium.ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | variables
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plain, str(folder)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
