"""Schemathesis asks, after both of the vendor's files, what nobody would think of: nothing of it is a fault."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from koine.demo import World
from koine.postgres.database import Database
from tests.dialects import fuzzing
from tests.dialects.highlevel.documented import COMMON, SPECS
from tests.dialects.highlevel.locations import Location
from tests.dialects.highlevel.messaging import MESSAGES, registered

PHASES = "fuzzing" if fuzzing.EXAMPLES is None else "examples,coverage,fuzzing,stateful"
SETTINGS = Path(__file__).parent / "fuzzing" / "schemathesis.toml"

# Paths that are asked together: apart where many examples would take long, since each start takes seconds.
APART = (
    "^/conversations/(search|[{].*[}](/messages)?)?$",
    "^/conversations/messages(/(inbound|outbound|upload.*|review-reply))?$",
    "^/conversations/messages/(export|email/.*|[{].*)$",
    "^/conversations/(locations|providers|preferences)/",
)
TOGETHER = ("^/",) if fuzzing.EXAMPLES is None else APART


@pytest.mark.parametrize("version", SPECS)
@pytest.mark.parametrize("paths", TOGETHER)
async def test_whatever_is_sent_is_no_fault(
    contracts: Path,
    tmp_path: Path,
    lamplight: Location,
    database: Database,
    world: World,
    base_url: str,
    version: str,
    paths: str,
) -> None:
    told = {
        "KOINE_FUZZ": json.dumps(await _there(lamplight, database, world)),
        "KOINE_FUZZ_TOKEN": lamplight.place.highlevel.secret,
        "KOINE_FUZZ_VERSION": version,
    }
    file = _whole(contracts, tmp_path, version)
    options = ("--include-path-regex", paths, "--phases", PHASES)
    await fuzzing.ask(SETTINGS, str(file), "--url", base_url, *options, told=told, examples=3)


@pytest.mark.parametrize("version", SPECS)
def test_every_path_is_asked_once(contracts: Path, version: str) -> None:
    for path in json.loads((contracts / SPECS[version]).read_text())["paths"]:
        assert len([paths for paths in APART if re.search(paths, path)]) == 1, path


def _whole(contracts: Path, folder: Path, version: str) -> Path:
    """The file of a version, mended, and where it refers to it the one that it shares with others."""
    there = folder / "apps" / SPECS[version]
    for path, name in ((there, SPECS[version]), (folder / "common" / "common-schemas.json", COMMON[version])):
        path.parent.mkdir(exist_ok=True)
        # A type that OpenAPI does not know.
        path.write_text((contracts / name).read_text().replace('"type": "any"', '"x-type": "any"'))
    document = json.loads(there.read_text())
    for path_, operations in document["paths"].items():
        for operation in operations.values():
            _declare(operation.setdefault("parameters", []), re.findall(r"{(\w+)}", path_))
    there.write_text(json.dumps(document))
    return there


def _declare(parameters: list[dict[str, Any]], names: list[str]) -> None:
    """Two operations do not declare the parameters in their paths."""
    declared = {each["name"] for each in parameters if each["in"] == "path"}
    for name in names:
        if name not in declared:
            parameters.append({"name": name, "in": "path", "required": True, "schema": {"type": "string"}})


async def _there(at: Location, database: Database, world: World) -> dict[str, str]:
    """Something of each kind, for requests to name."""
    mails = await registered(database, world, at.place, "email")
    body = {"type": "Custom", "contactId": at.contact(), "html": "<p>x</p>", "conversationProviderId": mails.id}
    sent = (await at.http.post(MESSAGES, json=body)).json()
    kind = {"name": "News", "channel": "email", "language": "en"}
    where = {"locationId": at.id}
    made = await at.http.post("/conversations/preferences/custom-subtypes", params=where, json=kind)
    return {
        "locationId": at.id,
        "contactId": at.contact(),
        "conversationId": sent["conversationId"],
        "messageId": sent["messageId"],
        "emailMessageId": sent["emailMessageId"],
        "conversationProviderId": mails.id,
        "subtypeId": made.json()["customSubtype"]["id"],
        "subtype_id": made.json()["customSubtype"]["id"],
    }
