import time

from django.conf import settings

from .models import ApiKey, GeneralSettings, ProgramVersion


def general_settings() -> GeneralSettings:
    """The brand's settings; the defaults where nobody has saved any."""
    return GeneralSettings.objects.filter(id=1).first() or GeneralSettings()


# Key → when it was read, and its row. A till asks with the same key many times a second.
_recent: dict[str, tuple[float, ApiKey]] = {}


def api_key(key: str) -> ApiKey | None:
    """The active key of that name, as it was at most `LOYALTY_API_KEY_SECONDS` ago."""
    read_at, row = _recent.get(key, (0.0, None))
    if row is not None and time.monotonic() - read_at < settings.LOYALTY_API_KEY_SECONDS:
        return row
    found = ApiKey.objects.filter(key=key, active=True).first()
    if found:
        _recent[key] = (time.monotonic(), found)
    else:
        _recent.pop(key, None)
    return found


def program_version() -> int:
    """Advances with every change of the configuration that the engine runs under."""
    return ProgramVersion.objects.values_list("version", flat=True).get(id=1)
