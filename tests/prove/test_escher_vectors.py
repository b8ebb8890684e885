"""The public vectors of the generic algorithm, which stand beside this repository and are not copied into it."""

import datetime as dt
import json
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from loyalty.api.access.canonical import canonical_query, canonical_request, normal_path
from loyalty.api.access.signing import BadSignature, RawRequest, Scheme, Signer, verify
from tests.api_keys import secrets_of

pytestmark = pytest.mark.prove

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "escher"
FILES = sorted(FOLDER.glob("*/*.json"))
# Arguments of a library's own functions that ours cannot be given: their types say so.
NOT_OURS = {
    "authenticate-error-post-body-null": "a body of null; on the wire there is a body or an empty one, which may be signed",
    "authenticate-error-mandatoryheaders-not-array": "a text as the list of mandatory headers; ours is a tuple by its type",
    "authenticate-error-mandatoryheaders-not-array-of-strings": "a number as a mandatory header; ours are texts by their type",
}
KINDS = ("signrequest-error", "signrequest", "presignurl", "authenticate-valid", "authenticate-error")


def kind_of(path: Path) -> str:
    return next(kind for kind in KINDS if path.stem.startswith(kind))


def vectors(kind: str) -> list[Any]:
    if not FILES:
        return [pytest.param(None, marks=pytest.mark.skip(reason="There are no vectors beside the project"))]
    return [
        pytest.param(
            path,
            id=f"{path.parent.name}-{path.stem}",
            marks=[pytest.mark.skip(reason=NOT_OURS[path.stem])] if path.stem in NOT_OURS else [],
        )
        for path in FILES
        if kind_of(path) == kind
    ]


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text) if text[0].isdigit() else parsedate_to_datetime(text).replace(tzinfo=dt.UTC)


def scheme_of(vector: dict[str, Any]) -> Scheme:
    config = vector["config"]
    region, _, service = config["credentialScope"].partition("/")
    return Scheme(
        prefix=config["algoPrefix"],
        vendor=config.get("vendorKey", "Escher"),
        auth_header=config.get("authHeaderName", "X-Escher-Auth").lower(),
        date_header=config.get("dateHeaderName", "X-Escher-Date").lower(),
        region=region,
        service=service,
        longest_presigned=200_000,
        mandatory=tuple(vector.get("mandatorySignedHeaders", ())),
    )


def request_of(vector: dict[str, Any]) -> RawRequest:
    request = vector["request"]
    path, _, query = request["url"].encode().partition(b"?")
    headers = [(name.lower(), value) for name, value in request["headers"]]
    return RawRequest(request["method"], path, query, headers, (request.get("body") or "").encode())


def signer_of(vector: dict[str, Any]) -> Signer:
    config = vector["config"]
    scheme = scheme_of(vector)
    return Signer(config["accessKeyId"], config.get("apiSecret", ""), scheme.region, scheme)


@pytest.mark.skipif(not FILES, reason="The public vectors are not there: expected in ../shared/vectors/escher")
def test_every_vector_is_run_or_skipped_for_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    skipped = [path for path in FILES if path.stem in NOT_OURS]
    with capsys.disabled():
        print(f"\n{len(FILES) - len(skipped)} of {len(FILES)} Escher vectors run")
        for path in skipped:
            print(f"  not {path.parent.name}/{path.stem}: {NOT_OURS[path.stem]}")
    assert len(FILES) >= 77
    assert {path.stem for path in skipped} == set(NOT_OURS)
    assert {kind_of(path) for path in FILES} == set(KINDS)


@pytest.mark.parametrize("path", vectors("signrequest-error"))
def test_what_cannot_be_signed(path: Path) -> None:
    vector = json.loads(path.read_text())
    with pytest.raises(BadSignature) as caught:
        signer_of(vector).authorization(request_of(vector), at=moment(vector["config"]["date"]))
    assert caught.value.reason == vector["expected"]["error"]


@pytest.mark.parametrize("path", vectors("signrequest"))
def test_a_signed_request(path: Path) -> None:
    vector = json.loads(path.read_text())
    request, scheme, at = request_of(vector), scheme_of(vector), moment(vector["config"]["date"])
    names = {name.lower() for name in vector["headersToSign"]} | {"host", scheme.date_header}
    if scheme.date_header not in dict(request.headers):
        expected = {name.lower(): value for name, value in vector["expected"]["request"]["headers"]}
        request.headers.append((scheme.date_header, expected[scheme.date_header]))  # type: ignore[attr-defined]
    if form := vector["expected"].get("canonicalizedRequest"):
        headers = [header for header in request.headers if header[0] in names]
        query = canonical_query(request.query)
        ours = canonical_request(request.method, normal_path(request.path), query, headers, request.body)
        assert ours.decode() == form
    assert signer_of(vector).authorization(request, at=at, signed=names) == vector["expected"]["authHeader"]


@pytest.mark.parametrize("path", vectors("presignurl"))
def test_a_presigned_url(path: Path) -> None:
    vector = json.loads(path.read_text())
    url, _, fragment = vector["request"]["url"].partition("#")
    origin, (host, _, target) = url[:8], url[8:].partition("/")
    signed = signer_of(vector).presign(
        f"/{target}", host=host, at=moment(vector["config"]["date"]), expires=vector["request"]["expires"]
    )
    assert f"{origin}{host}{signed}{'#' + fragment if fragment else ''}" == vector["expected"]["url"]


@pytest.mark.parametrize("path", vectors("authenticate-valid"))
def test_a_valid_request(path: Path) -> None:
    vector = json.loads(path.read_text())
    now, secrets = moment(vector["config"]["date"]), dict(vector["keyDb"])
    verified = verify(request_of(vector), now=now, secrets_of=secrets_of(secrets), scheme=scheme_of(vector))
    assert verified.key == vector["expected"]["apiKey"]


@pytest.mark.parametrize("path", vectors("authenticate-error"))
def test_a_refused_request(path: Path) -> None:
    vector = json.loads(path.read_text())
    now, secrets = moment(vector["config"]["date"]), dict(vector["keyDb"])
    with pytest.raises(BadSignature) as caught:
        verify(request_of(vector), now=now, secrets_of=secrets_of(secrets), scheme=scheme_of(vector))
    assert caught.value.reason == vector["expected"]["error"]
