"""Pages of nobody else: log-in, the command palette, preferences."""

import json
from typing import Any, cast
from urllib.parse import urlsplit

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from loyalty.staff.login.known_browsers import remember
from loyalty.staff.login.operations import change_password
from loyalty.staff.models import User
from loyalty.staff.sender import by_staff

from .context import THEME_COOKIE, Shell
from .forms import LoginForm, PasswordForm, PreferencesForm
from .mixins import DialogPage, PageMixin, StaffPage
from .palette import find
from .responses import Text, is_partial, signed_in
from .typed import typed

ONE_YEAR = 365 * 24 * 3600


class Login(LoginView):
    form_class = LoginForm
    redirect_authenticated_user = True

    def get_template_names(self) -> list[str]:
        return ["registration/login_dialog.html"] if is_partial(self.request) else super().get_template_names()

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """Never back to a log-in page: whoever is logged in would be sent round in circles."""
        url = super().get_redirect_url()
        return "" if urlsplit(url).path in {reverse("login"), reverse("admin:login")} else url

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        if is_partial(self.request):
            response = signed_in(get_token(self.request))
        remember(self.request, response, form.cleaned_data["username"])
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        wait = form.wait if isinstance(form, LoginForm) else None
        response = self.render_to_response(self.get_context_data(form=form), status=429 if wait else 422)
        if wait:
            response["Retry-After"] = str(wait)
        return response


def home(request: HttpRequest) -> HttpResponse:
    """The first page of the navigation that the user may open."""
    if not request.user.is_authenticated:
        return redirect("login")
    links = Shell(request).links
    return redirect(links[0].url) if links else render(request, "403.html", status=403)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Switch to the other theme; the script does the same without a request."""
    wanted = "light" if Shell(request).theme == "dark" else "dark"
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("home")
    response = HttpResponseRedirect(back)
    response.set_cookie(THEME_COOKIE, wanted, max_age=ONE_YEAR, samesite="Lax", secure=request.is_secure())
    return response


class Palette(StaffPage, PageMixin):
    """Search: a dialog for htmx, a page without script. By POST, so that no name searched for lands in a log."""

    right = None
    title = _("Search")

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._answer("ui/palette.html" if is_partial(request) else "ui/palette_page.html", "")

    def post(self, request: HttpRequest) -> HttpResponse:
        template = "ui/palette_results.html" if is_partial(request) else "ui/palette_page.html"
        return self._answer(template, typed(request.POST, "q"))

    def _answer(self, template: str, query: str) -> HttpResponse:
        found = find(cast(User, self.request.user), query, Shell(self.request).links)
        return render(self.request, template, self.get_context_data(query=query, found=found))


class ChangePassword(DialogPage):
    """One's own. Every other session of the person ends."""

    right = None
    form_class = PasswordForm
    title = submit_label = _("Change password")
    lead = _("You stay signed in here. Everywhere else you will be asked for the new password.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_success_url(self) -> str:
        return reverse("home")

    def perform(self, form: BaseForm) -> Text:
        by = by_staff(self.request)
        change_password(password=form.cleaned_data["new_password1"], by=by).result()
        assert by.user is not None
        update_session_auth_hash(self.request, by.user)
        return _("Your password is changed.")


class Preferences(DialogPage):
    """The list of keyboard shortcuts, and the switch for the single-key ones."""

    right = None
    form_class = PreferencesForm
    template_name = "ui/preferences.html"
    title = _("Keyboard shortcuts")
    submit_label = _("Save")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"instance": self.request.user}

    def get_success_url(self) -> str:
        return reverse("home")

    def perform(self, form: BaseForm) -> Text:
        user = cast(PreferencesForm, form).save()
        return _("Single-key shortcuts are on.") if user.shortcuts else _("Single-key shortcuts are off.")

    def form_valid(self, form: BaseForm) -> HttpResponse:
        response = super().form_valid(form)
        # The open page reads the switch from its body, so it is told too.
        if "HX-Trigger" in response:
            state = "on" if cast(PreferencesForm, form).instance.shortcuts else "off"
            events = json.loads(response["HX-Trigger"]) | {"shortcuts": {"state": state}}
            response["HX-Trigger"] = json.dumps(events)
        return response
