"""What values facts have, and how rules compare them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    # True of a customer or not: there is nothing to compare.
    YES = "yes", _("Yes or no")
    NUMBER = "number", _("Number")
    DATE = "date", _("Date")
    TEXT = "text", _("Text")
    # A text out of a list.
    CHOICE = "choice", _("Choice")
    FLAG = "flag", _("Switch")
    # Several texts.
    TEXTS = "texts", _("Texts")


class Op(TextChoices):
    IS = "is", _("is")
    IS_NOT = "is_not", _("is not")
    IN = "in", _("is one of")
    NOT_IN = "not_in", _("is not one of")
    CONTAINS = "contains", _("contains")
    STARTS = "starts", _("starts with")
    ENDS = "ends", _("ends with")
    AT_LEAST = "at_least", _("is at least")
    AT_MOST = "at_most", _("is at most")
    MORE = "more", _("is more than")
    LESS = "less", _("is less than")
    BETWEEN = "between", _("is between")
    ON = "on", _("is on")
    BEFORE = "before", _("is before")
    AFTER = "after", _("is after")
    WITHIN = "within", _("is within")
    HAS = "has", _("has")
    HAS_NOT = "has_not", _("has not")
    YES = "yes", _("is yes")
    NO = "no", _("is no")
    EMPTY = "empty", _("is empty")
    NOT_EMPTY = "not_empty", _("is not empty")


_ANY = (Op.EMPTY, Op.NOT_EMPTY)
OPS: dict[Kind, tuple[Op, ...]] = {
    Kind.YES: (),
    Kind.NUMBER: (Op.AT_LEAST, Op.AT_MOST, Op.MORE, Op.LESS, Op.IS, Op.IS_NOT, Op.BETWEEN, *_ANY),
    Kind.DATE: (Op.WITHIN, Op.ON, Op.BEFORE, Op.AFTER, *_ANY),
    Kind.TEXT: (Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN, Op.CONTAINS, Op.STARTS, Op.ENDS, *_ANY),
    Kind.CHOICE: (Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN, *_ANY),
    Kind.FLAG: (Op.YES, Op.NO, *_ANY),
    Kind.TEXTS: (Op.HAS, Op.HAS_NOT, *_ANY),
}
LISTS = frozenset({Op.IN, Op.NOT_IN})
BARE = frozenset({Op.YES, Op.NO, *_ANY})
# All that a missing value satisfies.
OF_NOTHING = frozenset({Op.IS_NOT, Op.NOT_IN, Op.HAS_NOT, Op.EMPTY})


class Span(TextChoices):
    """How a window of days is said."""

    LAST = "last", _("in the last")
    NEXT = "next", _("in the next")
    SINCE = "since", _("since")
    UNTIL = "until", _("until")
    BETWEEN = "between", _("between two days")
    PERIOD = "period", _("in a calendar period")


class Period(TextChoices):
    TODAY = "today", _("today")
    YESTERDAY = "yesterday", _("yesterday")
    THIS_WEEK = "this_week", _("this week")
    LAST_WEEK = "last_week", _("last week")
    THIS_MONTH = "this_month", _("this month")
    LAST_MONTH = "last_month", _("last month")
    THIS_YEAR = "this_year", _("this year")
    LAST_YEAR = "last_year", _("last year")


class Reach(TextChoices):
    """The windows that a fact can be asked for in."""

    NONE = "none", _("none")
    PAST = "past", _("past")
    FUTURE = "future", _("future")


PAST_SPANS = (Span.LAST, Span.SINCE, Span.UNTIL, Span.BETWEEN, Span.PERIOD)
FUTURE_SPANS = (Span.NEXT, Span.UNTIL, Span.BETWEEN)
SPANS = {Reach.NONE: (), Reach.PAST: PAST_SPANS, Reach.FUTURE: FUTURE_SPANS}
