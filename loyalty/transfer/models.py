from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .enums import JobStatus, Model


class ImportJob(models.Model):
    """The import of one file. Its row is the checkpoint: a chunk's effects and the advance to the next one are one
    transaction, so a file is applied once, whenever and wherever its worker dies."""

    model = models.CharField(_("rows are"), max_length=20, choices=Model)
    file_name = models.CharField(_("file"), max_length=200)
    stored_name = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField(_("size"))
    # It named somebody who was erased: deleted as a whole, with the words of its refused rows.
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
            models.CheckConstraint(condition=models.Q(model__in=Model.values), name="import_model_is_known"),
            models.CheckConstraint(
                condition=models.Q(rows_done=models.F("recorded") + models.F("unchanged") + models.F("refused")),
                name="import_counts_add_up",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_open(self) -> bool:
        return self.status in (JobStatus.UPLOADED, JobStatus.PROCESSING)

    @property
    def is_running(self) -> bool:
        return self.status == JobStatus.PROCESSING

    @property
    def percent(self) -> int:
        """How much of the file has been read."""
        return 100 if self.status == JobStatus.FINISHED else 100 * self.next_offset // max(self.size, 1)


class RefusedRow(models.Model):
    """A row of a file that changed nothing, and why. What stood in the row is not kept."""

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="refused_rows")
    line = models.BigIntegerField(_("line"))
    column = models.CharField(_("column"), max_length=200, default="")
    code = models.IntegerField(_("code"), default=0)
    reason = models.TextField(_("reason"))

    class Meta:
        verbose_name = _("refused row")
        verbose_name_plural = _("refused rows")
        constraints = [models.UniqueConstraint("job", "line", name="one_refusal_for_a_line")]

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"
