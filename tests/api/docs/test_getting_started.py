"""The commands of docs/getting-started.md, in their order, on a real server; what they answer is what stands below them."""

import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management import call_command

from tests.api.docs.matching import differences

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "getting-started.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(language: str, code: str, environment: Mapping[str, str]) -> Any:
    command = [sys.executable, "-c", code] if language == "python" else ["bash", "-ec", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def manage(command: str) -> str:
    """What `manage.py` prints: here, in the database of the test."""
    _, script, *words = shlex.split(command)
    assert script == "manage.py"
    printed = io.StringIO()
    call_command(*words, stdout=printed)
    return printed.getvalue()


def unlike(found: Any, shown: Any) -> list[str]:
    """The text shows the part of an answer that matters."""
    return [one for one in differences(found, shown) if not one.endswith("not shown")]


def test_the_guide_is_true(with_curl: None, served: str) -> None:
    (_, make_key), *blocks = BLOCK.findall(GUIDE.read_text())
    made = json.loads(manage(make_key))
    environment = {**os.environ, "LOYALTY_URL": served, "LOYALTY_KEY": made["key"], "LOYALTY_SECRET": made["secret"]}
    answers: list[Any] = []
    last = ("", "")
    for language, code in blocks:
        if language == "json":
            # A second answer below one command is what sending it again gives.
            found = answers.pop() if answers else run(*last, environment)
            assert unlike(found, json.loads(code)) == [], found
        elif "export" not in code:
            last = language, code
            answers = [run(language, code, environment)]
    assert sum(language == "json" for language, _ in blocks) == 6
