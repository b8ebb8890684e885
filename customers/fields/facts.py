"""What segments can ask of the profile: the fields of every customer, the brand's own, and days that follow from them."""

from collections.abc import Callable, Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from loyalty.engine.status import DEPARTED, Status
from loyalty.facts.enums import Kind
from loyalty.facts.kinds import Ask, Fact, Facts, Source

from .enums import FieldType
from .models import Field

# As words and labels; the column is named in the fact's name.
_TEXTS = {
    "first_name": ("first name", _("First name")),
    "last_name": ("last name", _("Last name")),
    "nickname": ("nickname", _("Nickname")),
    "email": ("email", _("Email address")),
    "mobile_phone": ("mobile phone", _("Mobile phone")),
    "gender": ("gender", _("Gender")),
    "language": ("language", _("Language")),
    "country": ("country", _("Country")),
    "currency": ("currency", _("Currency")),
    "src": ("source", _("Source")),
    "referrer": ("referrer", _("Referrer")),
}
_MOMENTS = {
    "optin_at": ("member since", _("Member since")),
    "created_at": ("created", _("Created")),
    "last_login_at": ("last login", _("Last login")),
    "last_earn_date": ("last earning", _("Last earning")),
    "last_spend_date": ("last spending", _("Last spending")),
}
_YEAR = "EXTRACT(YEAR FROM {})"


def _column(name: str) -> Callable[[Ask], Source]:
    source = Source(f"c.{name}")
    return lambda _ask: source


def _local_day(column: str, ask: Ask) -> str:
    return f"({column} AT TIME ZONE {ask.bind(str(ask.zone))})::date"


def _moment(name: str) -> Callable[[Ask], Source]:
    return lambda ask: Source(_local_day(f"c.{name}", ask))


def _age(ask: Ask) -> Source:
    """On 28 February in other years, somebody born on the 29th has their birthday."""
    years = f"({ask.bind(ask.today.year)} - {_YEAR.format('c.birth_date')})"
    had = f"{_in_year('c.birth_date', ask.bind(ask.today.year))} <= {ask.bind(ask.today)}"
    return Source(f"{years} - CASE WHEN {had} THEN 0 ELSE 1 END")


def _in_year(day: str, year: str) -> str:
    """The day in that year; 29 February is the 28th in other years, as the database adds years."""
    return f"({day} + make_interval(years => ({year} - {_YEAR.format(day)})::int))::date"


def _next(day: str, ask: Ask) -> str:
    """Its next return, today counted."""
    this, following = (_in_year(day, ask.bind(ask.today.year + more)) for more in (0, 1))
    return f"CASE WHEN {this} >= {ask.bind(ask.today)} THEN {this} ELSE {following} END"


def _birthday(ask: Ask) -> Source:
    return Source(_next("c.birth_date", ask))


def _anniversary(ask: Ask) -> Source:
    """The first one is a year after joining."""
    joined = _local_day("c.optin_at", ask)
    return Source(
        f"CASE WHEN {joined} < {ask.bind(ask.today)} THEN {_next(joined, ask)} ELSE {_in_next_year(joined)} END"
    )


def _in_next_year(day: str) -> str:
    return f"({day} + interval '1 year')::date"


def _statuses() -> Sequence[tuple[str, str]]:
    return [(status.value, str(status.label)) for status in Status if status.value not in DEPARTED]


# Custom fields. A value from before the field had its type is none.
_KINDS = {
    FieldType.NUMERIC: Kind.NUMBER,
    FieldType.BOOLEAN: Kind.FLAG,
    FieldType.DATE: Kind.DATE,
    FieldType.DATETIME: Kind.DATE,
    FieldType.SELECT: Kind.CHOICE,
    FieldType.MULTIPLE_CHOICE: Kind.TEXTS,
    FieldType.LIST: Kind.TEXTS,
}
_READ = {
    Kind.NUMBER: "CASE WHEN jsonb_typeof({json}) = 'number' THEN ({json})::numeric END",
    Kind.FLAG: "CASE WHEN jsonb_typeof({json}) = 'boolean' THEN ({json})::boolean END",
    Kind.TEXTS: "CASE WHEN jsonb_typeof({json}) = 'array' AND {json} <> '[]' THEN {json} END",
    Kind.TEXT: "({text})",
    Kind.CHOICE: "({text})",
}
# PostgreSQL also reads words such as infinity and today, which are no days that anybody has entered.
_WRITTEN = "{text} ~ '^[0-9][0-9][0-9][0-9]-'"
_DAY = f"CASE WHEN {_WRITTEN} AND pg_input_is_valid({{text}}, 'date') THEN ({{text}})::date END"
_INSTANT = (
    f"CASE WHEN {_WRITTEN} AND pg_input_is_valid({{text}}, 'timestamptz')"
    " THEN (({text})::timestamptz AT TIME ZONE {zone})::date END"
)


def _custom_source(field: Field, kind: Kind) -> Callable[[Ask], Source]:
    def source(ask: Ask) -> Source:
        slug = ask.bind(field.slug)
        places = {"json": f"(c.properties -> {slug})", "text": f"(c.properties ->> {slug})"}
        if kind == Kind.DATE:
            form = _INSTANT if field.type == FieldType.DATETIME else _DAY
            return Source(form.format(**places, zone=ask.bind(str(ask.zone))))
        return Source(_READ[kind].format(**places))

    return source


def _custom_fields() -> Sequence[Fact]:
    return [_custom(field) for field in Field.objects.filter(active=True)]


def _custom(field: Field) -> Fact:
    kind = _KINDS.get(FieldType(field.type), Kind.TEXT)
    options = [(one, one) for one in field.options]
    choices = (lambda: options) if kind == Kind.CHOICE else None
    return Fact(
        f"field.{field.slug}", f"field {field.slug}", kind, field.label, _custom_source(field, kind), choices=choices
    )


def _built_in() -> Iterator[Fact]:
    yield Fact("customer.status", "status", Kind.CHOICE, _("Status"), _column("status"), choices=_statuses)
    for name, (words, label) in _TEXTS.items():
        yield Fact(f"customer.{name}", words, Kind.TEXT, label, _column(name))
    yield Fact("customer.birth_date", "date of birth", Kind.DATE, _("Date of birth"), _column("birth_date"))
    yield Fact("customer.age", "age", Kind.NUMBER, _("Age"), _age, by_day=True)
    yield Fact("customer.birthday", "birthday", Kind.DATE, _("Next birthday"), _birthday, by_day=True)
    for name, (words, label) in _MOMENTS.items():
        yield Fact(f"customer.{name}", words, Kind.DATE, label, _moment(name))
    yield Fact("customer.anniversary", "opt-in anniversary", Kind.DATE, _("Next opt-in anniversary"), _anniversary,
               by_day=True)  # fmt: skip


FACTS = Facts(_("Customer"), tuple(_built_in()), _custom_fields)
