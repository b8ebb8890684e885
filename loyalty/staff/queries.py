from .models import ApiKey, GeneralSettings, ProgramVersion


def general_settings() -> GeneralSettings:
    """The brand's settings; the defaults where nobody has saved any."""
    return GeneralSettings.objects.filter(id=1).first() or GeneralSettings()


def api_key(key: str) -> ApiKey | None:
    """The active key of that name."""
    return ApiKey.objects.filter(key=key, active=True).first()


def program_version() -> int:
    """Advances with every change of the configuration that the engine runs under."""
    return ProgramVersion.objects.values_list("version", flat=True).get(id=1)
