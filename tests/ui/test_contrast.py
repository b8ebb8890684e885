"""The tokens' contrast: axe leaves out what is not text (WCAG 1.4.11), and cannot see a token nobody uses yet."""

import math
import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "static" / "ui" / "tokens.css"
NUMBER = r"([\d.]+)"
OKLCH = re.compile(rf"oklch\({NUMBER}% {NUMBER} {NUMBER}\)")

TEXT_PAIRS = [
    *[(text, ground) for text in ("text", "text-2", "text-3") for ground in ("surface", "canvas", "hover", "raised")],
    ("text-2", "active"),
    ("accent-text", "surface"),
    ("accent-text", "accent-soft"),
    *[(f"{tone}-text", f"{tone}-soft") for tone in ("green", "amber", "red", "blue")],
    ("red-text", "surface"),
    ("red-text", "raised"),
    ("green-text", "surface"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("on-accent", "danger"),
    ("on-accent", "danger-hover"),
    ("on-accent", "toast"),
]
SHAPE_PAIRS = [
    (shape, "surface") for shape in ("field", "chart-1", "chart-2", "green", "amber", "red", "blue", "accent")
] + [("field", "raised"), ("toast-ok", "toast"), ("toast-error", "toast")]


def tokens() -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+): ([^;]+);", TOKENS.read_text()))


def colour(name: str, theme: str) -> str:
    value = tokens()[name]
    if reference := re.fullmatch(r"var\(--([a-z0-9-]+)\)", value):
        return colour(reference[1], theme)
    if pair := re.fullmatch(r"light-dark\((.+?\)|#fff), (.+)\)", value):
        return pair[1] if theme == "light" else pair[2]
    return value


def linear_rgb(value: str) -> tuple[float, float, float]:
    """From OKLCH, after Björn Ottosson's definition of Oklab; clipped to what a screen shows."""
    if value == "#fff":
        return 1, 1, 1
    match = OKLCH.fullmatch(value)
    assert match, value
    light, chroma, hue = float(match[1]) / 100, float(match[2]), math.radians(float(match[3]))
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    return min(max(red, 0), 1), min(max(green, 0), 1), min(max(blue, 0), 1)


def contrast(one: str, other: str, theme: str) -> float:
    lights = []
    for name in (one, other):
        red, green, blue = linear_rgb(colour(name, theme))
        lights.append(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def test_white_on_black_has_the_greatest_contrast() -> None:
    assert linear_rgb("oklch(0% 0 0)") == pytest.approx((0, 0, 0))
    assert linear_rgb("oklch(100% 0 0)") == pytest.approx((1, 1, 1), abs=1e-6)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_is_readable(text: str, ground: str, theme: str) -> None:
    assert contrast(text, ground, theme) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPE_PAIRS)
def test_a_shape_that_means_something_is_seen(shape: str, ground: str, theme: str) -> None:
    assert contrast(shape, ground, theme) >= 3
