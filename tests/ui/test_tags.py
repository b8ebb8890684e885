from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from django.utils import timezone

from loyalty.ui.templatetags import ui


def render(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def test_an_icon_is_hidden_from_screen_readers() -> None:
    assert 'aria-hidden="true"' in ui.icon("gift")


def test_a_badge_takes_the_colour_of_its_status() -> None:
    assert ui.badge("Active", "active") == '<span class="badge green">Active</span>'
    assert ui.badge("Gold", "amber", plain=True) == '<span class="badge amber plain">Gold</span>'
    assert ui.badge("Odd", "made_up") == '<span class="badge">Odd</span>'


def test_a_badge_escapes_what_it_shows() -> None:
    assert "&lt;b&gt;" in ui.badge("<b>")


@pytest.mark.parametrize(
    ("person", "letters"),
    [
        (SimpleNamespace(first_name="Zsófia", last_name="kovács"), "ZK"),
        (SimpleNamespace(first_name=None, last_name="Kovács"), "K"),
        ("dana", "DA"),
        ("", ""),
    ],
)
def test_initials_come_from_the_names(person: object, letters: str) -> None:
    assert ui.initials(person) == letters


def test_an_instant_names_its_zone_and_is_machine_readable() -> None:
    at = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    with timezone.override("Europe/Budapest"):
        text = ui.moment(at)
    assert text == '<time datetime="2026-07-01T12:00:00+00:00">1 Jul 2026, 14:00 CEST</time>'


def test_an_instant_that_never_was_says_so() -> None:
    assert "Never" in ui.ago(None)
    assert "–" in ui.moment(None)


def test_a_change_of_the_query_string_leaves_the_page() -> None:
    request = RequestFactory().get("/customers/", {"q": "Kovács", "page": "x", "sort": "name"})
    context = RequestContext(request, {"request": request})
    assert Template('{% qs sort="-name" %}').render(context) == "?q=Kov%C3%A1cs&amp;sort=-name"
    assert Template('{% qs q="" page="next" %}').render(context) == "?sort=name&amp;page=next"


class PointsForm(forms.Form):
    points = forms.IntegerField(help_text="A whole number.")
    kind = forms.ChoiceField(choices=[("add", "Add"), ("spend", "Spend")], widget=forms.RadioSelect)
    tell = forms.BooleanField(required=False)


def test_a_field_ties_its_hint_and_error_to_its_control() -> None:
    html = render("{% field form.points %}", form=PointsForm({"points": "abc"}))
    assert 'aria-describedby="id_points_helptext id_points_error"' in html
    assert 'id="id_points_helptext"' in html
    assert 'id="id_points_error" role="alert"' in html
    assert 'aria-invalid="true"' in html


def test_a_choice_of_radio_buttons_is_a_group_with_a_legend() -> None:
    html = render("{% field form.kind %}", form=PointsForm())
    assert "<fieldset" in html
    assert "<legend>Kind" in html
    assert "<label for=" in html


def test_a_tick_box_stands_before_its_label() -> None:
    html = render("{% field form.tell %}", form=PointsForm())
    assert html.index("<input") < html.index("<label")


def test_an_address_may_wrap_before_its_at() -> None:
    assert ui.breakable("a<b@example.com") == "a&lt;b<wbr>@example.com"
