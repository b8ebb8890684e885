"""What files hold of people who are erased: the files of imports, and the words of their refused rows.

Each file is read once for all of them. A file whose import is still open is left; who was named in it is remembered, so that
no other file is read again for them. What is uploaded afterwards cannot bring them back.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from loyalty.engine.erasing import Receipt, Search
from loyalty.transfer.enums import JobStatus
from loyalty.transfer.models import ImportJob, RefusedRow

from .store import delete, path_of

OPEN = (JobStatus.UPLOADED, JobStatus.PROCESSING)
NOT_KEPT = "What this row said is not kept: somebody whom the file named was erased."
_WORDS = re.compile(r"\w+")
# What `re.IGNORECASE` takes for an i, and `casefold` does not.
_DOTS = str.maketrans("İı", "ii")


def erase_imports(searches: Sequence[Search]) -> list[Receipt]:
    """Delete the files that name one of them as a whole. The terms are IDs, e-mail addresses and telephone numbers: whole
    words, in capitals or not; without a term nothing is found."""
    erased, waits_for = [0] * len(searches), [list[int]() for _ in searches]
    for job in _jobs(searches):
        named = {n for n, one in enumerate(searches) if job.pk in (one.waits_for or ())}
        named |= _named(job, [(n, one.terms) for n, one in enumerate(searches) if one.waits_for is None])
        if job.status in OPEN:
            for n in named:
                waits_for[n].append(job.pk)
        elif named:
            _erase(job)
            for n in named:
                erased[n] += 1
    return [Receipt(count, tuple(left)) for count, left in zip(erased, waits_for, strict=True)]


def _jobs(searches: Sequence[Search]) -> Iterable[ImportJob]:
    found = ImportJob.objects.filter(file_erased=False).order_by("id")
    if all(one.waits_for is not None for one in searches):
        found = found.filter(pk__in={id for one in searches for id in one.waits_for or ()})
    return found.iterator(chunk_size=100)


def _named(job: ImportJob, people: Sequence[tuple[int, Sequence[str]]]) -> set[int]:
    """Who of these is named in the file, in its name, or in a refusal."""
    terms, found = Terms(people), set[int]()
    for text in _texts(job) if people else ():
        found |= terms.in_text(text)
        if len(found) == len(people):
            break
    return found


def _texts(job: ImportJob) -> Iterator[str]:
    yield job.file_name
    yield from RefusedRow.objects.filter(job=job).exclude(reason=NOT_KEPT).values_list("reason", flat=True).iterator()
    try:
        with path_of(job.stored_name).open(encoding="utf-8", errors="replace") as lines:
            yield from lines
    except FileNotFoundError:
        return


class Terms:
    """Of many people: a text is looked through once, however many they are. Of each term the rarest of its words is looked
    up among those of the text, and only where it stands there the term itself is looked for."""

    def __init__(self, people: Iterable[tuple[int, Sequence[str]]]) -> None:
        # A quotation mark is doubled in a CSV file.
        terms = {(form, n) for n, named in people for term in named for form in (term, term.replace('"', '""'))}
        words = {term: _words(term) for term, _ in terms}
        frequency: dict[str, int] = defaultdict(int)
        for word in (word for found in words.values() for word in found):
            frequency[word] += 1
        self._by_word: dict[str, list[tuple[re.Pattern[str], int]]] = defaultdict(list)
        for term, n in sorted(terms):
            rarest = min(words[term], key=lambda word: (frequency[word], -len(word)), default="")
            pattern = re.compile(rf"(?<!\w){re.escape(term)}(?!\w)", re.IGNORECASE)
            self._by_word[rarest].append((pattern, n))
        # Without a word: looked for in each text.
        self._wordless = self._by_word.pop("", [])

    def in_text(self, text: str) -> set[int]:
        candidates = [*self._wordless]
        for word in self._by_word.keys() & _words(text):
            candidates += self._by_word[word]
        return {n for pattern, n in candidates if pattern.search(text)}


def _words(text: str) -> set[str]:
    return set(_WORDS.findall(text.translate(_DOTS).casefold()))


def _erase(job: ImportJob) -> None:
    """Once the file is gone nobody can tell which refusal was about whom, so none keeps its words."""
    RefusedRow.objects.filter(job=job).update(reason=NOT_KEPT, predicate="")
    ImportJob.objects.filter(pk=job.pk).update(file_erased=True, file_name=f"import-{job.pk}.csv", error="")
    delete(job.stored_name)
