"""Markdown of docs/ as HTML in the design of the pages: one source for the repository and for the app."""

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token


@dataclass(frozen=True)
class Guide:
    """`sections` are the anchors of its headings, with their texts."""

    html: SafeString
    sections: Sequence[tuple[str, str]]


def fence(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: MutableMapping[str, Any]) -> str:
    """A block of code, with a button that copies it."""
    return render_to_string("developers/code.html", {"code": tokens[index].content.rstrip("\n")})


@lru_cache(maxsize=8)
def guide_of(name: str) -> Guide:
    """`docs/<name>.md` without its first heading; the others have anchors. Raw HTML in it is shown, not obeyed."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("fence", fence)
    tokens = parser.parse((Path(settings.BASE_DIR) / "docs" / f"{name}.md").read_text())
    sections = []
    for token, following in pairwise(tokens[3:]):
        if token.type == "heading_open":
            sections.append((slugify(following.content), following.content))
            token.attrSet("id", sections[-1][0])
    html = parser.renderer.render(tokens[3:], parser.options, {})
    return Guide(mark_safe(html), sections)  # noqa: S308  # our own text, escaped
