"""Where codes of another system may be asked for: of hosts that whoever runs the installation has named."""

from django.conf import settings

from loyalty.http.outgoing import read_address


def fault_of_address(url: str) -> str:
    """Why codes cannot be asked for there, as the end of a sentence; empty if they can."""
    try:
        parts, host = read_address(url)
    except ValueError:
        return "must be an address such as https://codes.example.com/next"
    if parts.scheme != "https" and not (
        settings.CODE_HTTP and parts.scheme == "http" and parts.hostname == "127.0.0.1"
    ):
        return "must begin with https://"
    if parts.username is not None or parts.query or parts.fragment:
        return "must have no user, query or fragment: secrets belong into LOYALTY_CODE_TOKENS"
    if host not in settings.CODE_HOSTS:
        return f"must be of a host that LOYALTY_CODE_HOSTS names, unlike {host}"
    return ""
