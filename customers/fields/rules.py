"""What a customer's fields are, and how a value is read by its definition, wherever it comes from. Pure."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from functools import cache, cached_property, lru_cache
from typing import Any
from unicodedata import normalize
from urllib.parse import urlsplit

from loyalty.engine import values
from loyalty.engine.program import Program
from loyalty.identifiers import fault_of_text, normal
from loyalty.refusals import Refused, WrongField

from .enums import FieldFormat, FieldType
from .reserved import ABOUT_THE_EVENT, SECRETS, TEXTS, read_only
from .spelling import by_spelling, compared
from .vocabularies import VOCABULARIES

APP = "customers"
# The scheme of e-mail addresses while they are unique; no field can have this ID.
EMAIL_SCHEME = "@email"
MAX_IDENTITY = 128
MAX_STRING = 1_000
MAX_ITEMS = 200
MAX_ITEM = 200
# What a number keeps on its way through everything that reads JSON.
MAX_DIGITS = 15


def _known_word(data: Any, name: str) -> str | None:
    """A word of a closed vocabulary, as its code."""
    found = values.text(data, name, limit=MAX_ITEM)
    if found is None:
        return None
    read, what = VOCABULARIES[name]
    code = read(found)
    if code is None:
        raise WrongField(name, f"must be {what}")
    return code


def _is_email(text: str) -> bool:
    return text.count("@") == 1 and not text.startswith("@") and not text.endswith("@") and " " not in text


def _email(data: Any, name: str) -> str | None:
    found = values.name(data, name, limit=TEXTS["email"])
    if found is not None and not _is_email(found):
        raise WrongField(name, "must be an address such as name@example.com")
    return found


def _referrer(data: Any, name: str) -> str | None:
    return values.name(data, name, limit=TEXTS["referrer"])


SPECIAL: dict[str, Callable[[Any, str], Any]] = {
    "referrer": _referrer,
    "email": _email,
    "birth_date": values.day,
    **dict.fromkeys(VOCABULARIES, _known_word),
}
BUILT_IN = frozenset({*TEXTS, *SPECIAL})


@cache
def reserved_names() -> frozenset[str]:
    """IDs that no custom field may have: names that mean something else in an event, an import or the customer object."""
    return BUILT_IN | ABOUT_THE_EVENT | read_only() | SECRETS


def read_attribute(data: Mapping[str, Any], name: str) -> Any:
    """The value of a built-in field as the customer holds it; raises Refused naming the field."""
    special = SPECIAL.get(name)
    return special(data, name) if special else values.text(data, name, limit=TEXTS[name])


def lowered(email: str | None) -> str | None:
    """By which addresses are compared; letter by letter, as the database's lower()."""
    return "".join(letter.lower()[0] for letter in email) if email else None


def is_built_in(name: str) -> bool:
    return name in BUILT_IN


@dataclass(frozen=True, slots=True)
class FieldRule:
    """The definition of a custom field, as far as its values go."""

    id: str
    type: str = FieldType.STRING.value
    format: str = ""
    options: tuple[str, ...] = ()
    default: Any = None
    searchable: bool = False
    external_id: bool = False
    read_only: bool = False


@dataclass(frozen=True)
class CustomersConfig:
    """What the customers' mechanism runs under: the active fields by ID."""

    fields: Mapping[str, FieldRule] = field(default_factory=dict)
    external_ids: frozenset[str] = frozenset()
    # What a new customer has before the event that makes it says otherwise.
    defaults: Mapping[str, Any] = field(default_factory=dict)
    unique_emails: bool = False

    def read(self, name: str, value: Any) -> Any:
        """The value of a custom field, None for none; an attribute that nobody defined is what it is."""
        rule = self.fields.get(name)
        return read_value(rule, value) if rule else value

    def meant_by(self, name: str) -> str | None:
        """The field that an attribute which nobody defined is but for its spelling."""
        return None if name in self.fields else self._by_spelling.get(compared(name))

    @cached_property
    def _by_spelling(self) -> Mapping[str, str]:
        return by_spelling((*self.fields, *read_only(), *BUILT_IN))


def config_of(items: Iterable[Mapping[str, Any]], *, unique_emails: bool) -> CustomersConfig:
    """From the program's `customer_fields`."""
    return config_of_rules((rule_of(item) for item in items if item["active"]), unique_emails=unique_emails)


def config_of_rules(rules: Iterable[FieldRule], *, unique_emails: bool) -> CustomersConfig:
    """From the active fields."""
    fields = {rule.id: rule for rule in rules}
    return CustomersConfig(
        fields=fields,
        external_ids=frozenset(name for name, rule in fields.items() if rule.external_id),
        defaults={name: rule.default for name, rule in fields.items() if rule.default is not None},
        unique_emails=unique_emails,
    )


def rule_of(item: Mapping[str, Any]) -> FieldRule:
    return FieldRule(
        id=item["id"],
        type=item["type"],
        format=item["format"],
        options=tuple(item["options"]),
        default=item["default"],
        searchable=item["searchable"],
        external_id=item["external_id"],
        read_only=item["read_only"],
    )


def config(program: Program) -> CustomersConfig:
    found: CustomersConfig = program.config[APP]
    return found


# One value


def read_value(rule: FieldRule, value: Any) -> Any:
    """The value as `properties` holds it, None for one that clears the field.

    Raises Refused naming the field and what it takes.
    """
    if isinstance(value, str):
        value = value.strip()
    if value is None or value == "" or value == []:
        return None
    try:
        found = _READERS[rule.type](rule, value)
    except (ValueError, Refused):
        raise WrongField(rule.id, f"must be {expected(rule)}") from None
    return None if found == [] else found


def _string(rule: FieldRule, value: Any) -> str:
    text = _text(value, MAX_IDENTITY if rule.external_id else MAX_STRING)
    if rule.external_id:
        text = normal(text)
        if fault_of_text(text, most=MAX_IDENTITY):
            raise ValueError
    return _FORMATS[rule.format](text) if rule.format else text


def _text(value: Any, limit: int) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValueError
    text = f"{value:f}" if isinstance(value, Decimal) else normalize("NFC", str(value).strip())
    if not 0 < len(text) <= limit or "\x00" in text:
        raise ValueError
    return text


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not text.isprintable() or " " in text:
        raise ValueError
    return text


def _email_text(text: str) -> str:
    found = normal(text)
    if not _is_email(found) or fault_of_text(found, most=TEXTS["email"]):
        raise ValueError
    return found


def _phone(text: str) -> str:
    if not re.fullmatch(r"\+?[0-9()][0-9 ()./-]{3,62}", text):
        raise ValueError
    return text


def _day(text: str) -> str:
    found = values.day({"day": text}, "day")
    assert found is not None
    return found.isoformat()


def _number(rule: FieldRule, value: Any) -> int | Decimal:
    found = values.decimal({"number": Decimal(repr(value)) if isinstance(value, float) else value}, "number")
    assert found is not None
    found = found.normalize()
    if found != found.to_integral_value():
        # What machines make of 0.1 + 0.2. A whole number too long may be an ID: that is none.
        found = found.normalize(Context(prec=MAX_DIGITS))
    if len(found.as_tuple().digits) > MAX_DIGITS or abs(found.adjusted()) > MAX_DIGITS:
        raise ValueError
    return int(found) if found == found.to_integral_value() else found


_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


def _boolean(rule: FieldRule, value: Any) -> bool:
    if not isinstance(value, bool | int | Decimal | str):
        raise ValueError
    return _known(_TRUTHS, str(value).lower())


def _known(known: Mapping[str, Any], name: str) -> Any:
    if name not in known:
        raise ValueError
    return known[name]


def _select(rule: FieldRule, value: Any) -> str:
    return str(_known(by_form(rule.options), _text(value, MAX_ITEM)))


@lru_cache(1_000)
def by_form(options: tuple[str, ...]) -> Mapping[str, str]:
    """By the one form in which values come: an option may be written with accents of its own."""
    return {normalize("NFC", option): option for option in options}


def _moment(rule: FieldRule, value: Any) -> str:
    text = _text(value, 19)
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", text):
        raise ValueError
    dt.time.fromisoformat(text[11:])
    return f"{_day(text[:10])} {text[11:]}"


def _items(value: Any) -> list[str]:
    """Of a list, or of a text separated by commas: without empty ones and repetitions."""
    parts = value.split(",") if isinstance(value, str) else values.as_list(value)
    if parts is None:
        raise ValueError
    found = [_text(part, MAX_ITEM) for part in parts if not (isinstance(part, str) and not part.strip())]
    return list(dict.fromkeys(found))


def _date(rule: FieldRule, value: Any) -> str:
    return _day(_text(value, 10))


def _web(rule: FieldRule, value: Any) -> str:
    return _address(_text(value, MAX_STRING))


def _choices(rule: FieldRule, value: Any) -> list[str]:
    chosen, options = _items(value), by_form(rule.options)
    if not options.keys() >= set(chosen):
        raise ValueError
    return [option for form, option in options.items() if form in chosen]


def _list(rule: FieldRule, value: Any) -> list[str]:
    found = _items(value)
    if len(found) > MAX_ITEMS:
        raise ValueError
    return found


_FORMATS: dict[str, Callable[[str], str]] = {
    FieldFormat.DATE: _day,
    FieldFormat.URL: _address,
    FieldFormat.EMAIL: _email_text,
    FieldFormat.PHONE: _phone,
}
_READERS: dict[str, Callable[[FieldRule, Any], Any]] = {
    FieldType.STRING: _string,
    FieldType.NUMERIC: _number,
    FieldType.BOOLEAN: _boolean,
    FieldType.SELECT: _select,
    FieldType.DATE: _date,
    FieldType.DATETIME: _moment,
    FieldType.URL: _web,
    FieldType.IMAGE: _web,
    FieldType.MULTIPLE_CHOICE: _choices,
    FieldType.LIST: _list,
}


def plain(value: Any) -> Any:
    """The value as JSON of the configuration has it."""
    return float(value) if isinstance(value, Decimal) else value


_SHOWN_OPTIONS = 20
_DAY = "a date such as 2026-12-31"
_WEB = f"a web address of at most {MAX_STRING} characters such as https://example.com"
_EXPECTED = {
    FieldType.STRING.value: f"a text of at most {MAX_STRING} characters",
    FieldType.NUMERIC.value: f"a number of at most {MAX_DIGITS} digits such as 12.50",
    FieldType.BOOLEAN.value: "true or false",
    FieldType.DATE.value: _DAY,
    FieldType.DATETIME.value: "a date and time such as 2026-12-31 18:30:00",
    FieldType.URL.value: _WEB,
    FieldType.IMAGE.value: _WEB,
    FieldType.LIST.value: f"a list of at most {MAX_ITEMS} texts of at most {MAX_ITEM} characters",
}
_EXPECTED_FORMAT = {
    FieldFormat.DATE.value: _DAY,
    FieldFormat.URL.value: _WEB,
    FieldFormat.EMAIL.value: "an address such as name@example.com",
    FieldFormat.PHONE.value: "a phone number such as +36 1 234 5678",
}


def expected(rule: FieldRule) -> str:
    """What the field takes, as the end of "must be …"."""
    if rule.type in (FieldType.SELECT, FieldType.MULTIPLE_CHOICE):
        shown = ", ".join(rule.options[:_SHOWN_OPTIONS]) + (", …" if len(rule.options) > _SHOWN_OPTIONS else "")
        return f"{'one' if rule.type == FieldType.SELECT else 'some'} of: {shown}"
    if rule.external_id:
        return f"a text of at most {MAX_IDENTITY} printable characters"
    return _EXPECTED_FORMAT.get(rule.format) or _EXPECTED[rule.type]
