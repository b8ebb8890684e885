import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import lucide
import pytest
from django.template.loader import get_template

from loyalty.contributions import contributed
from loyalty.ui.navigation import Entry
from tests.house.sources import templates

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = [*templates().values()]
SCRIPTS = sorted((ROOT / "static" / "ui").glob("*.js"))
ICON = re.compile(r"""(?:\{% icon |icon=)["']([a-z0-9-]+)["']""")


def named_icons() -> Iterator[str]:
    for template in TEMPLATES:
        yield from ICON.findall(template.read_text())
    for entry in contributed(Entry):
        yield entry.icon


def test_every_icon_named_exists() -> None:
    with ZipFile(Path(lucide.__file__).with_name("lucide.zip")) as icons:
        known = {name.removesuffix(".svg") for name in icons.namelist()}
    assert set(named_icons()) - known == set()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_holds_nothing_the_content_policy_forbids(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on|javascript:|<script(?![^>]*\ssrc=)", text)
    assert len(text.splitlines()) <= 150


@pytest.mark.parametrize("name", templates())
def test_a_template_compiles(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_evaluates_no_text(script: Path) -> None:
    assert not re.search(r"\beval\(|new Function|innerHTML\s*=|document\.write|window\.confirm", script.read_text())


def test_the_shortcuts_of_the_navigation_are_distinct() -> None:
    keys = [entry.shortcut for entry in contributed(Entry) if entry.shortcut]
    assert len(keys) > 1
    assert len(keys) == len(set(keys))
