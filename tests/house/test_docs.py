"""Every page of the documentation can be found from its index."""

import re
from pathlib import Path

from tests.house.sources import ROOT

DOCS = ROOT / "docs"


def links(page: Path) -> set[Path]:
    found = re.findall(r"\]\(([^)#:]+\.md)", page.read_text())
    return {(page.parent / target).resolve() for target in found}


def test_the_index_names_every_page_and_every_decision() -> None:
    assert {page.resolve() for page in DOCS.rglob("*.md")} - links(DOCS / "index.md") == {(DOCS / "index.md").resolve()}


def test_no_link_of_the_documentation_leads_nowhere() -> None:
    pages = [ROOT / "README.md", ROOT / "SECURITY.md", *DOCS.rglob("*.md")]

    assert {str(target) for page in pages for target in links(page) if not target.exists()} == set()


def test_a_decision_is_listed_under_its_own_title() -> None:
    index = (DOCS / "index.md").read_text()

    for page in (DOCS / "adr").glob("*.md"):
        assert f"| {page.read_text().splitlines()[0].partition('. ')[2]} |" in index, page.name


def test_the_readme_leads_to_the_index() -> None:
    assert (DOCS / "index.md").resolve() in links(ROOT / "README.md")
