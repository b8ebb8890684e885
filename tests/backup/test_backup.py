"""A backup holds all that is needed, and comes back whole into an empty place or not at all."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.embedded import read_secrets
from tests.prove.serving import folder, furnished, manage

from .places import OPT_IN, OPT_OUT, PASSPHRASE, STATUSES, VARIABLE, ask, back_up, make_key, python, restore, verified

FILE = b"customer,action\nann,opt_in\n" * 50_000


@pytest.fixture(scope="module")
def source() -> Iterator[Path]:
    """A place with a customer, a file, a key, a backup in which ann lives, and the list on which she is erased."""
    with folder() as data:
        furnished(data)
        (data / "files" / "imports").mkdir(parents=True)
        (data / "files" / "imports" / "one.csv").write_bytes(FILE)
        python(data, OPT_IN)
        (data.parent / "key.json").write_text(json.dumps(make_key(data)))
        done = back_up(data, data.parent / "backup")
        assert (done.returncode, done.stderr) == (0, "")
        python(data, OPT_OUT)
        manage(data, "erasures", "export", str(data.parent / "erasures"))
        yield data


@pytest.fixture
def backup(source: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(source.parent / "backup", tmp_path / "backup"))


@pytest.fixture
def empty() -> Iterator[Path]:
    with folder() as data:
        yield data


def test_a_backup_comes_back_whole_into_an_empty_place(source: Path, backup: Path, empty: Path) -> None:
    done = restore(empty, backup, "--erasures", str(source.parent / "erasures"))

    assert (done.returncode, done.stderr) == (0, "")
    assert (empty / "files" / "imports" / "one.csv").read_bytes() == FILE
    assert read_secrets(empty).secret_key == read_secrets(source).secret_key
    assert read_secrets(empty).owner_password != read_secrets(source).owner_password
    report = verified(empty)
    assert (report["ok"], report["mismatches"]) == (True, [])
    assert report["compared"]["protections"] > 100
    key = json.loads((source.parent / "key.json").read_text())
    assert ask(empty, key, "R-1") == {"status": 200, "ready": {"ready": True}}
    # Who was erased after the backup is not there, and stays out; the others are.
    assert json.loads(python(empty, STATUSES)) == [["bob", "active"]]
    assert not (empty / "restoring").exists()


def test_nothing_in_a_backup_can_be_read_without_the_passphrase(backup: Path, source: Path) -> None:
    whole = b"".join(file.read_bytes() for file in sorted(backup.iterdir()))

    assert sorted(file.name for file in backup.iterdir()) == [
        "database.sealed",
        "files.sealed",
        "manifest.json",
        "secrets.sealed",
    ]
    assert backup.stat().st_mode & 0o777 == 0o700
    for secret in (read_secrets(source).secret_key, "ann@example.com", "opt_in", "PGDMP"):
        assert secret.encode() not in whole


@pytest.mark.parametrize("part", ["secrets", "database", "files"])
def test_a_damaged_part_is_named_before_anything_is_restored(backup: Path, empty: Path, part: str) -> None:
    file = backup / f"{part}.sealed"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)

    done = restore(empty, backup)

    assert done.returncode == 1
    assert done.stderr == f"CommandError: Nothing was restored: {file} is missing or damaged: take another backup.\n"
    assert not (empty / "files").exists()
    assert not (empty / "postgres").exists()


def test_another_passphrase_opens_nothing(backup: Path, empty: Path) -> None:
    done = restore(empty, backup, **{VARIABLE: "another passphrase"})

    assert done.returncode == 1
    assert "The passphrase does not open this backup" in done.stderr
    assert not (empty / "postgres").exists()


def test_a_place_with_data_is_left_as_it_is(source: Path, backup: Path) -> None:
    before = (source / "secrets.json").read_bytes()

    done = restore(source, backup)

    assert done.returncode == 1
    assert done.stderr == (
        "CommandError: The database holds tables already: restore into an empty one, or set LOYALTY_DATA_DIR to a new folder.\n"
    )
    assert (source / "secrets.json").read_bytes() == before
    assert not (source / "restoring").exists()
    assert verified(source)["ok"]


def dying_program(folder: Path) -> Path:
    """A pg_restore that reads half of what it is given, and is killed."""
    folder.mkdir()
    program = folder / "pg_restore"
    program.write_text(
        "#!/bin/sh\n[ \"$1\" = --version ] && echo 'pg_restore (PostgreSQL) 18.4' && exit\nhead -c 9999 >/dev/null\nkill -9 $$\n"
    )
    program.chmod(0o755)
    return folder


def test_half_a_restore_is_not_served_and_can_be_begun_again(backup: Path, empty: Path, tmp_path: Path) -> None:
    done = restore(empty, backup, PG_BINDIR=str(dying_program(tmp_path / "bin")))
    assert done.returncode == 1
    assert "pg_restore failed" in done.stderr
    assert "The place is not whole, and is not served" in done.stderr

    refused = manage(empty, "serve", check=False, PORT="8479")
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"A restore into {empty} did not come to its end: delete the folder")

    again = restore(empty, backup)
    assert again.returncode == 0
    # Without the list of those who were erased since, it says that this is still to be done.
    assert "run `manage.py erasures apply FILE` before serving" in again.stderr
    assert json.loads(python(empty, STATUSES)) == [["ann", "active"], ["bob", "active"]]
    assert verified(empty)["ok"]


def test_a_backup_that_fails_leaves_no_folder(source: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "pg_dump"
    program.write_text(
        "#!/bin/sh\n[ \"$1\" = --version ] && echo 'pg_dump (PostgreSQL) 18.4' && exit\necho 'pg_dump: error: the disk is gone' >&2\nexit 1\n"
    )
    program.chmod(0o755)

    done = back_up(source, tmp_path / "mine", PG_BINDIR=str(tmp_path / "bin"))

    assert (done.returncode, done.stderr) == (1, "CommandError: pg_dump failed: pg_dump: error: the disk is gone\n")
    assert [path.name for path in tmp_path.iterdir()] == ["bin"]


def test_programs_older_than_the_server_are_not_used(source: Path, tmp_path: Path) -> None:
    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 15.18'\n")
    program.chmod(0o755)

    done = back_up(source, tmp_path / "mine", PG_BINDIR=str(tmp_path))

    assert done.returncode == 1
    assert re.search(
        r"no pg_dump of PostgreSQL 18 or newer: install .* or name their folder with PG_BINDIR", done.stderr
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", f"There is no passphrase: set {VARIABLE}, or run this in a terminal, which asks for it."),
        ("short", "The passphrase is too short: take 12 characters or more."),
    ],
)
def test_a_passphrase_is_needed_and_never_an_argument(source: Path, tmp_path: Path, words: str, sentence: str) -> None:
    done = back_up(source, tmp_path / "mine", **{VARIABLE: words})

    assert (done.returncode, done.stderr) == (1, f"CommandError: {sentence}\n")
    assert "--passphrase" not in manage(source, "backup", "--help").stdout


def test_a_folder_that_exists_is_not_written_over(source: Path, backup: Path) -> None:
    done = back_up(source, backup)

    assert (done.returncode, done.stderr) == (1, f"CommandError: {backup}: exists already: name a new folder.\n")


def test_the_keys_alone_can_be_had_for_an_environment(source: Path, backup: Path, empty: Path, tmp_path: Path) -> None:
    done = restore(empty, backup, "--keys-to", str(tmp_path / "keys"))

    assert done.returncode == 0
    assert (tmp_path / "keys").read_text() == f"SECRET_KEY={read_secrets(source).secret_key}\nSECRET_KEY_FALLBACKS=\n"
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600
    assert not (empty / "postgres").exists()


def test_a_place_with_another_secret_key_is_refused_with_the_cure(backup: Path, empty: Path) -> None:
    done = restore(empty, backup, SECRET_KEY="J7qPzR2vXw9sLk4mNb6tYc8dFg3hVa5e")

    assert done.returncode == 1
    assert (
        "no sealed secret would open: have them written to a file with `manage.py restore FOLDER --keys-to FILE`"
        in done.stderr
    )
    assert not (empty / "restoring").exists()


def test_the_passphrase_stands_in_no_command_line(source: Path, tmp_path: Path) -> None:
    """Of pg_dump's, neither that nor the password of the database."""
    program = tmp_path / "bin" / "pg_dump"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo \'pg_dump (PostgreSQL) 18.4\' && exit\necho "$@" > "$0.seen"\n'
    )
    program.chmod(0o755)

    assert back_up(source, tmp_path / "mine", PG_BINDIR=str(program.parent)).returncode == 0

    seen = (tmp_path / "bin" / "pg_dump.seen").read_text()
    assert "--dbname=" in seen
    assert PASSPHRASE not in seen
    assert read_secrets(source).owner_password not in seen
    assert os.environ.get(VARIABLE) is None
