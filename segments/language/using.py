"""What a rule depends on: the day, and other segments. Pure."""

from loyalty.facts.windows import Window

from .tree import Rule, conditions
from .vocabulary import SEGMENT, SEGMENT_OPTION, Vocabulary


def moves_by_day(rule: Rule, vocabulary: Vocabulary) -> bool:
    """Whether somebody may enter or leave at midnight, with nothing that happens."""
    return any(
        (one.window is not None and one.window.moves)
        or (isinstance(one.value, Window) and one.value.moves)
        or vocabulary.facts[one.fact].by_day
        for one in conditions(rule)
    )


def segments_in(rule: Rule) -> frozenset[str]:
    """The IDs of the segments whose members it asks for."""
    return frozenset(one.asked[SEGMENT_OPTION] for one in conditions(rule) if one.fact == SEGMENT)
