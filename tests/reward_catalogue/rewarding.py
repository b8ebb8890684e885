"""What the tests of rewards share: rewards, made by the programme."""

from io import BytesIO
from typing import Any

from PIL import Image

from loyalty.program.operations import apply_program
from loyalty.staff.sender import Sender
from rewards.catalogue.models import Reward
from tests.engine.world import NOW

BY = Sender(None, NOW)


def make_reward(slug: str = "latte", **values: Any) -> Reward:
    """A physical one for 100 points, active unless it is said otherwise."""
    item = {
        "id": slug,
        "type": "physical",
        "status": "active",
        "name": {"en": slug.capitalize()},
        "prices": {"EUR": 100},
        **values,
    }
    apply_program({"rewards": [item]}, by=BY)
    return Reward.objects.get(slug=slug)


def make_category(slug: str = "drinks", **values: Any) -> None:
    apply_program({"reward_categories": [{"id": slug, "name": {"en": slug.capitalize()}, **values}]}, by=BY)


def a_picture(kind: str = "PNG", size: tuple[int, int] = (40, 20), **more: Any) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **more)
    return out.getvalue()
