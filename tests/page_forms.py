"""The forms of a page, filled in as a browser shows them: what it would send back if nobody touched anything."""

from html.parser import HTMLParser

Sent = dict[str, list[str]]
NOT_SENT = frozenset({"submit", "button", "image", "reset", "file"})


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Sent] = []
        self._sent: Sent | None = None
        self._select = self._textarea = ""
        self._offered: list[tuple[str, bool]] = []
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name = found.get("name") or ""
        if tag == "form":
            self._sent = {}
            self.forms.append(self._sent)
        elif tag == "input" and name:
            self._input(name, found)
        elif tag == "select":
            self._select, self._offered, self._many = name, [], "multiple" in found
        elif tag == "option":
            self._offered.append((found.get("value") or "", "selected" in found))
        elif tag == "textarea":
            self._textarea, self._text = name, []

    def _input(self, name: str, found: dict[str, str | None]) -> None:
        kind = found.get("type") or "text"
        if kind in NOT_SENT or (kind in {"checkbox", "radio"} and "checked" not in found):
            return
        self._put(name, found.get("value") or ("on" if kind in {"checkbox", "radio"} else ""))

    def _put(self, name: str, value: str) -> None:
        if self._sent is not None:
            self._sent.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._sent = None
        elif tag == "select" and self._select:
            chosen = [value for value, is_chosen in self._offered if is_chosen]
            if not chosen and self._offered and not self._many:
                chosen = [self._offered[0][0]]
            for value in chosen:
                self._put(self._select, value)
            self._select = ""
        elif tag == "textarea" and self._textarea:
            # HTML drops the first line break; forms are sent with CRLF.
            text = "".join(self._text).removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n")
            self._put(self._textarea, text)
            self._textarea = ""


def form_with(html: str, field: str) -> Sent:
    """The one that has the field."""
    reader = _Forms()
    reader.feed(html)
    return next(form for form in reader.forms if field in form)
