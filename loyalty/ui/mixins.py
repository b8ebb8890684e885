"""What the pages of every app share: access, partials, dialogs, breadcrumbs."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.generic import FormView, View
from django.views.generic.base import ContextMixin, TemplateResponseMixin

from loyalty.staff.permissions import require
from loyalty.staff.roles.rights import Right

from .forms import LoginForm
from .navigation import Crumb
from .responses import Text, done, is_partial, reload


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """401 with the form, which the script shows in a dialog; it then sends the request again."""
    context = {"form": LoginForm(request)}
    return render(request, "registration/login_dialog.html", context, status=401)


class StaffPage(View):
    """A page for staff who hold `right`; None: for everybody who is signed in. Whose session has ended signs in first: over the page, if a partial is asked
    for, so that nothing typed is lost."""

    right: ClassVar[Right | None]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return ask_to_sign_in(request) if is_partial(request) else redirect_to_login(request.get_full_path())
        if self.right is not None:
            require(request.user, self.right)
        return super().dispatch(request, *args, **kwargs)


class PageMixin(ContextMixin):
    """Title and breadcrumb for `base.html`."""

    title: Text = ""
    crumbs: Sequence[Crumb] = ()

    def get_title(self) -> Text:
        return self.title

    def get_crumbs(self) -> Sequence[Crumb]:
        """The steps above this page."""
        return self.crumbs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        title = self.get_title()
        steps = [*self.get_crumbs(), Crumb(title)]
        return super().get_context_data(**({"title": title, "crumbs": steps} | kwargs))


class PartialMixin(TemplateResponseMixin):
    """Answers htmx with `partial_template_name`, everyone else with the page around it."""

    partial_template_name: str
    request: HttpRequest

    def get_template_names(self) -> list[str]:
        return [self.partial_template_name] if is_partial(self.request) else super().get_template_names()

    def render_to_response(self, context: dict[str, Any], **response_kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **response_kwargs)
        patch_vary_headers(response, ["HX-Request", "HX-Boosted", "HX-History-Restore-Request"])
        return response


class DialogPage(StaffPage, PageMixin, FormView[BaseForm]):
    """A form in the dialog, or as a page of its own when opened without script.

    The template extends `dialog_frame` and fills its blocks `lead` and `fields`. An invalid form answers 422
    (htmx) and is shown again; a valid one calls `perform`, whose text becomes the toast.
    """

    template_name = "ui/dialog_form.html"
    submit_label: Text = ""
    is_dangerous = False
    lead: Text = ""
    refresh: ClassVar[Sequence[str]] = ()
    # For what changes the head of the page, too.
    reloads: ClassVar[bool] = False

    def perform(self, form: BaseForm) -> Text:
        """Call one operation; say what was done. A named error belongs on the form: `form.add_error`."""
        raise NotImplementedError

    def get_undo_url(self) -> str:
        """The dialog that takes back what was done, once it was; empty: it cannot be, or the user may not."""
        return ""

    def form_valid(self, form: BaseForm) -> HttpResponse:
        text = self.perform(form)
        if form.errors:
            return self.form_invalid(form)
        if is_partial(self.request) and not self.reloads:
            return done(text, refresh=self.refresh, undo=self.get_undo_url())
        messages.success(self.request, str(text))
        return reload() if is_partial(self.request) else HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        frame = "ui/dialog.html" if is_partial(self.request) else "ui/dialog_page.html"
        dialog = {
            "dialog_frame": frame,
            "submit_label": self.submit_label,
            "is_dangerous": self.is_dangerous,
            "lead": self.lead,
            "cancel_url": self.get_success_url(),
        }
        return super().get_context_data(**(dialog | kwargs))
