"""The editor: a reward's form beside its card in each language, as customers will see it, and how many it is for."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from customers.fields.names import language_name
from loyalty.program.queries import general_settings
from loyalty.program.section import Invalid
from loyalty.staff.sender import by_staff
from loyalty.staff.sight import Sight, sight_of
from loyalty.ui.mixins import PageMixin, StaffPage
from loyalty.ui.navigation import Crumb
from loyalty.ui.responses import Text
from rewards.catalogue.images.operations import upload_image
from rewards.catalogue.images.pictures import MOST_BYTES, NotAnImage
from rewards.catalogue.models import Reward
from rewards.catalogue.operations import change_reward, create_reward
from rewards.catalogue.queries import lines_of
from rewards.catalogue.rights import CONFIGURE_REWARDS
from rewards.catalogue.sections.program import TEXTS, read_reward

from .forms import RewardForm
from .items import audience_from
from .pages import OfReward, with_images
from .queries import audience_size, cards_of, price_words

PREVIEW, ADD = "preview", "add"
LANGUAGES = ("de", "fr", "es", "it", "nl", "pl", "hu", "cs", "sv", "pt-BR")


@with_images
class CreateReward(PageMixin, StaffPage, TemplateView):
    """Each button sends the whole form. `act` says which one: adding a language and the preview show it anew."""

    right = CONFIGURE_REWARDS
    template_name = "rewards/editor.html"
    title: Text = _("Create reward")
    before: Mapping[str, Any] | None = None
    left: int | None = None

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Rewards"), reverse("rewards:list"))]

    def form(self, data: QueryDict | None = None) -> RewardForm:
        return RewardForm(data, before=self.before, left=self.left, currency=general_settings().currency)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form()
        return self._shown(form, preview_of(form.initial, self.before or {}, sight_of(request.user)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        data, fault = with_uploaded(request)
        form = self.form(data)
        if data.get("act") in (PREVIEW, ADD):
            # Nobody has asked to save yet: what is missing is told then.
            form.errors.clear()
            form.show_fault_of_image(fault)
            return self._shown(form, self.preview(form))
        form.show_fault_of_image(fault)
        if form.is_valid():
            try:
                reward = self.save(form)
            except Invalid as error:
                form.show(error)
            else:
                messages.success(request, self.success_message())
                return redirect("rewards:show", reward.slug)
        return self._shown(form, self.preview(form), status=422)

    def save(self, form: RewardForm) -> Reward:
        values = {**form.item(), "stock": form.cleaned_data["stock"]}
        return create_reward(values=values, by=by_staff(self.request)).result()

    def success_message(self) -> str:
        return gettext("Reward created. Activate it once it is ready.")

    def preview_url(self) -> str:
        return reverse("rewards:preview")

    def preview(self, form: RewardForm) -> dict[str, Any]:
        """Of what could be read of what was sent; the rest is left out."""
        given = getattr(form, "cleaned_data", {})
        return preview_of(given, {name: _said(form, name) for name in TEXTS}, sight_of(self.request.user))

    def _shown(self, form: RewardForm, preview: Mapping[str, Any], status: int = 200) -> HttpResponse:
        others = [(one, language_name(one)) for one in LANGUAGES if one not in form.languages]
        texts = [(language, language_name(language), fields) for language, fields in form.texts]
        context = {
            "form": form,
            "texts": texts,
            "other_languages": others,
            "preview_url": self.preview_url(),
            "is_new": self.before is None,
            "slug": self.kwargs.get("slug", ""),
            **preview,
        }
        return self.render_to_response(self.get_context_data(**context), status=status)


class EditReward(OfReward, CreateReward):
    title = _("Edit reward")

    @cached_property
    def before(self) -> Mapping[str, Any]:  # type: ignore[override]  # of the reward
        return read_reward(self.reward)

    @cached_property
    def left(self) -> int | None:  # type: ignore[override]  # of the reward
        return lines_of([self.reward])[0].left

    def get_crumbs(self) -> Sequence[Crumb]:
        return [*super().get_crumbs(), Crumb(str(self.reward), reverse("rewards:show", args=[self.reward.slug]))]

    def save(self, form: RewardForm) -> Reward:
        """Only what differs."""
        values = {name: value for name, value in form.item().items() if name != "type" and value != self.before[name]}
        left = None
        if form.stock_changed():
            left = form.cleaned_data["stock"]
            values |= {"stock": None} if left is None else {}
        changed = change_reward(slug=self.reward.slug, values=values, left=left, by=by_staff(self.request))
        return changed.result()

    def success_message(self) -> str:
        return gettext("Saved.")

    def preview_url(self) -> str:
        return reverse("rewards:preview_of", args=[self.reward.slug])


class _Live:
    """Beside the form, while it is filled in."""

    form: Callable[..., RewardForm]
    preview: Callable[[RewardForm], dict[str, Any]]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        form.errors  # noqa: B018  fills what could be read
        return render(request, "rewards/preview.html", self.preview(form))


class LivePreview(_Live, CreateReward):
    """Of a new one."""


class LivePreviewOf(_Live, EditReward):
    """Of one that there is."""


def with_uploaded(request: HttpRequest) -> tuple[QueryDict, str]:
    """What was sent, with the image that was chosen as its address; and why there is none, if there was something."""
    file = request.FILES.get("image_file")
    if not isinstance(file, UploadedFile):
        return request.POST, ""
    try:
        # One byte more than may be: then it is refused as too large.
        name = upload_image(content=file.read(MOST_BYTES + 1), by=by_staff(request)).result()
    except NotAnImage as error:
        return request.POST, str(error)
    data = request.POST.copy()
    data["image_url"] = request.build_absolute_uri(reverse("reward-image", args=[name]))
    return data, ""


def _said(form: RewardForm, name: str) -> dict[str, str]:
    found = {language: form.data.get(f"{name}.{language}", "").strip() for language in form.languages}
    return {language: text[: TEXTS[name]] for language, text in found.items() if text}


def preview_of(given: Mapping[str, Any], texts: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
    currency = general_settings().currency
    price = {} if given.get("price") is None else {currency: given["price"]}
    audience = audience_from(given.get("admitted") or [], given.get("kept_out") or [])
    return {
        "cards": cards_of({name: texts.get(name, {}) for name in TEXTS}),
        "price": price_words({**(given.get("prices") or {}), **price}, currency),
        "image_url": given.get("image_url") or "",
        "is_coming_soon": bool(given.get("display_coming_soon")),
        "starts_at": given.get("starts_at"),
        "ends_at": given.get("ends_at"),
        "audience": audience_size(audience, sight),
    }
