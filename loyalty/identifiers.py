"""The one form of what names a customer or an order: IDs, external IDs, e-mail addresses, transaction IDs. Pure.

Every entrance brings them into this form before anything is compared; whoever reads them asks for `forms`.
"""

from collections.abc import Collection
from unicodedata import decomposition, normalize

MAX_ID = 128
# What an address of the API says after a customer's ID, or is to say: an ID with slashes cannot have them, or it could be
# read in two ways.
AFTER_AN_ID = (
    "activities", "challenges", "coupons", "data", "events", "history", "merge", "opt-in", "opt-out", "prize-wheels", "rewards",
    "suspend", "transactions", "unsuspend", "wallet",
)  # fmt: skip
# Clients take them out of an address (RFC 3986, 5.2.4), however they are written there.
TAKEN_OUT = frozenset({".", ".."})
# And what an address says in place of a customer.
PLACES = TAKEN_OUT | {"-"}
# What programs send for "nobody": under such a name strangers would share one customer.
REFUSED_NAMES = (
    "undefined", "null", "None", "[object Object]", "0", "guest", "anonymous", "NaN", "false", "N/A", "unknown",
)  # fmt: skip
# Printable by their category, yet nothing is seen of them: Default_Ignorable_Code_Point of the Unicode Character Database
# (DerivedCoreProperties.txt), as far as str.isprintable() lets them pass, and the empty pattern of Braille.
_UNSEEN = frozenset(
    map(
        chr,
        (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0,
         *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)),
    )
)  # fmt: skip
_WIDTHS = ("<wide>", "<narrow>")


def normal(text: str) -> str:
    """Without spaces around it, in NFC, full- and half-width characters as the ordinary ones; capitals stay.

    As RFC 8265 prepares names that people compare (UsernameCasePreserved): compatibility is mapped for widths only, so
    that no two IDs which look different become one.
    """
    if text.isascii():
        return text.strip()
    return normalize("NFC", "".join(map(_one_width, text))).strip()


def _one_width(letter: str) -> str:
    kind, *code_points = decomposition(letter).split(" ")
    return "".join(chr(int(point, 16)) for point in code_points) if kind in _WIDTHS else letter


def forms(text: str) -> tuple[str, ...]:
    """As which it may be stored: exactly so, if it was made before there was one form, and else in the one form."""
    found = normal(text)
    return (text, found) if found != text and text.isprintable() else (found,)


def unseen(text: str) -> str:
    """The first character that nobody sees, as `U+200B`; empty: all can be seen, or are plain spaces."""
    if text.isascii() and text.isprintable():
        return ""
    return next((f"U+{ord(one):04X}" for one in text if not one.isprintable() or one in _UNSEEN), "")


def fault_of_text(text: str, *, most: int = MAX_ID) -> str:
    """Why this cannot be an ID of anything, as the end of "'transaction_id' …"; empty: it can."""
    if not 0 < len(text) <= most:
        return f"must have 1 to {most} printable characters"
    if hidden := unseen(text):
        return f"must have 1 to {most} printable characters, and has {hidden}: send it without"
    return ""


def fault_of_id(text: str, refused: Collection[str]) -> str:
    """Why no customer can be given this ID, as the end of "'customer' …"; empty: they can.

    `refused` are names that the settings refuse, as `folded` has them.
    """
    if fault := fault_of_text(text):
        return fault
    if folded(text) in refused:
        return f"is '{text}', which programs send for nobody: send the customer's own ID, or nothing"
    first, *others = text.split("/")
    if PLACES.intersection((first, *others)):
        return "cannot be '-', '.' or '..', nor have one of them between slashes: addresses mean something else by them"
    if others and "" in (first, *others):
        return "cannot begin or end with a slash, nor have two in a row: no address names such an ID"
    if meant := next((part for part in others if part.lower() in AFTER_AN_ID), ""):
        return f"cannot have '{meant}' after a slash: addresses of the API mean something else by it"
    return ""


def fault_of_new_order(text: str) -> str:
    """Why no order can be made with this ID, as the end of "'transaction_id' …"; empty: it can. What else is wrong with an
    ID is wrong of every order; one that is there under such an ID goes on by it."""
    if TAKEN_OUT.intersection(text.split("/")):
        return "cannot be '.' or '..', nor have one of them between slashes: no address would name the order"
    return ""


def folded(name: str) -> str:
    """By which refused names are compared: without regard to case."""
    return normal(name).casefold()
