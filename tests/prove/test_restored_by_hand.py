"""A dump restored by hand into a fresh cluster loses what protects its rows: nothing serves it until one command has put all of it back."""

import os
import subprocess
from pathlib import Path

import psycopg
import pytest

from loyalty import embedded
from tests.backup.places import ask, make_key, verified
from tests.prove.serving import folder, furnished, manage, serve

pytestmark = pytest.mark.prove
# As a cluster does it whose default privileges open each new table, and a restore that went on after an error.
TAKEN_AWAY = """
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO loyalty_app;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO loyalty_app;
DROP TRIGGER write_once ON events_event;
ALTER TABLE points_entry DISABLE TRIGGER USER;
"""
FORGED = "UPDATE events_event SET points = points + 1"


def tool(name: str, data: Path, *options: str) -> None:
    found = embedded.addresses(data)
    address = f"host={found.socket_dir} user={found.owner_user} dbname={found.database}"
    command = [str(embedded.pg_binary(name)), f"--dbname={address}", "--no-password", *options]
    subprocess.run(command, env={**os.environ, "PGPASSWORD": found.owner_password}, check=True)


def as_application(data: Path, statement: str) -> int:
    with psycopg.connect(embedded.addresses(data).database_url) as raw:
        count = raw.execute(statement).rowcount
        raw.rollback()
        return count


def test_a_dump_restored_by_hand_is_not_served_until_it_is_protected() -> None:
    with folder() as source, folder() as target:
        furnished(source)
        make_key(source)
        report = verified(source)
        assert (report["ok"], report["found"]) == (True, 0)  # the control: before, it was clean
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_application(source, FORGED)

        dumped = source.parent / "dump"
        tool("pg_dump", source, "--format=custom", f"--file={dumped}")
        embedded.start(target)
        tool("pg_restore", target, "--no-privileges", "--exit-on-error", str(dumped))
        with psycopg.connect(embedded.addresses(target).owner_url) as raw:
            raw.execute(TAKEN_AWAY)
        assert as_application(target, FORGED) > 0

        report = verified(target)
        named = {row["row"] for row in report["mismatches"] if row["check"] == "protections"}
        assert report["ok"] is False
        assert {
            "rights on table public.events_event",
            "rights on table public.points_entry",
            "rights on table public.staff_programrecord",
            "rights on table public.customers_erasurekey",
            "trigger public.events_event.write_once",
            "trigger public.points_entry.write_once",
        } <= named
        refused = manage(target, "serve", check=False, PORT="8479")
        assert refused.returncode == 2
        assert "is not protected as it was made" in refused.stderr
        assert "manage.py protect" in refused.stderr
        embedded.start(target)  # who refuses to serve has stopped them
        key = {"key": "shop-key", "secret": "x" * 40}
        assert ask(target, key, "R-1")["ready"] == {
            "ready": False,
            "reason": "The database is not protected as it was made: run `manage.py protect`.",
        }
        assert manage(target, "check", "--database", "default", check=False).returncode == 1

        mended = manage(target, "protect")
        assert mended.stdout.endswith("All protections are in place.\n")
        print(f"{len(named)} kinds of loss named; put back: {mended.stdout.count('put back')}")

        assert verified(target)["ok"]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_application(target, FORGED)
        assert manage(target, "check", "--database", "default", check=False).returncode == 0
        with serve(target) as serving:
            assert serving.process.poll() is None
