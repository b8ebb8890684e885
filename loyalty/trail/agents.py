"""What a user agent says, in words. Pure."""

import re

from django.utils.translation import gettext

# The first that matches: most browsers also name those that they descend from.
BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/(\d+)"),
    ("Opera", r"OPR/(\d+)"),
    ("Samsung Internet", r"SamsungBrowser/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("Chrome", r"(?:HeadlessChrome|Chrome|CriOS)/(\d+)"),
    ("Safari", r"Version/(\d+)[\d.]* (?:Mobile/\w+ )?Safari"),
    ("curl", r"curl/(\d+)"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("ChromeOS", "CrOS"),
    ("Windows", "Windows"),
    ("macOS", "Macintosh|Mac OS X"),
    ("Linux", "Linux|X11"),
)
LONGEST = 60


def agent_in_words(text: str) -> str:
    """Such as “Firefox 140 on Windows”; the beginning of what nobody knows, empty for nothing."""
    browser = next((f"{name} {found[1]}" for name, part in BROWSERS if (found := re.search(part, text))), "")
    system = next((name for name, part in SYSTEMS if re.search(part, text)), "")
    if browser and system:
        return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or text[:LONGEST]
