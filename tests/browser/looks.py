"""How a page looks, compared with the picture that is kept of it.

The pictures kept are a quarter as large. New ones are made where `PICTURES=new` is set: look at them before keeping them.
"""

import base64
import os
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import SETTLE, layout_faults

KEPT = Path(__file__).parent / "pictures"
COMPARE = (Path(__file__).parent / "pictures.js").read_text()
SIZES = {1440: 900, 1024: 768, 390: 844}
# Of the pixels: another machine's letters change fewer, a column that moves changes more.
TOLERANCE = 0.01


def faults(page: Page, name: str, part: str = "") -> list[str]:
    """At three widths, light and dark: what the layout has wrong, and which pictures differ. `part`: a selector, if not the
    whole page is taken."""
    table, found = page.context.new_page(), list[str]()
    # A page behind another one is drawn once in a second.
    page.bring_to_front()
    pictures: dict[str, bytes] = {}
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate(f"{SETTLE[:-1]}; await document.fonts.ready; }}")
            page.evaluate("scrollTo(0, 0)")
            found += [f"{width} {scheme}: {fault}" for fault in layout_faults(page)]
            shown = page.locator(part) if part else page
            pictures[f"{width}-{scheme}"] = shown.screenshot(animations="disabled", caret="hide")
    for size, taken in pictures.items():
        off = _off(table, taken, KEPT / f"{name}-{size}.png")
        if off > TOLERANCE:
            found.append(f"{size}: {off:.1%} of the picture differ")
    table.close()
    return found


def _off(table: Page, taken: bytes, kept: Path) -> float:
    """The share of the picture that differs from the one kept; a new one is kept where that is asked for."""
    before = base64.b64encode(kept.read_bytes()).decode() if kept.exists() else None
    result = table.evaluate(COMPARE, [base64.b64encode(taken).decode(), before])
    if os.environ.get("PICTURES") == "new":
        kept.write_bytes(base64.b64decode(result["picture"]))
        return 0
    return float(result["off"])
