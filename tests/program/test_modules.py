"""Parts of the programme that can be switched off are named by their rooms, and by nobody else."""

import json
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.forms.models import model_to_dict

from loyalty import composition, contributions
from loyalty.contributions import contributed
from loyalty.program.document import read_document, schema_of
from loyalty.program.forms import GeneralSettingsForm
from loyalty.program.models import GeneralSettings, all_modules
from loyalty.program.modules import Module, module_names
from loyalty.program.operations import apply_program
from loyalty.program.queries import general_settings, sections
from loyalty.program.section import Invalid
from loyalty.staff.sender import Sender
from tests.engine.world import NOW

FILE = json.dumps({"settings": {"modules": ["party_games"]}}).encode()
BY = Sender(None, NOW)


@pytest.fixture
def games(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A room more, which has a module."""
    with monkeypatch.context() as patch:
        patch.setattr(composition, "CONTRIBUTIONS", (*composition.CONTRIBUTIONS, Module("party_games", "Party games")))
        contributions._contributed.cache_clear()
        yield
    contributions._contributed.cache_clear()


def settings_form(*modules: str) -> GeneralSettingsForm:
    saved = general_settings()
    values = model_to_dict(saved) | {"modules": [*modules], "accept_after_days": ""}
    return GeneralSettingsForm(values, instance=saved)


def test_no_two_modules_have_one_name() -> None:
    names = [module.name for module in contributed(Module)]

    assert len(names) == len(set(names)) > 3


def test_a_new_programme_has_the_modules_that_are_on_at_first() -> None:
    assert all_modules() == ["expiring_points"]


@pytest.mark.django_db
def test_a_module_of_a_room_is_known_to_the_program_file_and_its_schema(games: None) -> None:
    apply_program(read_document(FILE), by=BY).result()

    assert general_settings().modules == ["party_games"]
    assert schema_of(sections())["properties"]["settings"]["properties"]["modules"]["items"]["enum"] == [
        *module_names()
    ]


@pytest.mark.django_db
def test_a_module_of_no_room_is_refused_by_the_program_file() -> None:
    with pytest.raises(Invalid, match=r"settings\.modules\[0\]: must be one of"):
        apply_program(read_document(FILE), by=BY).result()


@pytest.mark.django_db
def test_a_module_of_a_room_can_be_ticked_in_the_settings(games: None) -> None:
    assert "modules" not in settings_form("party_games").errors


@pytest.mark.django_db
def test_a_module_of_no_room_cannot_be_sent_to_the_settings() -> None:
    assert "modules" in settings_form("party_games").errors


@pytest.mark.django_db
def test_a_module_more_asks_for_no_migration(games: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    assert GeneralSettings._meta.get_field("modules").base_field.choices is None
