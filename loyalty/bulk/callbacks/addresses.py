"""Which addresses may be called when a request is done: public ones, and hosts that whoever runs the installation names."""

from django.conf import settings

from loyalty.http.outgoing import Address, is_of_the_machine, is_public, read_address


def fault_of_callback(url: str) -> str:
    """Why it cannot be called, as the end of a sentence; empty if it can, as far as the address says."""
    try:
        parts, host = read_address(url)
    except ValueError:
        return "must be an address that begins with https://"
    if parts.username is not None or parts.fragment:
        return "must have no user and no fragment"
    if parts.scheme != "https" and not (parts.scheme == "http" and host in settings.CALLBACK_HOSTS):
        return "must begin with https://"
    return ""


def may_call(url: str, address: Address) -> bool:
    """`address`: where the host of the URL has led."""
    if read_address(url)[1] in settings.CALLBACK_HOSTS:
        return not is_of_the_machine(address)
    return is_public(address)
