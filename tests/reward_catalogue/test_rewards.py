"""What rewards there are: made, changed, put in order, archived and restored; as the rules and the program file have them."""

import datetime as dt
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from loyalty import composition
from loyalty.catalogue.operations import StillUsed, archive_store, change_store
from loyalty.program.operations import apply_program, export_program
from loyalty.program.section import Invalid
from loyalty.staff.audit.models import AuditEntry
from rewards.catalogue.categories.operations import change_message
from rewards.catalogue.config import APP, RewardsConfig
from rewards.catalogue.enums import IntervalUnit, LockKind, ReasonCode, RewardType
from rewards.catalogue.models import Reward
from rewards.catalogue.operations import (
    activate_reward,
    archive_reward,
    change_reward,
    clone_reward,
    create_reward,
    deactivate_reward,
    reorder_rewards,
)
from rewards.catalogue.queries import reward_named, rewards
from rewards.catalogue.schedule import LONGEST
from rewards.catalogue.sections import faults
from rewards.catalogue.sections.html import safe_html
from rewards.catalogue.sections.writing import NoSuchReward, NotThatStatus, TakenId
from rewards.catalogue.stock import left_of
from rewards.catalogue.texts import DEFAULTS, message_of, text_in
from segments.audience.audience import Audience, Group
from tests.catalogue.products import make_store
from tests.coupons.pooling import make_cards, make_pool
from tests.reward_catalogue.rewarding import BY, make_category, make_reward
from tests.segments.segmenting import make_segment

pytestmark = pytest.mark.django_db
A_DAY = {"after": 1, "unit": "days"}


def config() -> RewardsConfig:
    found = composition.configure().config[APP]
    assert isinstance(found, RewardsConfig)
    return found


def refused(**values: Any) -> list[str]:
    """The places of what is wrong with a reward."""
    with pytest.raises(Invalid) as caught:
        make_reward("new", **values)
    return [path.partition(".")[2] for path, _ in caught.value.problems]


def test_a_reward_is_created_inactive_whatever_is_said() -> None:
    made = create_reward(values={"type": "virtual", "name": {"en": "Badge"}, "status": "active"}, by=BY).result()

    assert (made.status, made.name, len(made.slug)) == ("inactive", {"en": "Badge"}, 24)


def test_the_id_and_the_type_of_a_reward_never_change() -> None:
    make_reward()

    for name, value in (("id", "other"), ("type", "virtual"), ("status", "archived")):
        with pytest.raises(Invalid):
            change_reward(slug="latte", values={name: value}, by=BY)
    with pytest.raises(Invalid):
        apply_program({"rewards": [{"id": "latte", "type": "virtual", "name": {"en": "L"}}]}, by=BY)


def test_an_id_is_taken_in_any_case_and_by_archived_ones_too() -> None:
    make_reward(status="inactive")
    archive_reward(slug="latte", by=BY)

    with pytest.raises(TakenId):
        create_reward(slug="Latte", values={"type": "virtual", "name": {"en": "L"}}, by=BY)


def test_only_inactive_rewards_are_archived_and_then_they_are_nowhere() -> None:
    make_reward()
    with pytest.raises(NotThatStatus):
        archive_reward(slug="latte", by=BY)
    deactivate_reward(slug="latte", by=BY)
    archive_reward(slug="latte", by=BY)

    assert (list(rewards()), reward_named("latte")) == ([], None)
    for operate in (activate_reward, deactivate_reward, archive_reward, clone_reward):
        with pytest.raises(NoSuchReward):
            operate(slug="latte", by=BY)
    with pytest.raises(NoSuchReward):
        change_reward(slug="latte", values={"name": {"en": "L"}}, by=BY)


def test_the_command_restores_an_archived_reward_as_inactive() -> None:
    make_reward(status="inactive")
    archive_reward(slug="latte", by=BY)

    told = StringIO()
    call_command("restore_reward", "latte", stdout=told)

    assert (told.getvalue(), Reward.objects.get().status) == ("The reward latte is inactive.\n", "inactive")
    with pytest.raises(CommandError, match="No reward of the ID latte is archived"):
        call_command("restore_reward", "latte")


def test_a_clone_is_the_same_again_inactive_and_behind_the_other() -> None:
    make_reward(stock=5, position=1)
    make_reward("mocha", position=2)

    made = clone_reward(slug="latte", by=BY).result()

    assert (made.status, made.stock, made.name, made.prices) == ("inactive", 5, {"en": "Latte"}, {"EUR": 100})
    assert [one.slug for one in rewards()] == ["latte", made.slug, "mocha"]


def test_rewards_are_put_in_order_and_the_others_follow() -> None:
    for slug in ("a", "b", "c"):
        make_reward(slug)

    reorder_rewards(slugs=["c", "a"], by=BY)
    assert [one.slug for one in rewards()] == ["c", "a", "b"]

    told = AuditEntry.objects.count()
    reorder_rewards(slugs=["c"], by=BY)
    assert AuditEntry.objects.count() == told, "nothing to do"
    with pytest.raises(NoSuchReward):
        reorder_rewards(slugs=["d"], by=BY)


def test_what_an_active_reward_lacks_is_named() -> None:
    assert refused(prices={}) == ["prices"]
    assert refused(type="coupon") == ["pools"]
    assert refused(type="bundle") == ["pools"]
    assert refused(type="download") == ["download_url"]
    assert refused(type="bidding") == ["ends_at"]
    make_pool("spring"), make_pool("summer")
    assert refused(type="coupon", pools=["spring", "summer"]) == ["pools"]
    assert make_reward("set", type="bundle", pools=["summer", "spring"]).pools == ["summer", "spring"]


def test_what_contradicts_itself_is_refused_by_its_field() -> None:
    assert refused(name={"en": " "}) == ["name"]
    assert refused(starts_at="2026-03-01", ends_at="2026-02-28") == ["ends_at"]
    assert refused(starts_at="2026-02-30") == ["starts_at"]
    assert refused(type="dynamic", max_price=99) == ["max_price"]
    assert refused(transfer_date="extend") == ["transfer_expires"]
    assert refused(category="nothing") == ["category"]
    assert refused(account="nothing") == ["account"]
    assert refused(type="coupon", pools=["nothing"]) == ["pools"]
    assert refused(audience={"any": [{"segment": "nothing"}]}) == ["audience"]
    assert refused(audience={"any": [{"crowd": "everybody"}]}) == ["audience"]
    assert refused(stock=-1) == ["stock"]
    assert refused(image_url="javascript:alert(1)") == ["image_url"]
    assert refused(name={"english": "L"}) == ["name.english"]
    assert refused(terms={"en": "x" * 20_001}) == ["terms.en"]


def test_dynamic_coupons_are_of_pools_whose_codes_have_values_of_their_own() -> None:
    make_pool("again", aggregated=True), make_pool("spring")
    make_cards(aggregated=True)

    assert refused(type="dynamic_coupon", pools=["again"]) == ["pools"]
    for pool in ("spring", "cards"):
        assert make_reward(pool, type="dynamic_coupon", pools=[pool]).pools == [pool]
    assert make_reward("plain", type="coupon", pools=["again"]).pools == ["again"]


@pytest.mark.parametrize("name", ["repeat_interval", "transfer_expires"])
@pytest.mark.parametrize("unit", IntervalUnit.values)
def test_an_interval_is_of_at_most_ten_years_in_each_unit(name: str, unit: str) -> None:
    def rule(after: int) -> dict[str, Any]:
        return {"transfer_date": "modify", "transfer_expires": A_DAY, name: {"after": after, "unit": unit}}

    most = LONGEST[unit]
    made = make_reward(**rule(most))

    assert most in (made.repeat_after, made.transfer_after)
    assert refused(**rule(most + 1))[0].startswith(name)


def test_an_interval_of_before_stays_until_it_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr(faults, "LONGEST", dict.fromkeys(IntervalUnit.values, 10_000))
        make_reward(repeat_interval={"after": 9_000, "unit": "years"})

    change_reward(slug="latte", values={"message": "Hi"}, by=BY)
    with pytest.raises(Invalid):
        change_reward(slug="latte", values={"repeat_interval": {"after": 9_001, "unit": "years"}}, by=BY)
    made = change_reward(slug="latte", values={"repeat_interval": {"after": 10, "unit": "years"}}, by=BY).result()
    assert (made.repeat_after, made.repeat_unit) == (10, "years")


def test_a_day_begins_and_ends_where_the_programme_is() -> None:
    """The start is included, the end is not: a day that ends belongs to it."""
    make_reward(starts_at="2026-03-01", ends_at="2026-03-31")

    rule = config().rewards["latte"]

    assert rule.starts_at == dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    assert rule.ends_at == dt.datetime(2026, 4, 1, tzinfo=dt.UTC)


def test_the_rules_read_a_reward_as_the_file_has_it() -> None:
    make_segment("buyers", "bought")
    make_category(status="coming_soon")
    made = make_reward(
        type="dynamic", max_price=500, price_step=50, audience={"any": [{"segment": "buyers"}]}, category="drinks",
        repeat_interval={"after": 1, "unit": "weeks"}, lock="customer", lock_seconds=30, stock=10, max_claims=2,
    )  # fmt: skip

    rule = config().by_id[made.id]

    assert (rule.slug, rule.type, rule.prices, rule.max_price, rule.price_step) == (
        "latte", RewardType.DYNAMIC, {"EUR": 100}, 500, 50,
    )  # fmt: skip
    assert rule.audience == Audience((Group("segment", "buyers"),))
    assert (rule.repeat_interval, rule.lock, rule.lock_seconds) == ((1, "weeks"), LockKind.CUSTOMER, 30)
    assert (rule.stock, rule.max_claims, rule.category_status) == (10, 2, "coming_soon")


def test_the_price_is_that_of_the_currency_and_nobody_pays_another() -> None:
    make_reward(prices={"EUR": 100, "USD": 120})
    found = config()
    rule = found.rewards["latte"]

    assert found.price_of(rule, "USD") == ("USD", 120)
    assert found.price_of(rule, "GBP") is None
    assert found.price_of(rule, None) == ("EUR", 100), "the programme's currency"


def test_html_is_made_safe_as_it_is_written_and_kept_by_types_that_show_it() -> None:
    html = '<p onclick="x()">Hi<script>alert(1)</script> <a href="javascript:x">there</a></p>'

    made = make_reward(type="custom", content={"en": html})

    assert made.content == {"en": '<p>Hi <a rel="noopener noreferrer">there</a></p>'}
    assert make_reward("mug", content={"en": html}).content == {}
    assert safe_html(made.content["en"]) == made.content["en"]


def test_what_a_reward_is_for_is_not_archived_meanwhile() -> None:
    make_store("vienna")
    make_reward(stores=["vienna"])
    change_store(slug="vienna", values={"status": "inactive"}, by=BY)

    with pytest.raises(StillUsed, match="Latte"):
        archive_store(slug="vienna", by=BY)
    with pytest.raises(Invalid):
        create_reward(values={"type": "physical", "name": {"en": "M"}, "stores": ["vienna"]}, by=BY)
    change_reward(slug="latte", values={"message": "Hi"}, by=BY)
    change_reward(slug="latte", values={"stores": []}, by=BY)
    archive_store(slug="vienna", by=BY)


def test_the_file_applied_twice_is_no_change_and_what_it_leaves_out_stays() -> None:
    make_reward(terms={"en": "None."}, cost="1.50", ends_at="2026-12-31")
    before = export_program()

    make_reward(ends_at="2026-12-31")

    assert export_program() == before
    assert '"cost": "1.5"' in before


def test_left_is_what_was_offered_less_the_claims_that_stand() -> None:
    assert (left_of(None, 5), left_of(10, 4), left_of(3, 4)) == (None, 6, 0)
    make_reward(stock=10)

    change_reward(slug="latte", values={}, left=7, by=BY)

    assert Reward.objects.get().stock == 7


def test_a_text_is_in_the_language_or_the_nearest_one() -> None:
    texts = {"en": "Hi", "de": "Hallo", "pt-BR": "Oi"}

    assert [text_in(texts, one) for one in ("de-AT", "pt-BR", "fr", "")] == ["Hallo", "Oi", "Hi", "Hi"]
    assert (text_in({"hu": "Szia"}, "fr"), text_in({}, "fr")) == ("Szia", "")


def test_a_message_is_the_rewards_own_or_of_the_library_or_ours() -> None:
    change_message(code=ReasonCode.POINTS, texts={"de": "Es fehlen {missing} Punkte."}, by=BY)
    library = config().messages

    def said(code: ReasonCode, locale: str, own: Any = None) -> str:
        return message_of(code, locale, own=own, library=library, numbers={"missing": 40})

    assert said(ReasonCode.POINTS, "de") == "Es fehlen 40 Punkte."
    assert said(ReasonCode.STOCK, "de") == DEFAULTS[ReasonCode.STOCK]
    assert said(ReasonCode.AUDIENCE, "en", {"en": "For gold members."}) == "For gold members."
    assert said(ReasonCode.POINTS, "de", {"en": "For gold members."}) == "Es fehlen 40 Punkte."
    assert set(DEFAULTS) == set(ReasonCode)
