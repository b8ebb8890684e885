"""The whole program on one machine: prepare what is missing, then run web, workers and the clock until Ctrl-C."""

import hashlib
import http.client
import io
import json
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from loyalty import embedded
from loyalty.backup.operations import is_half_restored
from loyalty.environment import BadEnvironment, Environment, start_servers
from loyalty.management import aside, child, clock, programs, serving, supervisor
from loyalty.management.supervisor import Program, Server
from loyalty.protection.queries import NOT_KEPT, UNREADABLE, lacks, sentence

READY_SECONDS = 60
DEMO = ("--customers", "2000", "--months", "12", "--seed", "1", "--showcase")


class Command(BaseCommand):
    help = (
        "Prepare the database, then serve web, workers and the clock until Ctrl-C, and start again what dies meanwhile."
    )
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        environment: Environment = settings.ENV
        with serving.only_one(environment.data_dir):
            _check_port(environment.host, environment.port)
            _check_whole(environment.data_dir)
            # A closed terminal ends the program as Ctrl-C does; its children would outlive it otherwise.
            for number in (signal.SIGHUP, signal.SIGTERM):
                signal.signal(number, signal.default_int_handler)
            try:
                start_servers(environment)
                first_run = aside.run(self._prepare)
                _run(environment, first_run)
            except KeyboardInterrupt:
                self.stderr.write("Stopped before it served.")
            finally:
                if environment.embedded_database or environment.embedded_redis:
                    embedded.stop(environment.data_dir)

    def _prepare(self) -> dict[str, str]:
        self.stdout.write("Preparing the database ...")
        _prepare_schema()
        first_run = _first_run()
        if settings.ENV.embedded_database and _has_no_customers():
            self.stdout.write("Making demo customers, once ...")
            _manage("seed_demo", *DEMO)
        if (fingerprint := _static_fingerprint()) != _collected().read_text():
            self.stdout.write("Collecting static files ...")
            call_command("collectstatic", interactive=False, verbosity=0)
            _collected().write_text(fingerprint)
        connections.close_all()
        return first_run


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            cure = f"choose another, such as `make run PORT={port % 65535 + 1}`"
            raise BadEnvironment(f"Port {port} of {host} cannot be used ({error.strerror}): {cure}.") from error


def _check_whole(data_dir: Path) -> None:
    if is_half_restored(data_dir):
        cure = "delete the folder, and the database if DATABASE_URL names one, then restore again"
        raise embedded.EmbeddedError(f"A restore into {data_dir} did not come to its end: {cure}.")


def _prepare_schema() -> None:
    """Raises EmbeddedError for a database in which acknowledged events could be changed: it is not served."""
    found = lacks()
    if NOT_KEPT in found or (UNREADABLE not in found and _migrations_are_due()):
        _manage("migrate", "--noinput", "--verbosity", "0")
        found = lacks()
    if found:
        raise embedded.EmbeddedError(sentence(found))


def _manage(*arguments: str) -> None:
    """In a process of its own: migrations run as another database role."""
    done = subprocess.run([sys.executable, settings.BASE_DIR / "manage.py", *arguments], check=False)  # noqa: S603 - ours
    if done.returncode != 0:
        raise embedded.EmbeddedError(
            f"`manage.py {arguments[0]}` failed: put right what it says above, then start again."
        )


def _migrations_are_due() -> bool:
    executor = MigrationExecutor(connections["default"])
    # Those that replace others count as applied before it is written down that they are.
    unwritten = executor.loader.replacements.keys() - executor.recorder.applied_migrations().keys()
    return bool(unwritten or executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _first_run() -> dict[str, str]:
    if "first_run" not in get_commands():
        return {}
    output = io.StringIO()
    call_command("first_run", stdout=output)
    values: dict[str, str] = json.loads(output.getvalue())
    return values


def _has_no_customers() -> bool:
    return not apps.get_model("customers", "Customer").objects.exists()


def _collected() -> Path:
    """The file that says from which sources the static files were collected."""
    path: Path = settings.STATIC_ROOT / "sources.sha256"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def _static_fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            info = Path(storage.path(name)).stat()
            digest.update(f"{name}:{info.st_size}:{info.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _run(environment: Environment, first_run: dict[str, str]) -> None:
    programs.load()
    child.beside(partial(_announce, environment, first_run))
    keeping = partial(clock.keep, environment.data_dir / "beat-schedule", _servers(environment))
    supervisor.run([*programs.of(environment), Program("clock", keeping)])


def _servers(environment: Environment) -> list[Server]:
    """Those that are embedded; others have supervisors of their own."""
    folder = environment.data_dir
    servers = []
    if environment.embedded_database:
        start = partial(embedded.start, folder, broker=False)
        servers.append(Server("PostgreSQL", lambda: embedded.status(folder).database, start))
    if environment.embedded_redis:
        start = partial(embedded.start, folder, database=False)
        servers.append(Server("Valkey", lambda: embedded.status(folder).broker, start))
    return servers


def _announce(environment: Environment, first_run: dict[str, str]) -> None:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(environment.host, environment.host)  # noqa: S104 - asked for
    if not _wait_for_web(host, environment.port):
        print(f"The web server does not answer on port {environment.port}: read what it says above.", flush=True)
        return
    line = f"Open http://{f'[{host}]' if ':' in host else host}:{environment.port}/"
    if first_run:
        line += (
            f" - log in as {first_run['username']} / {first_run['password']} - API key to try: {first_run['api_key']}"
        )
    print(line, flush=True)


def _wait_for_web(host: str, port: int) -> bool:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(host, port, timeout=READY_SECONDS)
        try:
            connection.request("GET", "/")
            connection.getresponse()
            return True
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    return False
