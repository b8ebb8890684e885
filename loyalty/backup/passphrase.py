"""Where the passphrase comes from: the environment or a prompt, never a command line, which others on the machine can read."""

import getpass
import os
import sys

from .operations import SHORTEST_PASSPHRASE

VARIABLE = "LOYALTY_BACKUP_PASSPHRASE"


class NoPassphrase(ValueError):
    """One sentence that holds the cure."""


def ask(*, twice: bool) -> str:
    """Raises NoPassphrase where nobody can be asked, or for a short one."""
    found = os.environ.get(VARIABLE) or _prompt(twice=twice)
    if len(found) < SHORTEST_PASSPHRASE:
        raise NoPassphrase(f"The passphrase is too short: take {SHORTEST_PASSPHRASE} characters or more.")
    return found


def _prompt(*, twice: bool) -> str:
    if not sys.stdin.isatty():
        raise NoPassphrase(f"There is no passphrase: set {VARIABLE}, or run this in a terminal, which asks for it.")
    found = getpass.getpass("Passphrase of the backup: ")
    if twice and found != getpass.getpass("Once more: "):
        raise NoPassphrase("The two are not the same: start again.")
    return found
