"""What has to run with Django in the scratch database; started as a process of its own, prints JSON."""

import argparse
import cProfile
import datetime as dt
import functools
import io
import itertools
import json
import pstats
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import django
from django.utils.module_loading import import_string

# So many keys take turns: 20,000 requests a minute each are more than anything here answers.
TILLS = 8
# Phases of the engine's one attempt at a batch: the modules, classes and methods that do them.
PHASES = {
    "lock_and_read": "loyalty.engine.storage.reading.Reading",
    "reduce": "loyalty.engine.recording.Recording",
    "write": "loyalty.engine.storage.writing.Writing",
}


def prepare(customers: int) -> dict[str, Any]:
    """Customers who have opted in; and the keys of tills, each with the limit that a key has by default."""
    from loyalty.api.keys.operations import create_api_key
    from loyalty.staff.sender import Sender

    from .growth import people

    people.fill(customers)
    made = [
        create_api_key(name=f"Till {number}", by=Sender(None, dt.datetime.now(dt.UTC))).result()
        for number in range(TILLS)
    ]
    (key, secret), *others = made
    return {"id": key.pk, "key": key.key, "secret": secret, "others": [[one.key, word] for one, word in others]}


def _require_success(outcomes: list[Any]) -> None:
    error = next((outcome.error for outcome in outcomes if outcome.error), None)
    if error:
        raise SystemExit(f"An event was refused: {error.message}")


def profile(count: int, customers: int, size: int) -> dict[str, Any]:
    """Where the time of `count` checkouts goes, recorded `size` at a time by the engine alone, without HTTP."""
    warm = checkouts(f"warm-{size}", 20 * size, customers)
    record_all(warm, size)
    with timed(PHASES) as seconds:
        started = time.perf_counter()
        record_all(checkouts(f"timed-{size}", count, customers), size)
        elapsed = time.perf_counter() - started
    profiler = cProfile.Profile()
    profiler.enable()
    record_all(checkouts(f"profiled-{size}", count, customers), size)
    profiler.disable()
    return {
        "batch": size,
        "milliseconds_per_checkout": round(elapsed / count * 1000, 4),
        "share": {name: round(spent / elapsed, 3) for name, spent in seconds.items()},
        "functions": _costliest(profiler, count),
    }


def reads(times: int) -> dict[str, float]:
    from .growth.reads import medians

    return medians(times)


def movements(count: int, customers: int, size: int) -> dict[str, Any]:
    """Points earned and spent by turns, `size` at a time, by the engine alone."""
    from loyalty.engine.events import Incoming

    from .ledger.contest import movers
    from .load import customer

    kinds = (("point_add", {"points": 10}), ("point_spend", {"points": 5}))
    events = [
        Incoming(customer(one), kinds[number % 2][0], kinds[number % 2][1])
        for first in range(0, count, size)
        for number, one in enumerate(movers(first, customers))
    ]
    record_all(events[: 2 * size], size)
    started = time.perf_counter()
    record_all(events, size)
    return {"seconds": time.perf_counter() - started}


def checkouts(run: str, count: int, customers: int) -> list[Any]:
    from loyalty.api.body.json import read_json
    from loyalty.engine.events import Incoming

    from .load import body

    bodies = [body(run, number, customers) for number in range(count)]
    return [Incoming(sent["customer"], sent["action"], sent["data"]) for sent in map(read_json, bodies)]


def record_all(events: list[Any], size: int) -> None:
    from loyalty.engine.record import record
    from loyalty.intake.actors import made_up

    rest = iter(events)
    while batch := list(itertools.islice(rest, size)):
        outcomes = record(batch, by=made_up("api"), at=dt.datetime.now(dt.UTC))
        _require_success(outcomes)


@contextmanager
def timed(phases: Mapping[str, str]) -> Iterator[dict[str, float]]:
    """Seconds spent in the phases of the engine's batch."""
    classes = {name: import_string(path) for name, path in phases.items()}
    spent = defaultdict[str, float](float)

    def clocked(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def run(*args: Any, **kwargs: Any) -> Any:
            started = time.perf_counter()
            try:
                return method(*args, **kwargs)
            finally:
                spent[name] += time.perf_counter() - started

        return run

    methods = {name: getattr(found, name) for name, found in classes.items()}
    for name, method in methods.items():
        setattr(classes[name], name, clocked(name, method))
    try:
        yield spent
    finally:
        for name, method in methods.items():
            setattr(classes[name], name, method)


def where(count: int, customers: int, key: str, secret: str) -> dict[str, Any]:
    """Of one checkout in one process: a whole request, and the engine alone in batches of 1 and 50."""
    return {
        "request": requests(count, customers, key, secret),
        "engine": [profile(count, customers, size) for size in (1, 50)],
    }


def _costliest(profiler: cProfile.Profile, count: int, *, with_callees: bool = False, most: int = 20) -> list[str]:
    """The functions with the most time of their own (or with their callees), per checkout; cProfile makes Python look slower than it is, and waiting less."""
    stats: dict[Any, Any] = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    ranked = sorted(stats.items(), key=lambda item: -item[1][3 if with_callees else 2])[:most]
    return [
        f"{own / count * 1e6:.1f} µs own, {cumulative / count * 1e6:.1f} µs with callees, {calls / count:.2f} calls: "
        + (f"{file.rpartition('/')[2]}:{line} {name}" if line else name)
        for (file, line, name), (_, calls, own, cumulative, _) in ranked
    ]


def signed_requests(count: int, customers: int, key: str, secret: str) -> list[dict[str, Any]]:
    """Checkouts as a WSGI server hands them to the application."""
    from django.test import RequestFactory

    from loyalty.api.access.signing import Signer, sign

    from .load import USER_AGENT, body

    factory, signer, at = RequestFactory(), Signer(key, secret, "eu"), dt.datetime.now(dt.UTC)
    found = []
    for number in range(count):
        content = body("inside", number, customers)
        headers = sign(signer, "POST", "/events", host="testserver", body=content, at=at)
        headers = {**headers, "User-Agent": USER_AGENT}
        found.append(factory.generic("POST", "/events", content, "application/json", headers=headers).environ)
    return found


def requests(count: int, customers: int, key: str, secret: str) -> dict[str, Any]:
    """Requests through the whole application in this process, without a server and a network."""
    environs, fifth = signed_requests(count, customers, key, secret), count // 5
    warm, rest, profiled = environs[:fifth], environs[fifth:-fifth], environs[-fifth:]
    _answer(warm)
    with timed({"run": PHASES["reduce"]}) as seconds:
        started = time.perf_counter()
        _answer(rest)
        elapsed = time.perf_counter() - started
    profiler = cProfile.Profile()
    profiler.enable()
    _answer(profiled)
    profiler.disable()
    return {
        "milliseconds_per_request": round(elapsed / len(rest) * 1000, 4),
        "of_it_the_engine": round(seconds["run"] / elapsed, 3),
        "functions": _costliest(profiler, fifth),
        "functions_with_callees": _costliest(profiler, fifth, with_callees=True, most=60),
    }


def import_file(path: str, model: str) -> dict[str, Any]:
    """Which share of an import the phases of the engine have; the rest reads and checks the file."""
    from django.core.management import call_command

    printed = io.StringIO()
    with timed(PHASES) as seconds:
        call_command("import_file", path, model=model, unknown_columns="keep", stdout=printed)
    done = json.loads(printed.getvalue())
    return {
        "rows": done["rows"],
        "microseconds_per_row": round(done["seconds"] / done["rows"] * 1e6, 1),
        "share": {name: round(spent / done["seconds"], 3) for name, spent in seconds.items()},
    }


def stock(path: str, resource: str, most: int) -> dict[str, Any]:
    from .stock import import_file as by_the_library

    return by_the_library(path, resource, most)


def _answer(environs: list[dict[str, Any]]) -> None:
    from loyalty import wsgi

    application: Callable[..., Any] = wsgi.application

    def start_response(status: str, headers: Any, exc_info: Any = None) -> None:
        if not status.startswith("200"):
            raise SystemExit(f"A checkout was answered with {status}")

    for environ in environs:
        answer = application(environ, start_response)
        b"".join(answer)
        answer.close()


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("prepare", "where", "import", "stock", "movements", "reads"))
    for name in ("customers", "count", "size"):
        parser.add_argument(f"--{name}", type=int, default=1)
    for name in ("key", "secret", "path", "model", "resource"):
        parser.add_argument(f"--{name}", default="")
    given = parser.parse_args(arguments)
    django.setup()
    answers: dict[str, Callable[[], dict[str, Any]]] = {
        "prepare": lambda: prepare(given.customers),
        "where": lambda: where(given.count, given.customers, given.key, given.secret),
        "import": lambda: import_file(given.path, given.model),
        "stock": lambda: stock(given.path, given.resource, given.count),
        "reads": lambda: reads(given.count),
        "movements": lambda: movements(given.count, given.customers, given.size),
    }
    json.dump(answers[given.what](), sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
