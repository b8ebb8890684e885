"""What segments can ask of levels, as they are stored: a level counts until its expiry is seen to."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from loyalty.facts.enums import Kind
from loyalty.facts.kinds import Ask, Fact, Facts, Option, Source
from loyalty.tiers.enums import IN_TIER, TIER_EXPIRES, TIER_SINCE, StructureStatus
from loyalty.tiers.models import Level, Structure
from loyalty.tiers.queries import in_language

# Between the IDs of a structure and a level: neither may contain it.
SEPARATOR = "/"
_TABLES = (
    "tiers_customertier r JOIN tiers_level v ON v.id = r.level_id"
    " JOIN tiers_structure s ON s.id = r.structure_id AND s.status = 'active'"
)
_KEY = "r.customer_id"


def _levels() -> Sequence[tuple[str, str]]:
    rows = Level.objects.filter(structure__status=StructureStatus.ACTIVE, position__isnull=False)
    found = rows.order_by("structure__slug", "position").values_list("structure__slug", "slug", "names")
    return [(f"{structure}{SEPARATOR}{slug}", in_language(names, slug)) for structure, slug, names in found]


def _structures() -> Sequence[tuple[str, str]]:
    return list(Structure.objects.filter(status=StructureStatus.ACTIVE).values_list("slug", "name"))


def _in_tier(ask: Ask) -> Source:
    structure, _, level = str(ask.options["level"]).partition(SEPARATOR)
    where = [f"s.slug = {ask.bind(structure)}", f"v.slug = {ask.bind(level)}", ask.of(_KEY)]
    return Source("TRUE", _TABLES, where, _KEY)


def _of_structure(ask: Ask) -> list[str]:
    return [f"s.slug = {ask.bind(ask.options['structure'])}", ask.of(_KEY)]


def _since(ask: Ask) -> Source:
    day = f"(r.since AT TIME ZONE {ask.bind(str(ask.zone))})::date"
    return Source(day, _TABLES, _of_structure(ask), _KEY)


def _expires(ask: Ask) -> Source:
    """The day as which the level is computed anew; under rolling points the day as which it is lost."""
    return Source("r.expires_on", _TABLES, _of_structure(ask), _KEY)


_STRUCTURE = Option("structure", _("Tier structure"), Kind.CHOICE, "in", choices=_structures)
FACTS = Facts(
    _("Tiers"),
    (
        Fact(
            IN_TIER,
            "in tier",
            Kind.YES,
            _("Is in a tier"),
            _in_tier,
            (Option("level", _("Level"), Kind.CHOICE, choices=_levels),),
            negated="not in tier",
        ),
        Fact(TIER_SINCE, "tier reached", Kind.DATE, _("Tier reached on"), _since, (_STRUCTURE,)),
        Fact(TIER_EXPIRES, "tier expires", Kind.DATE, _("Tier expires on"), _expires, (_STRUCTURE,),
             also=("tier lost",)),
    ),
)  # fmt: skip
