"""The customers and orders that the examples of the description tell of. It is NOON, and stays so."""

from collections.abc import Iterator
from datetime import UTC, datetime
from unittest.mock import patch

from django.utils import timezone

from coupons.api.docs import POOL_ID
from coupons.bulk.kinds import ADD
from coupons.models import Pool
from coupons.stock.adding import add_codes
from customers.fields.models import Field
from events.types.models import EventType
from loyalty.api.keys.models import ApiKey
from loyalty.bulk.kinds import Item
from loyalty.bulk.operations import accept
from loyalty.bulk.working import work
from loyalty.catalogue.api.schemas import MUG, VIENNA
from loyalty.catalogue.operations import create_product, create_store
from loyalty.engine.events import Actor, Incoming
from loyalty.program.operations import apply_program
from loyalty.staff.sender import Sender
from rewards.catalogue.api.reading import read_reward
from rewards.catalogue.api.schemas import LATTE
from rewards.catalogue.operations import create_reward
from rewards.claims.api.schemas import REWARD_ID, TEN_OFF
from rewards.claims.bulk.kinds import CLAIM_MANY
from segments.lists.api.docs import ID, VIP
from segments.lists.bulk.kinds import CUSTOMER_ADD
from segments.membership.operations import refresh_due
from tests.api_keys import development_key
from tests.factories import NOON, tell
from tests.segments.segmenting import make_segment
from tests.tiers.ladders import set_up, structure

JANUARY = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
OCTOBER_3 = datetime(2026, 10, 3, 10, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 2, 16, 5, tzinfo=UTC)
JUG = {
    "product_id": "JUG-RED",
    "product_name": "Red jug",
    "product_category": "jugs",
    "quantity": 2,
    "price": 125,
    "subtotal": 250,
}
LEVELS = {"bronze": 150, "silver": 250, "gold": 1_000}
STATUS = structure(
    "status",
    [{"id": id, "name": {"en": id.capitalize()}, "threshold": points} for id, points in LEVELS.items()],
    initialise_at_opt_in=False,
    expiration_type="rolling",
    rolling_months=12,
)


def make_people() -> None:
    """Ann (0519001, card 1234) bought two jugs in October and is silver; Ben (0519002) has 100 points; Cleo (0519003) is
    suspended."""
    set_up(STATUS)
    Field.objects.create(slug="loyalty_barcode", name="Card", external_id=True)
    EventType.objects.create(action="app_install", name="App install", default_points=50, one_time=True)
    ann = {"first_name": "Ann", "last_name": "Example", "email": "ann@example.com", "language": "en", "currency": "EUR"}
    tell(
        Incoming("0519001", "opt_in", {**ann, "birth_date": "1980-01-16", "loyalty_barcode": "1234"}),
        Incoming("0519002", "opt_in", {"first_name": "Ben", "email": "ben@example.com"}),
        Incoming("0519003", "opt_in", {"first_name": "Cleo"}),
        at=JANUARY,
    )
    order = {"transaction_id": "R-1000", "total": 250, "currency": "EUR", "items": [JUG]}
    tell(Incoming("0519001", "checkout", order), at=OCTOBER)
    tell(Incoming("0519002", "point_add", {"points": 100}), at=OCTOBER)
    tell(Incoming("0519003", "suspend", {"reason": "Card lost"}), at=OCTOBER)
    make_segment("buyers", "bought")
    refresh_due(now=lambda: OCTOBER_3)


def make_list() -> None:
    """VIP members, a list on which a batch has put Ben; it named 0519009 as well, who is nobody."""
    apply_program({"lists": [VIP]}, by=Sender(None, JANUARY))
    named = [Item("0519002"), Item("0519009")]
    batch = accept(CUSTOMER_ADD, ID, named, by=Actor("api"), at=JANUARY, batch="batch001")
    work(request_id=batch.pk, now=lambda: JANUARY)


def make_catalogue() -> None:
    """A blue mug, and a store in Vienna."""
    by = Sender(None, JANUARY)
    create_product(slug=MUG["id"], values=MUG, by=by)
    create_store(slug=VIENNA["id"], values=VIENNA, by=by)


def make_coupons() -> None:
    """Ann holds a coupon of the pool Spring; a batch has named a code that is none."""
    by = Sender(None, JANUARY)
    item = {"id": POOL_ID, "name": "Spring", "source": "uploaded", "type": "amount", "value": "10"}
    apply_program({"coupon_pools": [item]}, by=by)
    add_codes(Pool.objects.get(), ["SPRING-4F7K2M"], at=JANUARY)
    tell(Incoming("0519001", "coupon_assign", {"coupon": POOL_ID}), at=JANUARY, by=Actor("back_office"))
    named = [Item("SPRING-2"), Item("a b")]
    batch = accept(ADD, POOL_ID, named, by=Actor("api"), at=JANUARY, batch="batch001")
    work(request_id=batch.pk, now=lambda: JANUARY)


def make_rewards() -> None:
    """An inactive one, and a coupon of the pool Spring, which Ann can claim; a batch has named 0519009, who is nobody."""
    by = Sender(None, JANUARY)
    create_reward(slug=LATTE["id"], values=read_reward(LATTE, {}).values, by=by)
    apply_program({"rewards": [TEN_OFF]}, by=by)
    batch = accept(CLAIM_MANY, REWARD_ID, [Item("0519009")], by=Actor("api"), at=JANUARY, batch="batch001")
    work(request_id=batch.pk, now=lambda: JANUARY)


def make_world() -> None:
    make_people()
    make_list()
    make_catalogue()
    make_coupons()
    make_rewards()


def example_world() -> Iterator[ApiKey]:
    """All of these, and the key to call with, while the clock stands still."""
    make_world()
    with patch.object(timezone, "now", lambda: NOON):
        yield development_key("examples", "Examples")
