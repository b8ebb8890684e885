"""The editor: the rule as nested groups beside its sentence, with the live size, and who would enter and leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from loyalty.program.section import Invalid
from loyalty.staff.sender import by_staff
from loyalty.ui.mixins import PageMixin
from loyalty.ui.navigation import Crumb
from loyalty.ui.responses import is_partial
from segments.enums import SegmentStatus
from segments.frame import SegmentsPage
from segments.language.parsing import complete, rule_of
from segments.language.printing import sentence_of
from segments.language.reading import read_rule
from segments.language.refusals import WrongRule
from segments.language.tree import EVERYONE, Json, Rule, to_json
from segments.language.vocabulary import Vocabulary, read_vocabulary
from segments.models import Segment
from segments.operations import save_segment
from segments.queries import segment_named
from segments.rights import CHANGE_SEGMENTS, VIEW_SEGMENTS

from .acts import act_on
from .forms import SegmentForm
from .nodes import Node, Nodes, show_problem
from .posted import PostedRule, as_group
from .preview import Preview, preview_of

READ, PREVIEW, SAVE = "read", "preview", "save"
MOST_COMPLETED = 2_000


@dataclass
class Draft:
    """What the form holds: the rule as it is shown, and as it is read; None while something is wrong with it."""

    data: Json
    root: Node
    rule: Rule | None
    problem: str = ""

    @classmethod
    def of(cls, data: Json, vocabulary: Vocabulary, problems: dict[str, str] | None = None) -> "Draft":
        root = Nodes(vocabulary).of(data)
        draft = cls(data, root, None)
        for node in root.all():
            node.problem = (problems or {}).get(node.path, "")
        if problems:
            draft.problem = gettext("Some conditions cannot be read.")
            return draft
        try:
            draft.rule = read_rule(data, vocabulary)
        except WrongRule as error:
            draft.problem = gettext("Some conditions are not complete.")
            if not show_problem(root, error):
                draft.problem = str(error)
        return draft


class Editor(PageMixin, SegmentsPage, TemplateView):
    """Each button sends the whole form. `act` says which one: adding and removing show the form anew, `save` keeps it."""

    right = CHANGE_SEGMENTS
    template_name = "segments/editor.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.slug: str = kwargs.get("slug", "")
        return super().dispatch(request, *args, **kwargs)

    def _read(self) -> None:
        self.segment = segment_named(self.slug) if self.slug else None
        if self.slug and (self.segment is None or self.segment.status == SegmentStatus.ARCHIVED):
            raise Http404
        self.vocabulary = read_vocabulary()

    def get_title(self) -> str:
        return self.segment.name if self.segment else gettext("New segment")

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Segments"), reverse("segments:list"))]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._read()
        kept = self.segment
        initial = {name: getattr(kept, name) for name in ("name", "description", "announces")} if kept else {}
        draft = Draft.of(as_group(kept.rule if kept else {"all": [{"fact": "purchases.any"}]}), self.vocabulary)
        return self._shown(SegmentForm(initial=initial, segment=kept), draft)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._read()
        form, act = SegmentForm(request.POST, segment=self.segment), request.POST.get("act", "")
        posted = PostedRule(request.POST, self.vocabulary)
        if act == SAVE:
            return self._save(form, Draft.of(posted.rule(), self.vocabulary, posted.problems))
        if act == READ:
            return self._read_sentence(form, posted)
        data = posted.rule()
        going_on = act_on(data, act)
        # A part has moved: what was wrong is told again once it is looked at.
        draft = Draft.of(data, self.vocabulary, {} if going_on else posted.problems)
        if not is_partial(request):
            self._quiet(form)
            return self._shown(form, draft, preview=self._preview(draft) if act == PREVIEW else None)
        return render(request, "segments/rule.html", self._rule_context(draft) | {"going_on": going_on})

    def _quiet(self, form: SegmentForm) -> None:
        """Nobody has asked to save yet: the name may still be missing."""
        form.errors.clear()

    def _read_sentence(self, form: SegmentForm, posted: PostedRule) -> HttpResponse:
        sentence = posted.text("sentence")
        self._quiet(form)
        try:
            draft, wrong = Draft.of(as_group(to_json(rule_of(sentence, self.vocabulary))), self.vocabulary), ""
        except WrongRule as error:
            draft, wrong = Draft.of(posted.rule(), self.vocabulary, posted.problems), str(error)
        if is_partial(self.request):
            context = self._rule_context(draft) | {"sentence": sentence, "sentence_problem": wrong}
            return render(self.request, "segments/rule.html", context)
        return self._shown(form, draft, status=422 if wrong else 200, sentence=sentence, sentence_problem=wrong)

    def _save(self, form: SegmentForm, draft: Draft) -> HttpResponse:
        if not form.is_valid() or draft.rule is None:
            return self._shown(form, draft, status=422)
        try:
            item = {**form.item(), "rule": to_json(draft.rule)}
            save_segment(item=item, by=by_staff(self.request)).result()
        except Invalid as error:
            for path, message in error.problems:
                form.add_error(None, f"{path}: {message}")
            return self._shown(form, draft, status=422)
        return redirect("segments:show", form.item()["id"])

    def _preview(self, draft: Draft) -> "dict[str, Any]":
        return preview_context(draft, self.vocabulary, self.segment)

    def _rule_context(self, draft: Draft) -> dict[str, Any]:
        return {
            "root": draft.root,
            "groups": self.vocabulary.groups,
            "problem": draft.problem,
            "preview_url": self._preview_url(),
            "sentence": sentence_of(draft.rule, self.vocabulary) if draft.rule else "",
        }

    def _preview_url(self) -> str:
        return reverse("segments:preview", args=[self.slug]) if self.slug else reverse("segments:preview_new")

    def _shown(self, form: SegmentForm, draft: Draft, status: int = 200, **more: Any) -> HttpResponse:
        preview = more.pop("preview", None) or {}
        context = self._rule_context(draft) | {"form": form, "segment": self.segment} | preview | more
        return self.render_to_response(self.get_context_data(**context), status=status)


def preview_context(draft: Draft, vocabulary: Vocabulary, segment: Segment | None) -> dict[str, Any]:
    if draft.rule is None:
        return {"preview_problem": draft.problem, "has_preview": True}
    found: Preview = preview_of(draft.rule, vocabulary, segment)
    return {
        "preview": found,
        "has_preview": True,
        "preview_sentence": sentence_of(draft.rule, vocabulary),
        "is_everyone": draft.rule == EVERYONE,
        "segment": segment,
    }


class LivePreview(SegmentsPage):
    """Beside the form, while it is filled in."""

    right = CHANGE_SEGMENTS

    def post(self, request: HttpRequest, slug: str = "") -> HttpResponse:
        segment = segment_named(slug) if slug else None
        if slug and segment is None:
            raise Http404
        vocabulary = read_vocabulary()
        posted = PostedRule(request.POST, vocabulary)
        draft = Draft.of(posted.rule(), vocabulary, posted.problems)
        return render(request, "segments/preview.html", preview_context(draft, vocabulary, segment))


class Completion(SegmentsPage):
    """The options of the sentence's field: what has been written, with what may come next."""

    right = VIEW_SEGMENTS

    def get(self, request: HttpRequest) -> HttpResponse:
        sentence = request.GET.get("sentence", "")[:MOST_COMPLETED]
        begun = "" if not sentence or sentence[-1].isspace() else sentence.split()[-1]
        before = sentence[: len(sentence) - len(begun)]
        options = [f"{before}{one}" for one in complete(sentence, read_vocabulary())]
        return render(request, "segments/completion.html", {"options": options})
