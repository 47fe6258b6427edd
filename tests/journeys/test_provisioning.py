"""A partner with nothing but a client id and a secret: companies, owners, a bookkeeper, tokens, and they talk."""

from __future__ import annotations

import httpx

from koine.postgres.database import Database
from tests.dialects.tight import provisioning
from tests.dialects.tight.provisioning import trail


async def test_from_a_client_id_to_people_who_talk(http: httpx.AsyncClient, database: Database) -> None:
    partner = await provisioning.new(http, database)
    olga, otto = partner.person("olga", firstName="Olga"), partner.person("otto", firstName="Otto")
    lamps = await partner.company("Lamps", olga, apiCompanyId="lamps")
    await partner.bookkeeper("bo")
    books = await partner.company("Books", otto, apiCompanyId="books")
    owner, other, bookkeeper = [
        await partner.speaker(userId=partner.person(name)["userId"]) for name in ("olga", "otto", "bo")
    ]
    asked = await bookkeeper.opened(subject="Which is this?", attachedEntityId=lamps["id"])
    elsewhere = await bookkeeper.opened(attachedEntityId=books["id"])
    assert [it["id"] for it in await owner.listed()] == [asked["id"]]
    assert [it["id"] for it in await other.listed()] == [elsewhere["id"]]
    assert (await owner.seen(asked))["readStatus"] == "UNREAD"
    answered = await owner.said(asked, "A lamp.")
    resolved = await bookkeeper.saved({"id": asked["id"], "resolutionStatus": "RESOLVED"})
    assert (resolved["latestMessage"]["id"], resolved["resolutionStatus"]) == (answered["id"], "RESOLVED")
    assert len(await (await partner.speaker()).listed()) == 2
    told = await trail(owner, asked["id"])
    assert [(it["action"], it["editor"]["userId"]) for it in told] == [
        ("UPDATED", partner.person("bo")["userId"]),
        ("UPDATED", olga["userId"]),
        ("UPDATED", partner.person("bo")["userId"]),
        ("CREATED", partner.person("bo")["userId"]),
    ]
    assert {it["company"]["apiCompanyId"] for it in told} == {"lamps"}
