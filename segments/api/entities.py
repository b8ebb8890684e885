"""`/entities/segments/segment`: segments with their rules and sizes, to be read."""

from collections.abc import Sequence
from typing import Any

from loyalty.api.access.dates import iso_date
from loyalty.api.entities.pairs import EntityPair
from segments.language.printing import sentence_of
from segments.language.reading import read_rule
from segments.language.refusals import WrongRule
from segments.language.vocabulary import Vocabulary, read_vocabulary
from segments.models import Segment
from segments.queries import segment_named

from .schemas import BUYERS, SEGMENT


def _listed(start: int, stop: int) -> Sequence[dict[str, Any]]:
    vocabulary = read_vocabulary()
    rows = Segment.objects.select_related("computation").order_by("slug")[start:stop]
    return [_object(one, vocabulary) for one in rows]


def _found(id: str) -> dict[str, Any] | None:
    found = segment_named(id)
    return _object(found, read_vocabulary()) if found else None


def _object(segment: Segment, vocabulary: Vocabulary) -> dict[str, Any]:
    computed = segment.computation.computed_at
    return {
        "id": segment.slug,
        "name": segment.name,
        "description": segment.description,
        "status": segment.status,
        "sentence": _sentence(segment, vocabulary),
        "rule": segment.rule,
        "announces": segment.announces,
        "members": segment.computation.members,
        "computed_at": iso_date(computed) if computed else None,
    }


def _sentence(segment: Segment, vocabulary: Vocabulary) -> str:
    try:
        return sentence_of(read_rule(segment.rule, vocabulary, is_stored=True), vocabulary)
    except WrongRule:
        return ""


PAIR = EntityPair("segments", "segment", _listed, _found, SEGMENT, BUYERS)
