"""A backup taken while tills write comes back whole into an empty place: right books, protections, and the keys of before."""

import json
import time
from collections import Counter

import pytest

from tests.backup.places import ask, back_up, make_key, restore, verified
from tests.prove.serving import Tills, folder, furnished, recorded, serve, wait_for

pytestmark = pytest.mark.prove


def test_a_backup_under_load_restores_to_one_moment_of_it() -> None:
    with folder() as source, folder() as target:
        furnished(source)
        (source / "files" / "imports").mkdir(parents=True, exist_ok=True)
        (source / "files" / "imports" / "big.csv").write_bytes(bytes(30 * 1024 * 1024))
        key = make_key(source)
        with serve(source) as serving:
            tills = Tills(serving.port)
            with tills.sending(4):
                wait_for(lambda: len(tills.acknowledged) > 50)
                before, began = list(tills.acknowledged), time.monotonic()
                done = back_up(source, source.parent / "backup")
                seconds, during = time.monotonic() - began, len(tills.acknowledged) - len(before)
                wait_for(lambda: len(tills.acknowledged) > len(before) + during + 5)
            everything = set(recorded(source))
            assert (done.returncode, done.stderr) == (0, "")
            assert {status for status in tills.statuses if status not in {"write 200", "page 200"}} == set()
        assert during > 0

        restored = restore(target, source.parent / "backup")
        assert restored.returncode == 0, restored.stderr
        report = verified(target)
        assert (report["ok"], report["mismatches"]) == (True, [])
        times: Counter[str] = recorded(target)
        assert [receipt for receipt in before if times[receipt] != 1] == []
        assert max(times.values()) == 1
        assert set(times) <= everything
        assert ask(target, key, "after-the-restore") == {"status": 200, "ready": {"ready": True}}
        assert (target / "files" / "imports" / "big.csv").stat().st_size == 30 * 1024 * 1024
        print()
        print(f"backup in {seconds:.1f} s while {during} writes were acknowledged, all 200: {dict(tills.statuses)}")
        print(f"restored in {json.loads(restored.stdout)['seconds']} s: {len(times)} orders, {report['compared']}")
