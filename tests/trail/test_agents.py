"""Browsers and systems by their names."""

import pytest

from loyalty.trail.agents import agent_in_words

APPLE = "AppleWebKit/537.36 (KHTML, like Gecko)"
AGENTS = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox 140 on Linux",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {APPLE} Chrome/141.0.0.0 Safari/537.36": "Chrome 141 on Windows",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {APPLE} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0": "Edge 141 on Windows",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5"
    " Mobile/15E148 Safari/604.1": "Safari 18 on iPhone",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15": (
        "Safari 18 on macOS"
    ),
    f"Mozilla/5.0 (Linux; Android 15) {APPLE} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36": (
        "Samsung Internet 28 on Android"
    ),
    "curl/8.5.0": "curl 8",
    "": "",
    "x" * 400: "x" * 60,
}


@pytest.mark.parametrize("agent", AGENTS)
def test_a_user_agent_is_told_in_words(agent: str) -> None:
    assert agent_in_words(agent) == AGENTS[agent]
