"""What the columns of an API key may hold."""

from ipaddress import ip_network
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

LOCAL_HOSTS = ("localhost", "127.0.0.1")
check_name = RegexValidator(
    r"^[A-Za-z0-9_.-]{1,64}\Z", _("“%(value)s”: write it with letters, digits, '_', '.' and '-', at most 64.")
)


def check_network(text: str) -> None:
    """An address is a network of one."""
    try:
        ip_network(text)
    except ValueError:
        message = gettext("“%(value)s” is no address or network: write it as 203.0.113.7 or 203.0.113.0/24.")
        raise ValidationError(message, params={"value": text}) from None


def check_origin(text: str) -> None:
    """As browsers name a site. Plain http is for the developer's own machine."""
    if _origin(text) != text:
        message = gettext("“%(value)s” is no origin: write it as https://shop.example.com, without a path.")
        raise ValidationError(message, params={"value": text})


def is_local(origin: str) -> bool:
    """Whether a page of that origin is served by the browser's own machine."""
    return urlsplit(origin).hostname in LOCAL_HOSTS


def _origin(text: str) -> str | None:
    """The normal form, if it is one: no default port, lower case, nothing after the port."""
    try:
        parts = urlsplit(text)
        port = f":{parts.port}" if parts.port not in {None, 443 if parts.scheme == "https" else 80} else ""
    except ValueError:
        return None
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_local(text))
    has_name = bool(parts.hostname) and text.isascii() and "*" not in text
    return f"{parts.scheme}://{parts.hostname}{port}" if is_safe and has_name else None
