from collections.abc import Sequence
from functools import cached_property

from django.http import HttpRequest

from loyalty.program.models import GeneralSettings
from loyalty.program.queries import general_settings
from loyalty.staff.sight import Sight, sight_of

from .navigation import Group, Link, Section, links, sections

THEME_COOKIE = "theme"
THEMES = ("light", "dark")


class Shell:
    """What the frame around every page needs; nothing is read until a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def theme(self) -> str:
        """The chosen theme, or auto: whatever the system prefers."""
        chosen = self._request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else "auto"

    @cached_property
    def settings(self) -> GeneralSettings:
        return general_settings()

    @cached_property
    def sight(self) -> Sight:
        """Which personal data the reader sees."""
        return sight_of(self._request.user)

    @property
    def brand(self) -> str:
        return self.settings.brand_name

    @cached_property
    def sections(self) -> Sequence[Section]:
        return sections(self._request, self.settings.modules)

    @cached_property
    def foot(self) -> Sequence[Link]:
        return links(self._request, Group.FOOT, self.settings.modules)

    @property
    def links(self) -> Sequence[Link]:
        return [link for section in self.sections for link in section.links] + list(self.foot)

    @property
    def shortcuts(self) -> str:
        return "on" if getattr(self._request.user, "shortcuts", True) else "off"


def shell(request: HttpRequest) -> dict[str, Shell]:
    return {"shell": Shell(request)}
