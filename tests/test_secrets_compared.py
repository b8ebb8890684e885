"""The rule for the whole tree: what is secret is compared in constant time."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.api.access import signing

ROOT = Path(__file__).resolve().parents[1]

SECRET_NAME = re.compile(r"(^|_)(signature|h?mac|token|digest|secret|nonce|password|code_hash)(_hash|_digest)?$")
DIGESTS = {"digest", "hexdigest"}


def compared_secrets(source: str) -> Iterator[str]:
    """Where `==` or `!=` meets a name, a member, a key or a method that is a secret's."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            for side in (node.left, *node.comparators):
                name = _name(side)
                if SECRET_NAME.search(name.lower()):
                    yield f"line {node.lineno}: {name}"


def _name(side: ast.expr) -> str:
    match side:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Call(func=ast.Attribute(attr=name)) if name in DIGESTS:
            return "digest"
        case ast.Call(func=ast.Attribute(value=inner, attr="hex" | "encode" | "decode" | "lower" | "strip")):
            return _name(inner)
    return ""


@pytest.mark.parametrize(
    "source",
    [
        "given.signature == expected",
        "expected != token",
        "row['code_hash'] == given",
        "hmac.new(key, text, 'sha256').hexdigest() == given",
        "given == hmac.digest(key, text, 'sha256').hex()",
        "secret.lower() == other",
    ],
)
def test_the_rule_finds_a_planted_comparison(source: str) -> None:
    assert len(list(compared_secrets(source))) == 1


def test_the_rule_lets_other_comparisons_be() -> None:
    assert not list(compared_secrets("hmac.compare_digest(signature, other) and tokens == 3 and name == 'x'"))


def test_no_secret_is_compared_with_equals() -> None:
    folders = [folder for folder in ROOT.iterdir() if (folder / "__init__.py").exists() and folder.name != "tests"]
    found = [
        f"{path.relative_to(ROOT)} {place}"
        for folder in folders
        for path in folder.rglob("*.py")
        for place in compared_secrets(path.read_text())
    ]
    assert found == []


def test_the_verifier_compares_in_constant_time() -> None:
    assert "compare_digest" in Path(signing.__file__).read_text()
