#!/usr/bin/env python3
"""Django's commands. Those that need a database get it started first, when it is the embedded one."""

import os
import sys

# The schema belongs to another role than the program's own, so that write-once tables are so for the program as well.
OWNER_COMMANDS = {
    "migrate",
    "protect",
    "backup",
    "restore",
    "makemigrations",
    "showmigrations",
    "sqlmigrate",
    "squashmigrations",
    "test",
}
# `serve` and `restore` start them themselves, once they know that they may.
SERVERLESS_COMMANDS = {
    "help",
    "version",
    "serve",
    "restore",
    "stop",
    "check",
    "collectstatic",
    "compilemessages",
    "makemessages",
}


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty.settings")
    command = next((word for word in sys.argv[1:] if not word.startswith("-")), "help")
    if command in OWNER_COMMANDS:
        os.environ.setdefault("LOYALTY_DATABASE_ROLE", "owner")

    from django.core.management import execute_from_command_line

    from loyalty import embedded, environment

    try:
        values = environment.read()
        if command not in SERVERLESS_COMMANDS and "--help" not in sys.argv:
            environment.start_servers(values)
        execute_from_command_line(sys.argv)
    except (environment.BadEnvironment, embedded.EmbeddedError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
