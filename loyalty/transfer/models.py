"""Imports: their files, the rows that were refused, the rows that were noticed, and the keys of all rows."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.engine.actions import Text
from loyalty.refusals import Refused

from .enums import JobStatus, NoticeKind, UnknownColumns
from .kinds import kind_labels


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j M Y")


class ImportJob(models.Model):
    """The import of one file. Its row is the checkpoint: a chunk's effects and the advance to the next one are one
    transaction, so a file is applied once, whenever and wherever its worker dies."""

    model = models.CharField(_("rows are"), max_length=20)
    file_name = models.CharField(_("file"), max_length=200)
    stored_name = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField(_("size"))
    # Within a source equal rows are the same row: what counts once, and what the uploader must ask to count again.
    source = models.CharField(_("source"), max_length=64, default="", db_default="")
    # `.` or `,`, if the uploader says so: settles numbers that have two readings.
    decimal_mark = models.CharField(_("decimal mark"), max_length=1, default="", db_default="")
    unknown_columns = models.CharField(
        _("unknown columns"),
        max_length=10,
        choices=UnknownColumns,
        blank=True,
        default=UnknownColumns.ASK,
        db_default="",
    )
    # Columns that no field and no attribute is called like, as they are told.
    unknown_names = ArrayField(models.TextField(), verbose_name=_("unknown columns"), default=list, db_default=[])
    # Rows that are there already count again: all of them, or those that this earlier import of the file came upon.
    count_again = models.BooleanField(_("count again"), default=False, db_default=False)
    again_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="again")
    # Rows have keys of their own, in ImportedRow; before there were any, the file's digest and the line named a row.
    has_row_keys = models.BooleanField(default=True, db_default=False)
    # Deleted: its time was over, or it named somebody who was erased. With it go the words of its refused rows.
    file_erased = models.BooleanField(_("file erased"), default=False, db_default=False)
    status = models.CharField(_("status"), max_length=20, choices=JobStatus, default=JobStatus.UPLOADED)
    # Why the file as a whole was given up.
    error = models.TextField(_("error"), default="")
    # Known at the end.
    rows_total = models.BigIntegerField(_("rows"), null=True)
    rows_done = models.BigIntegerField(_("rows done"), default=0)
    recorded = models.BigIntegerField(_("recorded"), default=0)
    unchanged = models.BigIntegerField(_("unchanged"), default=0)
    refused = models.BigIntegerField(_("refused"), default=0)
    # Of the unchanged ones: rows that an earlier import, a till or anybody else had recorded.
    already_there = models.BigIntegerField(_("already there"), default=0, db_default=0)
    # Where the next chunk begins, in bytes, and how many lines lie before it.
    next_offset = models.BigIntegerField(default=0)
    lines_done = models.BigIntegerField(default=0)
    # Starts since the last chunk that ended: a chunk that kills its worker is not tried for ever.
    attempts = models.IntegerField(default=0)
    # Who works on it: a worker writes only while the fence is the one that it was given.
    fence = models.IntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("started by")
    )
    created_at = models.DateTimeField(_("uploaded at"))
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=JobStatus.values), name="import_status_is_known"),
            models.CheckConstraint(
                condition=models.Q(rows_done=models.F("recorded") + models.F("unchanged") + models.F("refused")),
                name="import_counts_add_up",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def kind_label(self) -> Text:
        """The name alone where no room takes such files any more."""
        return kind_labels().get(self.model, self.model)

    @property
    def is_open(self) -> bool:
        return self.status in (JobStatus.UPLOADED, JobStatus.PROCESSING)

    @property
    def has_question(self) -> bool:
        """Whether somebody must say what becomes of unknown columns."""
        return bool(self.unknown_names) and self.unknown_columns == UnknownColumns.ASK

    @property
    def is_running(self) -> bool:
        return self.status == JobStatus.PROCESSING

    @property
    def percent(self) -> int:
        """How much of the file has been read."""
        return 100 if self.status == JobStatus.FINISHED else 100 * self.next_offset // max(self.size, 1)


class RefusedRow(models.Model):
    """A row of a file that changed nothing, and why. What stood in the row is in the file only."""

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="refused_rows")
    line = models.BigIntegerField(_("line"))
    column = models.CharField(_("column"), max_length=200, default="")
    code = models.IntegerField(_("code"), default=0)
    reason = models.TextField(_("reason"))
    # What is wrong with the column's value, without naming it; empty where the reason says it all.
    predicate = models.TextField(default="", db_default="")

    class Meta:
        verbose_name = _("refused row")
        verbose_name_plural = _("refused rows")
        constraints = [models.UniqueConstraint("job", "line", name="one_refusal_for_a_line")]

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"

    @property
    def refusal(self) -> Refused:
        """As the engine raised it, but for the place."""
        found = Refused(self.code, self.reason)
        found.predicate = self.predicate
        return found


class RowNotice(models.Model):
    """What the uploader should know of a row that was not refused: where it came from before, or what it left alone."""

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="notices")
    line = models.BigIntegerField(_("line"))
    kind = models.CharField(_("kind"), max_length=10, choices=NoticeKind)
    # The import that brought the row, if one did, and when it was recorded.
    earlier = models.ForeignKey(
        ImportJob, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("import")
    )
    recorded_at = models.DateTimeField(_("recorded"), null=True)
    text = models.TextField(_("notice"), default="")

    class Meta:
        verbose_name = _("notice of a row")
        verbose_name_plural = _("notices of rows")
        constraints = [models.UniqueConstraint("job", "line", name="one_notice_for_a_line")]

    def __str__(self) -> str:
        return f"{self.line}: {self.get_kind_display()}"

    @property
    def told(self) -> str:
        """As a sentence."""
        if self.kind != NoticeKind.ALREADY_THERE:
            return self.text
        if self.earlier is not None:
            return gettext("Already there: from %(file)s, imported on %(day)s.") % {
                "file": self.earlier.file_name, "day": _day(self.earlier.created_at),
            }  # fmt: skip
        if self.recorded_at is not None:
            return gettext("Already there: recorded on %(day)s, not by an import.") % {"day": _day(self.recorded_at)}
        return gettext("Already there: from an import whose record is not kept any more.")


class ImportedRow(models.Model):
    """A row that some import has recorded. `key` is a digest of the source and of what the row means, `ordinal` counts
    equal rows: whoever inserts the pair records the row, nobody else does."""

    pk = models.CompositePrimaryKey("key", "ordinal")
    key = models.UUIDField()
    ordinal = models.IntegerField()
    # No foreign key: the record of an import goes when its time is over, what it paid stays paid.
    job_id = models.BigIntegerField(_("import"))

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")

    def __str__(self) -> str:
        return f"{self.key}:{self.ordinal}"


class RowCount(models.Model):
    """How many equal rows of a running import's file have been read: so a row has the same ordinal whoever reads it."""

    pk = models.CompositePrimaryKey("job_id", "key")
    job_id = models.BigIntegerField(_("import"))
    key = models.UUIDField()
    rows = models.IntegerField(_("rows"))

    class Meta:
        verbose_name = _("count of equal rows")
        verbose_name_plural = _("counts of equal rows")

    def __str__(self) -> str:
        return f"{self.key}: {self.rows}"
