"""However many guesses come at once, they are counted one after the other."""

import threading

from django.db import connection
from django.utils import timezone

from loyalty.staff.login.guesses import TooManyGuesses, account, address, take
from loyalty.staff.models import GuessCount

NOW = timezone.now()


def test_of_many_at_once_no_more_than_the_free_tries_get_in(committed_db: None) -> None:
    found: list[bool] = []

    def one() -> None:
        try:
            take([account("ann"), address("203.0.113.7")], at=NOW)
            found.append(True)
        except TooManyGuesses:
            found.append(False)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found.count(True) == 6
    assert GuessCount.objects.get(digest=account("ann").digest).tries == 6
