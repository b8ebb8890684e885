"""Images of rewards that staff upload: what is taken, how it is kept and shown, and when it goes."""

import datetime as dt
import os
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from loyalty.approvals.enums import ChangeStatus
from loyalty.approvals.models import ChangeRequest
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.roles.models import StaffRole
from rewards.catalogue.images import store
from rewards.catalogue.images.operations import KEPT, delete_unnamed_images
from rewards.catalogue.images.pictures import LONGEST_SIDE, MOST_BYTES, NotAnImage, read_picture
from rewards.catalogue.models import Reward
from tests.reward_catalogue.rewarding import a_picture as image
from tests.reward_catalogue.rewarding import make_reward
from tests.reward_catalogue.test_reward_pages import NEW, form_of

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def bomb() -> bytes:
    """A PNG of a few bytes that says it is 60,000 × 60,000."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_an_image_is_kept_in_its_own_format(kind: str) -> None:
    found = read_picture(image(kind))

    with Image.open(BytesIO(found.content)) as kept:
        assert (kept.format, kept.size) == (kind, (40, 20))


WRONG = {
    "an SVG with a script": SVG,
    "a page": b"<html><script>alert(1)</script></html>",
    "nothing": b"",
    "the beginning of an image": image(size=(200, 200))[:60],
    "a type that is not taken": image("GIF"),
    "a TIFF": image("TIFF"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_image_of_these_types_is_refused(what: str) -> None:
    with pytest.raises(NotAnImage, match="no PNG, JPEG or WebP image"):
        read_picture(WRONG[what])


def test_an_image_that_says_it_has_billions_of_pixels_is_refused_unopened() -> None:
    assert len(bomb()) < 1_000
    with pytest.raises(NotAnImage):
        read_picture(bomb())


def test_more_than_16_million_pixels_are_refused() -> None:
    with pytest.raises(NotAnImage, match="16 million"):
        read_picture(image(size=(4_001, 4_000)))


def test_a_file_beyond_5_mb_is_refused() -> None:
    with pytest.raises(NotAnImage, match="5 MB"):
        read_picture(image() + b"\0" * MOST_BYTES)


def test_metadata_and_what_hangs_on_behind_do_not_stay() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    note = PngInfo()
    note.add_text("Comment", "taken at home")
    for content in (
        image("JPEG", exif=exif, comment=b"taken at home"),
        image("PNG", pnginfo=note, exif=exif),
        image("PNG") + b"<script>taken at home</script>",
    ):
        assert b"taken at home" in content
        assert b"taken at home" not in read_picture(content).content


def test_a_turned_photograph_stands_upright_and_a_large_one_becomes_smaller() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned, large = read_picture(image("JPEG", exif=exif)), read_picture(image(size=(4_000, 2_000)))

    assert (turned.width, turned.height) == (20, 40)
    assert (large.width, large.height) == (LONGEST_SIDE, LONGEST_SIDE // 2)


def test_what_can_be_seen_through_stays_so() -> None:
    out = BytesIO()
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(out, "PNG")
    with Image.open(BytesIO(read_picture(out.getvalue()).content)) as kept:
        assert kept.getpixel((0, 0)) == (255, 0, 0, 0)


# The editor


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / "rewards"


def as_marketing(client: Client) -> None:
    """Who sees to rewards and may import nothing."""
    role = StaffRole.objects.create(
        slug="rewards", name="Rewards", rights=["customers.view", "rewards.view", "rewards.configure"]
    )
    client.force_login(User.objects.create_user("mia", role=role.slug))


def send(client: Client, content: bytes, wanted: int = 302, name: str = "mug.png", **data: Any) -> Any:
    body = {**NEW, **data, "image_file": SimpleUploadedFile(name, content)}
    answer = client.post(reverse("rewards:new"), body)
    assert answer.status_code == wanted, answer.content.decode()
    return answer


@pytest.mark.django_db
def test_an_image_is_uploaded_in_the_editor_and_shown_to_everybody(client: Client, files: Path) -> None:
    client.force_login(User.objects.create_user("ada", role=Role.ADMINISTRATOR))
    send(client, image())

    url = Reward.objects.get().image_url
    [file] = files.iterdir()
    assert url == f"http://testserver/reward-images/{file.name}"
    answer = Client().get(url)
    assert b"".join(answer.streaming_content) == file.read_bytes()  # type: ignore[attr-defined]
    assert {name: answer[name] for name in ("Content-Type", "Content-Security-Policy", "X-Content-Type-Options")} == {
        "Content-Type": "image/png",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "immutable" in answer["Cache-Control"]
    assert not answer.cookies


@pytest.mark.django_db
def test_who_configures_rewards_needs_no_right_to_import_for_it(client: Client, files: Path, settings: Any) -> None:
    settings.FILE_UPLOAD_HANDLERS = ["loyalty.transfer.files.uploads.BoundedUpload", *settings.FILE_UPLOAD_HANDLERS]
    as_marketing(client)

    send(client, image())
    send(client, image() + b"\0" * (MOST_BYTES + 100_000))

    mug, other = Reward.objects.order_by("id")
    assert mug.image_url
    assert not other.image_url


@pytest.mark.django_db
@pytest.mark.parametrize("content", [SVG, bomb(), image() + b"\0" * MOST_BYTES], ids=["svg", "bomb", "large"])
def test_a_file_that_is_refused_saves_nothing_and_says_why_at_its_field(
    client: Client, files: Path, content: bytes
) -> None:
    client.force_login(User.objects.create_user("ada", role=Role.ADMINISTRATOR))
    page = send(client, content, wanted=422, name="mug.svg")

    assert page.context["form"].errors["image_file"]
    assert not Reward.objects.exists()
    assert not files.exists()


@pytest.mark.django_db
def test_an_image_that_is_chosen_before_the_preview_is_not_lost(client: Client, files: Path) -> None:
    client.force_login(User.objects.create_user("ada", role=Role.ADMINISTRATOR))
    page = send(client, image(), wanted=200, act="preview")

    assert "/reward-images/" in page.context["form"]["image_url"].value()
    assert "/reward-images/" in page.context["image_url"]


@pytest.mark.django_db
def test_the_image_of_a_reward_stays_when_something_else_is_changed(client: Client, files: Path) -> None:
    client.force_login(User.objects.create_user("ada", role=Role.ADMINISTRATOR))
    send(client, image())
    reward = Reward.objects.get()

    client.post(reverse("rewards:edit", args=[reward.slug]), {**form_of(client, reward.slug), "price": "7"})

    assert Reward.objects.get().image_url == reward.image_url
    assert Reward.objects.get().prices == {"EUR": 7}


@pytest.mark.parametrize("name", ["x.png", "a" * 64 + ".svg", "..%2F..%2Fsecret", "a" * 64 + ".png"])
@pytest.mark.django_db
def test_other_addresses_show_nothing(client: Client, files: Path, name: str) -> None:
    files.mkdir()
    (files.parent / "secret").write_text("x")
    assert client.get(f"/reward-images/{name}").status_code == 404


# When they go


def kept(content: bytes, days: int) -> str:
    """An image of so many days ago; its name."""
    picture = read_picture(content)
    store.keep(picture)
    then = (timezone.now() - dt.timedelta(days=days)).timestamp()
    os.utime(store.path_of(picture.name), (then, then))
    return picture.name


@pytest.mark.django_db
def test_images_that_nothing_names_go_after_a_week_and_no_others(files: Path) -> None:
    one, two, three, new = (kept(image(size=(9, n)), days) for n, days in ((1, 100), (2, 100), (3, 100), (4, 1)))
    make_reward("mug", image_url=f"https://loyalty.example.com/reward-images/{one}", status="inactive")
    make_reward("cup", gallery=[f"https://loyalty.example.com/reward-images/{two}"])

    assert delete_unnamed_images(at=timezone.now()) == 1
    assert {path.name for path in files.iterdir()} == {one, two, new}
    assert three not in {one, two, new}

    # The week begins when they are named for the last time, not when they were uploaded.
    make_reward("mug", image_url="")
    assert delete_unnamed_images(at=timezone.now() + KEPT - dt.timedelta(hours=1)) == 1
    assert {path.name for path in files.iterdir()} == {one, two}
    assert delete_unnamed_images(at=timezone.now() + KEPT + dt.timedelta(hours=1)) == 1


@pytest.mark.django_db
def test_the_image_of_a_change_that_waits_for_an_approval_stays(files: Path) -> None:
    waiting = ChangeRequest(
        operation="reward.change",
        kind="rewards",
        arguments={"values": {"image_url": f"https://x.example/reward-images/{kept(image(), 100)}"}},
        requested_by=User.objects.create_user("mia"),
        requested_at=timezone.now(),
    )
    waiting.save()
    assert delete_unnamed_images(at=timezone.now() + 2 * KEPT) == 0

    ChangeRequest.objects.update(status=ChangeStatus.CLOSED)
    assert delete_unnamed_images(at=timezone.now() + 2 * KEPT) == 1
