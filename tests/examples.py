"""How many examples a random test tries: few each day, and many times as many when `make prove` sets EXAMPLES."""

import os


def examples(daily: int) -> int:
    return daily * int(os.environ.get("EXAMPLES", "1"))
