"""What rewards are in the engine: a part of its programme. Claims are events of `rewards/claims`."""

from collections.abc import Mapping
from typing import Any

from loyalty.program.rooms import Document, Rules

from .config import APP, config_of
from .sections.categories import REWARD_CATEGORIES, REWARD_MESSAGES
from .sections.program import REWARDS


def _config(document: Document, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    return {APP: config_of(document, facts)}


RULES = Rules(sections=(REWARD_CATEGORIES, REWARD_MESSAGES, REWARDS), config=_config)
