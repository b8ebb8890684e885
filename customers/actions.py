"""What customers say of themselves: to enrol, to change the profile, to answer a question."""

from django.utils.translation import gettext_lazy as _

from loyalty.engine.actions import EFFECTIVE, NOBODY, Action, Attribute, Kind, names_of
from loyalty.engine.status import Status

from .fields.reserved import TEXTS

MAX_QUESTION = 64


def _field(name: str, kind: Kind = Kind.TEXT, **more: object) -> Attribute:
    return Attribute(name, kind, personal=True, most=TEXTS.get(name), **more)  # type: ignore[arg-type]  # the words of Attribute


PROFILE = (
    _field("email", example="ann@example.com"),
    _field("first_name", example="Ann"),
    _field("last_name", example="Example"),
    _field("nickname"),
    _field("handler"),
    _field("birth_date", Kind.DAY, example="1980-01-16"),
    _field("gender", description="`female`, `male` or `other`."),
    _field("language", description="ISO 639-1, with a region as in `pt-BR`; or its name.", example="en"),
    _field("country", hint=_("A code such as HU."), description="ISO 3166, or its name.", example="HU"),
    _field("currency", hint=_("A code such as EUR."), description="ISO 4217, or its name.", example="EUR"),
    _field("mobile_phone", example="+36301234567"),
    _field("image_url", label=_("Picture")),
    _field("src", label=_("Source"), description="Where the customer came from, such as `web`."),
    _field("referrer", description="The ID of the customer who referred this one; both earn at the opt-in."),
)

ACTIONS = (
    Action(
        "subscribe",
        _("Subscribe"),
        PROFILE,
        "user-plus",
        "Makes a new customer known, who opts in later. An ID that is known is refused.",
        by_hand=NOBODY,
    ),
    Action(
        "opt_in",
        _("Opt in"),
        PROFILE,
        "user-check",
        "A new ID, or a customer who is not a member yet, becomes a member.",
        by_hand={Status.INACTIVE},
    ),
    Action(
        "profile",
        _("Profile update"),
        PROFILE,
        "user-pen",
        "Changes the fields that are sent; null or an empty text clears one.",
    ),
    Action(
        "profiling_answer",
        _("Profiling answer"),
        (
            Attribute("question", Kind.TEXT, most=MAX_QUESTION, description="Your ID of the question."),
            Attribute(
                "attribute",
                Kind.TEXT,
                hint=_("The field of the customer that the answer fills in."),
                description="The field of the customer that the answer fills in; the question's ID if absent.",
                asked=True,
                most=MAX_QUESTION,
                example="first_name",
            ),
            Attribute("answer", description="A value of that field.", required=True, personal=True, example="Ann"),
            EFFECTIVE,
        ),
        "list-checks",
        "The answer to a question becomes a field of the customer.",
        once=True,
        earns=True,
    ),
)
# What they say becomes the profile: an attribute that the brand lists for them is one of the customer.
PROFILING = names_of(row for row in ACTIONS if row.attributes == PROFILE)
