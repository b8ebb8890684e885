"""What files hold of somebody who is erased: the files of imports, and the words of their refused rows."""

import re
from collections.abc import Iterable, Sequence

from loyalty.transfer.enums import JobStatus
from loyalty.transfer.models import ImportJob, RefusedRow

from .store import delete, path_of

OPEN = (JobStatus.UPLOADED, JobStatus.PROCESSING)
NOT_KEPT = "What this row said is not kept: somebody whom the file named was erased."


def erase_imports(terms: Sequence[str]) -> int | None:
    """Delete the files that name the person as a whole; how many. None while a file of an open import names them.

    `terms` are IDs, e-mail addresses and telephone numbers: whole words, in capitals or not.
    """
    if not terms:
        # Without a word to look for, every file would be found.
        return 0
    named = _naming(terms)
    waits, erased = False, 0
    for job in ImportJob.objects.filter(file_erased=False).order_by("id"):
        if not (named.search(job.file_name) or _file_names(job, named) or _refusals_name(job, named)):
            continue
        waits |= job.status in OPEN
        erased += job.status not in OPEN and _erase(job)
    return None if waits else erased


def _naming(terms: Iterable[str]) -> re.Pattern[str]:
    # A quotation mark is doubled in a CSV file.
    forms = {form for term in terms for form in (term, term.replace('"', '""'))}
    return re.compile(
        rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(forms, key=len, reverse=True)))})(?!\w)", re.IGNORECASE
    )


def _file_names(job: ImportJob, named: re.Pattern[str]) -> bool:
    try:
        with path_of(job.stored_name).open(encoding="utf-8", errors="replace") as lines:
            return any(named.search(line) for line in lines)
    except FileNotFoundError:
        return False


def _refusals_name(job: ImportJob, named: re.Pattern[str]) -> bool:
    reasons = RefusedRow.objects.filter(job=job).exclude(reason=NOT_KEPT).values_list("reason", flat=True)
    return any(named.search(reason) for reason in reasons.iterator())


def _erase(job: ImportJob) -> bool:
    """Once the file is gone nobody can tell which refusal was about whom, so none keeps its words."""
    RefusedRow.objects.filter(job=job).update(reason=NOT_KEPT, predicate="")
    ImportJob.objects.filter(pk=job.pk).update(file_erased=True, file_name=f"import-{job.pk}.csv", error="")
    delete(job.stored_name)
    return True
