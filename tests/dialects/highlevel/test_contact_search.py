"""Lists of contacts: filters, groups, orders and pages, against a model (contracts/highlevel.md §9)."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from koine.demo import World
from koine.dialects.highlevel import ids
from tests.dialects.highlevel.locations import Location, an_id_of_nobody

Contact = dict[str, Any]


@dataclass
class People:
    """A location with contacts of every kind; each as `GET` shows it."""

    at: Location
    contacts: list[Contact]
    users: list[str]

    async def search(self, **asked: Any) -> dict[str, Any]:
        answer = await self.at.http.post("/contacts/search", json={"locationId": self.at.id, "pageLimit": 100} | asked)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def refused(self, **asked: Any) -> list[str]:
        answer = await self.at.http.post("/contacts/search", json={"locationId": self.at.id, "pageLimit": 5} | asked)
        assert answer.status_code == 422
        messages: list[str] = answer.json()["message"]
        return messages


@pytest.fixture
async def people(lamplight: Location, world: World) -> People:
    random, users = Random(3), [ids.write(user.uuid) for user in (world.ada, world.mary)]
    for number in range(30):
        fields = {
            "email": f"Q{number}@Example.com" if number % 4 else None,
            "phone": f"+4940{number:05}" if number % 3 else None,
            "firstName": random.choice(["Ann", "änne", "Bob", None]),
            "lastName": random.choice(["Lee", "O'Neil%", None]),
            "companyName": random.choice(["Acme_1", "acme 2", None]),
            "city": random.choice(["Köln", "Ulm", None]),
            "tags": random.choice([[], ["VIP"], ["vip", "late payer"], ["new"]]),
            "dnd": random.random() < 0.3,
            "assignedTo": random.choice([*users, None]),
            "followers": random.choice([users, users[:1], []]),
            "additionalEmails": random.choice([["other@example.org"], []]),
            "customFields": random.choice(
                [[], [{"id": "size", "field_value": number}], [{"id": "hue", "value": "Red"}]]
            ),
        }
        answer = await lamplight.http.post("/contacts/", json={"locationId": lamplight.id} | fields)
        assert answer.status_code == 201, answer.text
    found = (await People(lamplight, [], users).search())["contacts"]
    return People(lamplight, found, users)


def text(name: str) -> Callable[[Contact], list[str]]:
    return lambda contact: [contact[name].lower()] if contact.get(name) else []


def custom(name: str) -> Callable[[Contact], list[str]]:
    return lambda contact: [str(each["value"]).lower() for each in contact["customFields"] if each["id"] == name]


READ: dict[str, Callable[[Contact], list[Any]]] = {
    **{name: text(name) for name in ("email", "phone", "firstName", "lastName", "companyName", "city", "assignedTo")},
    "name": text("name"),
    "tags": lambda contact: [tag.lower() for tag in contact["tags"]],
    "additionalEmails": lambda contact: contact["additionalEmails"],
    "followers": lambda contact: [id.lower() for id in contact["followers"]],
    "dnd": lambda contact: [contact["dnd"]],
    "customFields.hue": custom("hue"),
    "customFields.size": custom("size"),
}


def holds(contact: Contact, where: dict[str, Any]) -> bool:
    """Whether the model keeps a contact under a filter or a group."""
    if "group" in where:
        return (any if where["group"] == "OR" else all)(holds(contact, each) for each in where["filters"])
    operator = where["operator"]
    if operator.startswith("not_"):
        return not holds(contact, where | {"operator": operator.removeprefix("not_")})
    has = READ[where["field"]](contact)
    if operator == "exists":
        return bool(has)
    if operator == "range":
        return any(_between(each, where["value"]) for each in has)
    wanted = where["value"] if isinstance(where["value"], list) else [where["value"]]
    wanted = [each.lower() if isinstance(each, str) else each for each in wanted]
    if operator == "contains":
        return any(each in one for one in has for each in wanted)
    return any(one == each for one in has for each in wanted)


def _between(value: Any, bounds: dict[str, Any]) -> bool:
    numbers = any(isinstance(bound, int) for bound in bounds.values())
    held = float(value) if numbers else value
    tests = {"gt": held.__gt__, "gte": held.__ge__, "lt": held.__lt__, "lte": held.__le__}
    return all(tests[name](bound if numbers else bound.lower()) for name, bound in bounds.items())


def filters(people: People) -> list[dict[str, Any]]:
    ada, mary = people.users
    plain = [
        *({"field": "tags", "operator": o, "value": v} for o in ("eq", "not_eq") for v in ("vip", ["new", "VIP"], "x")),
        *({"field": "tags", "operator": o, "value": "PAY"} for o in ("contains", "not_contains")),
        *({"field": "email", "operator": o, "value": "q1"} for o in ("contains", "not_contains", "eq", "not_eq")),
        *(
            {"field": "email", "operator": "eq", "value": v}
            for v in ("Q5@EXAMPLE.com", ["q6@example.com", "q7@example.com"])
        ),
        *({"field": "phone", "operator": "eq", "value": v} for v in ("+494000001", "494000001")),
        *({"field": name, "operator": o} for name in READ for o in ("exists", "not_exists")),
        *({"field": "dnd", "operator": o, "value": v} for o in ("eq", "not_eq") for v in (True, False)),
        *(
            {"field": "assignedTo", "operator": o, "value": v}
            for o in ("eq", "not_eq")
            for v in (ada, [ada, mary], "x")
        ),
        *({"field": "followers", "operator": o, "value": mary} for o in ("eq", "not_eq")),
        *({"field": "companyName", "operator": "contains", "value": v} for v in ("_", "ACME", "%")),
        *({"field": "lastName", "operator": "contains", "value": v} for v in ("'", "neil%")),
        {"field": "firstName", "operator": "eq", "value": "ÄNNE"},
        {"field": "city", "operator": "range", "value": {"gte": "l", "lt": "z"}},
        {"field": "customFields.hue", "operator": "eq", "value": "red"},
        {"field": "customFields.size", "operator": "range", "value": {"gt": 3, "lte": 20}},
        {"field": "customFields.size", "operator": "eq", "value": 12},
    ]
    random = Random(11)
    groups = [{"group": random.choice(["AND", "OR"]), "filters": random.sample(plain, 3)} for _ in range(25)]
    nested = [{"group": "OR", "filters": [*random.sample(groups, 2), random.choice(plain)]} for _ in range(15)]
    return [*plain, *groups, *nested]


async def test_each_filter_keeps_what_a_look_at_all_keeps(people: People) -> None:
    for where in filters(people):
        body = await people.search(filters=[where])
        expected = {contact["id"] for contact in people.contacts if holds(contact, where)}
        assert {contact["id"] for contact in body["contacts"]} == expected, where
        assert body["total"] == len(expected), where


async def test_filters_at_the_top_hold_together(people: People) -> None:
    one, other = {"field": "tags", "operator": "eq", "value": "vip"}, {"field": "dnd", "operator": "eq", "value": False}
    body = await people.search(filters=[one, other])
    expected = {contact["id"] for contact in people.contacts if holds(contact, one) and holds(contact, other)}
    assert {contact["id"] for contact in body["contacts"]} == expected


SORTS: dict[str, Callable[[Contact], Any]] = {
    "dateAdded": lambda contact: contact["dateAdded"],
    "dateUpdated": lambda contact: contact["dateUpdated"],
    "firstNameLowerCase": lambda contact: contact.get("firstName", "").lower(),
    "lastNameLowerCase": lambda contact: contact.get("lastName", "").lower(),
    "email": lambda contact: contact.get("email", "").lower(),
    "companyName": lambda contact: contact.get("companyName", "").lower(),
    "city": lambda contact: contact.get("city", "").lower(),
}


async def paged(people: People, **asked: Any) -> list[Contact]:
    """By `searchAfter`, while new contacts come that belong elsewhere."""
    met: list[Contact] = []
    place: dict[str, Any] = {}
    for number in range(50):
        body = await people.search(pageLimit=4, **asked, **place)
        met += body["contacts"]
        if len(body["contacts"]) < 4:
            return met
        assert body["searchAfter"] == body["contacts"][-1]["searchAfter"]
        place = {"searchAfter": body["searchAfter"]}
        if number < 3:
            fields = {"locationId": people.at.id, "firstName": f"new {number}"}
            await people.at.http.post("/contacts/", json=fields)
    raise AssertionError("the pages never end")


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("field", SORTS)
async def test_pages_by_place_lose_and_double_nothing(people: People, field: str, direction: str) -> None:
    old = {contact["id"] for contact in people.contacts}
    met = await paged(people, sort=[{"field": field, "direction": direction}])
    assert len(met) == len({contact["id"] for contact in met})
    assert old <= {contact["id"] for contact in met}
    keys = [SORTS[field](contact) for contact in met]
    assert keys == sorted(keys, reverse=direction == "desc")


async def test_several_orders_apply_one_after_the_other(people: People) -> None:
    sort = [{"field": "city", "direction": "asc"}, {"field": "firstNameLowerCase", "direction": "desc"}]
    met = [contact for contact in await paged(people, sort=sort) if not contact.get("firstName", "").startswith("new ")]
    keys = [(SORTS["city"](contact), SORTS["firstNameLowerCase"](contact)) for contact in met]

    def compare(one: tuple[str, str], other: tuple[str, str]) -> int:
        if one[0] != other[0]:
            return -1 if one[0] < other[0] else 1
        return (one[1] < other[1]) - (one[1] > other[1])

    assert keys == sorted(keys, key=functools.cmp_to_key(compare))
    assert len(met) == len(people.contacts)


async def test_pages_by_number_follow_each_other(people: People) -> None:
    pages = [await people.search(pageLimit=10, page=number) for number in (1, 2, 3, 4)]
    met = [contact["id"] for page in pages for contact in page["contacts"]]
    assert met == [contact["id"] for contact in people.contacts]
    assert {page["total"] for page in pages} == {len(people.contacts)}


async def test_text_is_looked_for_in_name_address_and_number(people: People) -> None:
    for words in ("ann", "ÄNNE", "q1", "@example", "+4940", "bob lee", "o'neil%", "nobody at all"):
        found = {contact["id"] for contact in (await people.search(query=words))["contacts"]}
        expected = {
            contact["id"]
            for contact in people.contacts
            if any(words.lower() in contact.get(name, "").lower() for name in ("name", "email", "phone"))
        }
        assert found == expected, words


async def test_what_is_no_search_is_refused_all_at_once(people: People) -> None:
    messages = await people.refused(
        filters=[
            {"field": "luck", "operator": "eq", "value": "x"},
            {"field": "dnd", "operator": "contains", "value": "x"},
            {"field": "tags", "operator": "eq", "value": 5},
            {"field": "dateAdded", "operator": "range", "value": {"gt": "soon"}},
            {"field": "dateAdded", "operator": "range", "value": {"above": 1}},
            {"group": "XOR", "filters": []},
            7,
        ],
        sort=[{"field": "luck"}, {"field": "email", "direction": "up"}],
    )
    assert messages == [
        "filters.0.field must be a valid enum value",
        "filters.1.operator must be a valid enum value",
        "filters.2.value must be a string",
        "filters.3.value.gt must be a valid ISO 8601 date string",
        "filters.4.value must be an object of gt, gte, lt and lte",
        "filters.5.group must be a valid enum value",
        "each value in nested property filters must be either object or array",
        "sort.0.field must be a valid enum value",
        "sort.1.direction must be a valid enum value",
    ]
    assert await people.refused(pageLimit=501) == ["pageLimit must not be greater than 500"]
    assert await people.refused(searchAfter=["x"]) == ["searchAfter must be the searchAfter of a contact in this order"]
    many = [{"field": "email", "operator": "exists"}] * 101
    assert await people.refused(filters=many) == ["filters must contain no more than 100 elements"]
    assert await people.refused(page=9_000) == ["page must not reach beyond 10000 contacts: use searchAfter"]


async def test_no_value_in_a_filter_is_a_fault(people: People) -> None:
    values = (None, "", "\0", "%", [], {}, [[]], 2**70, -1.5, True, "x" * 3_000, "\ud800", "2025-13-01", ["a", None])
    for name in (*READ, "dateAdded", "id"):
        for operator in ("eq", "contains", "range"):
            for value in values:
                asked = {"locationId": people.at.id, "pageLimit": 1,
                         "filters": [{"field": name, "operator": operator, "value": value}]}  # fmt: skip
                text = json.dumps(asked)
                answer = await people.at.http.post(
                    "/contacts/search", content=text, headers={"Content-Type": "application/json"}
                )
                assert answer.status_code in (200, 400, 422), (name, operator, value)


# ── Doubles, and the list of old ────────────────────────────────────────────────────────────────────────────────────


async def test_a_double_is_found_by_address_first_and_else_by_number(lamplight: Location) -> None:
    async def double(**query: str) -> Any:
        answer = await lamplight.http.get("/contacts/search/duplicate", params={"locationId": lamplight.id} | query)
        assert answer.status_code == 200
        return answer.json()["contact"]

    assert (await double(email="OTTO.brandt@example.com"))["id"] == lamplight.contact(1)
    assert (await double(number="+1 555 0100-102"))["id"] == lamplight.contact(1)
    assert (await double(email="otto.brandt@example.com", number="+15550100101"))["id"] == lamplight.contact(1)
    assert (await double(email="nobody@example.com", number="+15550100101"))["id"] == lamplight.contact(0)
    assert await double(email="nobody@example.com") is None
    assert await double() is None


@pytest.mark.parametrize("path", ["/contacts/", "/contacts/search/duplicate"])
async def test_a_list_needs_its_location(lamplight: Location, harbour: Location, path: str) -> None:
    answer = await lamplight.http.get(path)
    assert (answer.status_code, answer.json()["message"][-1]) == (422, "locationId should not be empty")
    assert (await lamplight.http.get(path, params={"locationId": harbour.id})).status_code == 403


async def test_the_list_of_old_goes_on_behind_the_last_one_seen(people: People) -> None:
    met, place = list[str](), dict[str, Any]()
    for _ in range(20):
        answer = await people.at.http.get("/contacts/", params={"locationId": people.at.id, "limit": 8} | place)
        body = answer.json()
        met += [contact["id"] for contact in body["contacts"]]
        assert body["count"] == body["meta"]["total"] == len(people.contacts)
        if body["meta"]["startAfterId"] is None:
            break
        place = {name: body["meta"][name] for name in ("startAfter", "startAfterId")}
    assert met == [contact["id"] for contact in people.contacts]
    assert (await people.at.http.get(body_url := answer.request.url)).json()["contacts"] == body["contacts"], body_url


async def test_the_next_page_has_an_address(people: People) -> None:
    first = (await people.at.http.get("/contacts", params={"locationId": people.at.id, "limit": 5})).json()
    second = (await people.at.http.get(first["meta"]["nextPageUrl"])).json()
    assert [contact["id"] for contact in second["contacts"]] == [contact["id"] for contact in people.contacts[5:10]]


async def test_a_list_behind_nobody_is_a_bad_request(lamplight: Location) -> None:
    id = an_id_of_nobody()
    answer = await lamplight.http.get("/contacts/", params={"locationId": lamplight.id, "startAfterId": id})
    assert (answer.status_code, answer.json()["message"]) == (400, f"Contact with id {id} not found")
