"""What is masked wherever a text of the project is shown."""

from __future__ import annotations

import pytest

from checklist import secrets


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("docker login -u me -p s3cr3t", "docker login -u me -p ***"),
        ("mongodump -u me -p=s3cr3t --db shop", "mongodump -u me -p=*** --db shop"),
        ("sshpass -p 123456 ssh me@host", "sshpass -p *** ssh me@host"),
        ("sshpass -p 12345 ssh me@host", "sshpass -p *** ssh me@host"),
        ("mongo -p 123456", "mongo -p ***"),
        ("serve dist -p 3100 -s", "serve dist -p 3100 -s"),
        ("next start -p 3000", "next start -p 3000"),
        ("ssh -p 22 me@host uptime", "ssh -p 22 me@host uptime"),
        ("tsc -p tsconfig.build.json", "tsc -p tsconfig.build.json"),
        ("deploy --token abcdef", "deploy --token ***"),
    ],
)
def test_a_password_is_masked_and_a_port_is_none(text: str, shown: str) -> None:
    assert secrets.mask(text) == shown
    assert " ".join(secrets.mask_words(text.split())) == shown
