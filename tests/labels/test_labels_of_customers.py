"""Labels: where they come from, what their identifiers are, and what becomes of them."""

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.export.queries import tables
from customers.models import Customer
from loyalty.engine.events import Actor
from loyalty.engine.programs import programs
from loyalty.program.operations import apply_program, export_program
from loyalty.program.section import Invalid
from segments.audience.audience import read_audience, sentence_of
from segments.audience.queries import reasons_of
from segments.audience.queries import size_of as size_of_audience
from segments.labels import mechanism
from segments.labels.enums import LabelStatus
from segments.labels.identifiers import label_id
from segments.labels.merging.operations import replace_merged
from segments.labels.models import CustomerLabel, Label
from segments.labels.operations import TakenName, merge_labels, rename_label, set_status
from segments.labels.queries import counted, customers_with, labels, labels_of, members_of, size_of
from tests.api_keys import development_key
from tests.engine.test_write_once import connect
from tests.engine.world import NOW, accepted, check_books, codes, event, merging, rows
from tests.engine.world import send as send_all
from tests.labels.labels import STAFF, held, known, member, send
from tests.segments.segmenting import make_segment, work
from tests.segments.segmenting import members as segment_members
from tests.transfer.conftest import Import
from tests.transfer.conftest import import_text as import_text

pytestmark = pytest.mark.django_db


# Identifiers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Gold Club", "gold-club"),
        ("gold-club", "gold-club"),
        ("  GOLD__club!! ", "gold-club"),
        ("Törzsvásárló", "torzsvasarlo"),
        ("Straße", "strasse"),
        ("Привет", "privet"),
        ("北京", "beijing"),
        ("!!! ---", ""),
        ("x" * 80, "x" * 64),
        ("x" * 63 + " y", "x" * 63),
    ],
)
def test_an_identifier_is_made_of_any_text(text: str, expected: str) -> None:
    assert label_id(text) == expected


def test_two_texts_of_one_identifier_are_one_label_and_the_first_is_its_name() -> None:
    member("ann", "Gold Club", "gold-club")
    member("ben", "GOLD CLUB")

    assert known() == {"gold-club": "Gold Club"}
    assert (held("ann"), held("ben")) == (["gold-club"], ["gold-club"])


# Sources


@pytest.mark.parametrize("given", [["VIP", "New"], "VIP, New", "VIP,,New,"])
def test_an_opt_in_gives_labels(given: Any) -> None:
    accepted(event("ann", "opt_in", labels=given))

    assert held("ann") == ["new", "vip"]
    assert "labels" not in Customer.objects.get().properties


def test_a_profile_event_adds_labels_and_takes_those_that_it_names() -> None:
    member("ann", "VIP")

    assert send("ann", "profile", labels=["New"]) is None
    assert held("ann") == ["new", "vip"]
    assert send("ann", "profile", labels=["Third"], remove_labels=["Vip", "never held"]) is None
    assert held("ann") == ["new", "third"]


def test_a_profiling_answer_gives_labels() -> None:
    member("ann")

    assert send("ann", "profiling_answer", question="Sport?", answer="Tennis", labels=["Tennis"]) is None
    assert held("ann") == ["tennis"]


def test_a_customer_who_is_subscribed_gets_labels() -> None:
    assert send("ann", "subscribe", labels=["Lead"]) is None
    assert held("ann") == ["lead"]


def test_an_import_of_customers_gives_labels(import_text: Import) -> None:
    member("ben", "Old")
    job = import_text('id,labels\nann,"VIP, New"\nben,VIP\n', "customers")

    assert job.refused == 0
    assert (held("ann"), held("ben")) == (["new", "vip"], ["old", "vip"])


def test_an_import_of_events_gives_labels(import_text: Import) -> None:
    import_text("id,action,labels[0],labels[1]\nann,opt_in,VIP,New\n", "events")

    assert held("ann") == ["new", "vip"]


@pytest.mark.parametrize(
    "labels", [5, {"a": "b"}, [5], [["a"]], ["x" * 101], ["!!!"], [f"l{number}" for number in range(51)]]
)
def test_what_is_no_list_of_texts_is_refused_and_nothing_is_kept(labels: Any) -> None:
    member("ann")

    assert send("ann", "profile", labels=labels) == 0
    assert (held("ann"), known()) == ([], {})


def test_a_web_page_makes_no_label() -> None:
    member("ann", "VIP")
    member("ben")
    page = Actor("api", is_page=True)

    assert [send("ben", action, page, labels=["New"]) for action in ("opt_in", "profile", "subscribe")] == [0, 0, 0]
    assert send("ben", "review_submit", page, labels=["New", "VIP"]) is None

    assert (held("ben"), known()) == ([], {"vip": "VIP"})


def test_there_are_only_so_many_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mechanism, "MOST_LABELS", 2)
    member("ann", "A", "B")

    assert send("ann", "profile", labels=["C"]) == 0
    assert send("ann", "profile", labels=["A", "b"]) is None


def test_an_event_that_is_refused_makes_no_label() -> None:
    assert send("ann", "opt_in", labels=["VIP"], birth_date="never") is not None
    assert known() == {}


def test_events_of_one_batch_make_a_label_once() -> None:
    accepted(event("ann", "opt_in", labels=["VIP"]), event("ben", "opt_in", labels=["Vip"]))

    assert known() == {"vip": "VIP"}
    assert (held("ann"), held("ben")) == (["vip"], ["vip"])


# Statuses, renaming, merging


def test_an_inactive_label_stays_where_it_is_and_is_not_given_anew() -> None:
    member("ann", "VIP")
    set_status(slug="vip", status=LabelStatus.INACTIVE, by=STAFF)
    member("ben", "VIP", "New")

    assert (held("ann"), held("ben")) == (["vip"], ["new"])
    set_status(slug="vip", status=LabelStatus.ACTIVE, by=STAFF)
    assert send("ben", "profile", labels=["VIP"]) is None
    assert held("ben") == ["new", "vip"]


def test_a_new_name_is_seen_at_once_and_the_old_identifier_still_means_the_label() -> None:
    member("ann", "VIP")

    assert rename_label(slug="vip", name="Best Friends", by=STAFF).result() == "best-friends"

    assert held("ann") == ["best-friends"]
    member("ben", "vip")
    member("eve", "Best friends")
    assert (held("ben"), held("eve"), known()) == (["best-friends"], ["best-friends"], {"best-friends": "Best Friends"})
    assert rename_label(slug="best-friends", name="VIP", by=STAFF).result() == "vip"
    assert held("eve") == ["vip"]


def test_a_rename_of_fifty_thousand_customers_writes_no_more_than_ten_rows() -> None:
    member("ann", "VIP")
    label = Label.objects.get()
    rows("INSERT INTO customers_customer (public_id, status, properties, created_at, updated_at, purchase_total, purchase_count,"
         " purchase_item_count) SELECT 'c' || n, 'active', '{}', now(), now(), 0, 0, 0 FROM generate_series(1, 49999) n")  # fmt: skip
    rows("INSERT INTO labels_customerlabel (customer_id, label_id, since) SELECT id, %s, now() FROM customers_customer"
         " WHERE public_id <> 'ann'", [label.pk])  # fmt: skip
    written = "SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
    before = sum(number for (number,) in rows(written))

    rename_label(slug="vip", name="Best", by=STAFF).result()

    assert sum(number for (number,) in rows(written)) - before <= 10
    assert size_of(Label.objects.get()) == 50_000
    assert held("ann") == held("c49999") == ["best"]


def test_a_name_of_another_label_is_not_taken() -> None:
    member("ann", "VIP", "New")

    with pytest.raises(TakenName):
        rename_label(slug="new", name="vip!", by=STAFF)
    assert known() == {"vip": "VIP", "new": "New"}


def test_two_labels_become_one_at_once_and_their_customers_follow() -> None:
    member("ann", "VIP")
    member("ben", "Best", "VIP")
    member("eve", "Best")

    merge_labels(slug="vip", into="best", by=STAFF).result()

    for _ in range(2):
        assert [held(name) for name in ("ann", "ben", "eve")] == [["best"]] * 3
        assert known() == {"best": "Best"}
        [label] = counted(labels())
        assert (label.size, size_of(label), members_of(label).count()) == (3, 3, 3)  # type: ignore[attr-defined]
        replace_merged(now=lambda: NOW)
    assert set(CustomerLabel.objects.values_list("label__slug", flat=True)) == {"best"}
    member("zoe", "VIP")
    assert held("zoe") == ["best"]


def test_labels_are_merged_one_after_the_other() -> None:
    member("ann", "A")
    member("ben", "B")
    member("eve", "C")
    merge_labels(slug="a", into="b", by=STAFF).result()
    merge_labels(slug="b", into="c", by=STAFF).result()

    assert [held(name) for name in ("ann", "ben", "eve")] == [["c"]] * 3
    assert replace_merged(now=lambda: NOW) == 2
    assert replace_merged(now=lambda: NOW) == 0
    assert [held(name) for name in ("ann", "ben", "eve")] == [["c"]] * 3


# Merged profiles, erasure, access, facts, the program file


def test_the_survivor_of_a_merge_has_each_label_that_either_had() -> None:
    member("ann", "A", "B")
    member("old", "B", "C")

    assert codes(send_all(merging("old", "ann"))) == [None]

    assert held("ann") == ["a", "b", "c"]
    assert rows("SELECT moved->>'labels' FROM customers_merge") == [("2",)]
    check_books()


def test_who_is_erased_has_no_labels() -> None:
    member("ann", "VIP")
    accepted(event("ann", "opt_out"))

    assert not CustomerLabel.objects.exists()


def test_what_is_held_about_somebody_tells_their_labels() -> None:
    member("ann", "VIP")

    [table] = [one for one in tables() if one.name == "customer_label"]
    assert len(list(table.rows([Customer.objects.get().pk]))) == 1


def test_labels_tell_set_wise_who_has_them() -> None:
    member("ann", "A")
    member("ben", "B")
    member("eve", "C")
    merge_labels(slug="a", into="b", by=STAFF).result()
    ids = dict(Customer.objects.values_list("id", "public_id"))

    assert {ids[one] for one in customers_with(["b"])} == {"ann", "ben"}
    assert {ids[one] for one in customers_with(["a", "c"])} == {"ann", "ben", "eve"}


def test_segments_ask_for_labels_by_any_identifier_and_see_a_merge() -> None:
    member("ann", "A")
    member("ben", "B")
    member("eve", "C")
    make_segment("with-a", 'has label "A"')
    make_segment("without", 'does not have label "A"')
    work(NOW)
    assert (segment_members("with-a"), segment_members("without")) == ({"ann"}, {"ben", "eve"})

    rename_label(slug="a", name="Gold", by=STAFF).result()
    merge_labels(slug="b", into="gold", by=STAFF).result()
    work(NOW)

    assert (segment_members("with-a"), segment_members("without")) == ({"ann", "ben"}, {"eve"})


def test_an_audience_keeps_out_who_has_a_label() -> None:
    member("ann", "Staff")
    member("ben")
    found = read_audience({"not": [{"label": "staff"}]})

    assert (sentence_of(found), size_of_audience(found)) == ("everyone, and not with label Staff", 1)
    assert [str(one) for one in reasons_of(Customer.objects.get(public_id="ann"), {"x": found})["x"]] == ["in Staff"]


def test_labels_of_many_customers_are_read_at_once() -> None:
    for number in range(5):
        member(f"c{number}", "A", "B")
    with CaptureQueriesContext(connection) as captured:
        labels_of(list(Customer.objects.all()))
    assert len(captured) == 3


def test_the_read_api_tells_the_names_of_labels_and_nothing_where_there_is_none(client: Client) -> None:
    development_key()
    member("ann", "VIP", "Gold Club")
    member("ben")

    found = client.get("/v1/customers?api_key=till-key").json()["payload"]["customers"]

    assert {one["_id"]: one.get("labels") for one in found} == {"ann": ["Gold Club", "VIP"], "ben": None}


def test_the_program_file_has_the_labels() -> None:
    member("ann", "VIP")
    assert '"vip"' in export_program()

    apply_program(
        {"labels": [{"id": "vip", "name": "Best", "status": "inactive"}, {"id": "new", "name": "New"}]}, by=STAFF
    )
    assert known() == {"vip": "Best", "new": "New"}
    programs._program = None
    member("ben", "New", "VIP")
    assert held("ben") == ["new"]


@pytest.mark.parametrize("id", ["A", "a--b", "-a", "a b", "x" * 65])
def test_an_identifier_that_is_none_is_refused(id: str) -> None:
    with pytest.raises(Invalid):
        apply_program({"labels": [{"id": id, "name": "X"}]}, by=STAFF)


def test_an_identifier_that_a_label_had_before_is_not_another_one() -> None:
    member("ann", "VIP")
    rename_label(slug="vip", name="Best", by=STAFF).result()

    with pytest.raises(Invalid, match="called before"):
        apply_program({"labels": [{"id": "vip", "name": "X"}]}, by=STAFF)


# At once


def _at_once(times: int = 4) -> list[Any]:
    found: list[Any] = []
    barrier = threading.Barrier(times)

    def opt_in(number: int) -> None:
        barrier.wait()
        try:
            found.append(codes(send_all(event(f"c{number}", "opt_in", labels=["Brand new", f"own {number}"]))))
        except Exception as error:
            found.append(type(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=opt_in, args=[number]) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_a_label_that_several_make_at_once_is_made_once(committed_db: None) -> None:
    assert _at_once() == [[None]] * 4
    assert Label.objects.filter(slug="brand-new").count() == 1
    assert [held(f"c{number}") for number in range(4)] == [["brand-new", f"own-{number}"] for number in range(4)]


def test_control_without_the_rule_of_the_database_somebody_fails(committed_db: None) -> None:
    with connect("owner") as owner:
        for table in ("labels_label", "labels_labelalias"):
            owner.execute(f"DROP TRIGGER keep_first_label ON {table}")

    assert IntegrityError in _at_once()
