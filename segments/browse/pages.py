"""The list of segments, one with its members and its size over time, the overlap of several, the export of members."""

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.forms import BaseForm, Form
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from customers.models import Customer
from loyalty.calendar import end_of
from loyalty.intake.rights import may_import
from loyalty.program.section import Invalid, as_sentence
from loyalty.staff.permissions import may
from loyalty.staff.sender import by_staff
from loyalty.ui.charts import Chart, Series, area
from loyalty.ui.downloads import Cell, csv_file
from loyalty.ui.mixins import DialogPage, PageMixin, PartialMixin
from loyalty.ui.navigation import Crumb
from loyalty.ui.paging import Order, page_of
from loyalty.ui.responses import Text
from segments.enums import SegmentStatus
from segments.frame import SegmentsPage
from segments.giving.rights import may_put_members
from segments.language.printing import sentence_of
from segments.language.reading import read_rule
from segments.language.refusals import WrongRule
from segments.language.vocabulary import Vocabulary, read_vocabulary
from segments.models import Segment
from segments.operations import allow_export, change_status, compute_again
from segments.queries import members_at, members_of, overlap_of, segment_named, segments, sizes_of
from segments.rights import CHANGE_SEGMENTS, EXPORT_MEMBERS, VIEW_SEGMENTS

from .forms import KNOWN, DayForm, OverlapForm
from .overlap import circles, parts

BY_ID = Order("id")
MOST_SIZES = 12
EXPORTED = ("customer_id", "segment", "first_name", "last_name", "email")


def sentence(segment: Segment, vocabulary: Vocabulary) -> str:
    try:
        return sentence_of(read_rule(segment.rule, vocabulary, is_stored=True), vocabulary)
    except WrongRule:
        return gettext("The rule asks for something that is not there any more.")


class Segments(PageMixin, SegmentsPage, TemplateView):
    right = VIEW_SEGMENTS
    template_name = "segments/list.html"
    title = _("Segments")
    crumbs = (Crumb(_("Customer Insights")),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        vocabulary = read_vocabulary()
        rows = [(one, sentence(one, vocabulary)) for one in segments()]
        may_change = may(self.request.user, CHANGE_SEGMENTS)
        may_bring = may_change and may_import(self.request.user)
        return super().get_context_data(rows=rows, may_change=may_change, may_import=may_bring, **kwargs)


class SegmentPage(SegmentsPage):
    """A page about one segment."""

    right = VIEW_SEGMENTS

    @cached_property
    def segment(self) -> Segment:
        found = segment_named(self.kwargs["slug"])
        if found is None:
            raise Http404
        return found


class ShowSegment(PartialMixin, PageMixin, SegmentPage, TemplateView):
    template_name = "segments/show.html"
    partial_template_name = "segments/members.html"

    def get_title(self) -> Text:
        return self.segment.name

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Segments"), reverse("segments:list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = DayForm(self.request.GET)
        members = self._members(form)
        context = {
            "segment": self.segment,
            "page": page_of(members, BY_ID, self.request.GET.get("page", "")),
            "day_form": form,
            "is_past": form.is_valid() and bool(form.cleaned_data["day"]),
            "number": members.count(),
        }
        return super().get_context_data(**(context | self._around() | kwargs))

    def _members(self, form: DayForm) -> QuerySet[Customer]:
        if not form.is_valid() or not form.cleaned_data["day"]:
            return members_of(self.segment)
        day: dt.date = form.cleaned_data["day"]
        at = end_of(day, ZoneInfo(settings.TIME_ZONE)) - dt.timedelta(microseconds=1)
        return members_at(self.segment, at, as_known=form.cleaned_data["clock"] == KNOWN)

    def _around(self) -> dict[str, Any]:
        user = self.request.user
        return {
            "sentence": sentence(self.segment, read_vocabulary()),
            "chart": _chart(self.segment),
            "may_change": may(user, CHANGE_SEGMENTS) and self.segment.status != SegmentStatus.ARCHIVED,
            "may_export": may(user, EXPORT_MEMBERS),
            "may_group": self.segment.status != SegmentStatus.ARCHIVED and may_put_members(user),
        }


def _chart(segment: Segment) -> Chart | None:
    sizes = _thinned(sizes_of(segment))
    if len(sizes) < 2:
        return None
    labels = [date_format(day, "j M") for day, _ in sizes]
    return area(labels, Series(gettext("Members"), [number for _, number in sizes]))


def _thinned(sizes: Sequence[tuple[dt.date, int]]) -> Sequence[tuple[dt.date, int]]:
    """At most as many as have room for their days, the last one among them."""
    step = -(-len(sizes) // MOST_SIZES) or 1
    return sizes[::-1][::step][::-1]


class ExportMembers(SegmentPage):
    """A row for each member, of all of them, as they were last computed."""

    right = EXPORT_MEMBERS

    def get(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        members = members_of(self.segment).order_by("id")
        allow_export(segment=self.segment, members=members.count(), by=by_staff(request)).result()
        return csv_file(f"segment-{self.segment.slug}", EXPORTED, _rows(members, self.segment))


def _rows(members: QuerySet[Customer], segment: Segment) -> Iterator[Sequence[Cell]]:
    for one in members.only("public_id", "first_name", "last_name", "email").iterator(2_000):
        yield one.public_id, segment.slug, one.first_name, one.last_name, one.email


class ComputeAgain(SegmentPage):
    right = CHANGE_SEGMENTS

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        compute_again(segment=self.segment, by=by_staff(request)).result()
        messages.success(request, gettext("The members are computed in the background."))
        return redirect("segments:show", slug)


class ChangeStatus(SegmentPage, DialogPage):
    """To the status in the address."""

    right = CHANGE_SEGMENTS
    form_class = Form
    reloads = True
    words = {
        SegmentStatus.ACTIVE: (_("Activate"), _("Customers enter and leave again, by the rule as it is.")),
        SegmentStatus.INACTIVE: (
            _("Deactivate"),
            _("Its members stay as they are. Nobody gets what depends on it meanwhile."),
        ),
        SegmentStatus.ARCHIVED: (_("Archive"), _("Its members leave for good. This can't be undone.")),
    }

    @cached_property
    def status(self) -> SegmentStatus:
        if self.kwargs["status"] not in SegmentStatus.values:
            raise Http404
        return SegmentStatus(self.kwargs["status"])

    def get_title(self) -> Text:
        return _("%(deed)s “%(segment)s”") % {"deed": self.words[self.status][0], "segment": self.segment.name}

    def get_success_url(self) -> str:
        return reverse("segments:show", args=[self.segment.slug])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        deed, lead = self.words[self.status]
        return super().get_context_data(
            **({"submit_label": deed, "lead": lead, "is_dangerous": self.status == SegmentStatus.ARCHIVED} | kwargs)
        )

    def perform(self, form: BaseForm) -> Text:
        try:
            change_status(segment=self.segment, status=self.status, by=by_staff(self.request)).result()
        except Invalid as error:
            for _path, message in error.problems:
                form.add_error(None, as_sentence(message))
        return _("Saved.")


class Overlap(PageMixin, SegmentsPage, TemplateView):
    """How many are in several segments at once: a table and a picture."""

    right = VIEW_SEGMENTS
    template_name = "segments/overlap.html"
    title = _("Overlap of segments")

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Segments"), reverse("segments:list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = OverlapForm(self.request.GET if "first" in self.request.GET else None)
        found = self._found(form) if form.is_valid() else {}
        return super().get_context_data(**({"form": form} | found | kwargs))

    def _found(self, form: OverlapForm) -> dict[str, Any]:
        slugs = form.chosen(form.cleaned_data)
        rows = {one.slug: one for one in Segment.objects.filter(slug__in=slugs)}
        names = {slug: rows[slug].name for slug in slugs}
        return {
            "circles": circles(list(names.values())),
            "parts": parts(names, overlap_of([rows[slug] for slug in slugs])),
        }
