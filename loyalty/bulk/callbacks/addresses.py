"""Which addresses may be called when a request is done: public ones, and hosts that whoever runs the installation names."""

from urllib.parse import urlsplit

from django.conf import settings

from loyalty.http.outgoing import Address, host_of, is_of_the_machine, is_public


def fault_of_callback(url: str) -> str:
    """Why it cannot be called, as the end of a sentence; empty if it can, as far as the address says."""
    try:
        parts = urlsplit(url)
        host = host_of(parts)
    except ValueError:
        return "must be an address that begins with https://"
    if not parts.hostname or not (url.isascii() and url.isprintable()) or " " in url:
        return "must be an address that begins with https://"
    if parts.username is not None or parts.fragment:
        return "must have no user and no fragment"
    if parts.scheme != "https" and not (parts.scheme == "http" and host in settings.CALLBACK_HOSTS):
        return "must begin with https://"
    return ""


def may_call(url: str, address: Address) -> bool:
    """`address`: where the host of the URL has led."""
    if host_of(urlsplit(url)) in settings.CALLBACK_HOSTS:
        return not is_of_the_machine(address)
    return is_public(address)
