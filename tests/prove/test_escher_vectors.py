"""The public vectors of the generic algorithm, which stand beside this repository and are not copied into it."""

import datetime as dt
import json
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from loyalty.api.canonical import canonical_query, canonical_request, normal_path
from loyalty.api.signing import BadSignature, RawRequest, Scheme, Signer, verify
from tests.api_keys import secrets_of

pytestmark = pytest.mark.prove

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "escher"
SUITES = ("aws4_testsuite", "emarsys_testsuite", "test_cases")
# These check how a library treats wrong arguments of its own functions; ours are typed and have no such arguments.
NOT_OURS = {
    "signrequest-error-invalid-request-method",
    "signrequest-error-invalid-request-url",
    "signrequest-error-post-missing-escher-key-in-config",
    "authenticate-error-post-body-null",
}
FILES = sorted(path for suite in SUITES for path in (FOLDER / suite).glob("*.json") if path.stem not in NOT_OURS)


def vectors(start: str) -> list[Any]:
    return [pytest.param(path, id=f"{path.parent.name}-{path.stem}") for path in FILES if path.stem.startswith(start)]


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
    return Signer(config["accessKeyId"], config["apiSecret"], scheme.region, scheme)


def test_the_vectors_are_there() -> None:
    assert FILES, f"The shared Escher vectors are missing: expected JSON files below {FOLDER}"
    assert len(FILES) >= 70


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
