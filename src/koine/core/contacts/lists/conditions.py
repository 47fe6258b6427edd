"""What conditions on contacts are in SQL: fragments of ours, over values that only travel as parameters."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.actor import Actor
from koine.core.contacts.lists.asked import Asked, Bounds, Condition, Field, Kind, Operator, Together, kind
from koine.core.filters import Clauses, pattern

_EXPRESSIONS: dict[Field, str] = {
    "id": "k.uuid",
    "name": "nullif(trim(k.first_name || ' ' || k.last_name), '')",
    "first_name": "nullif(k.first_name, '')",
    "last_name": "nullif(k.last_name, '')",
    "email": "k.email",
    "phone": "k.phone",
    "company_name": "k.company_name",
    "tags": "k.tags",
    "additional_emails": "k.additional_emails",
    "dnd": "k.dnd",
    "assigned_to": "array[k.assigned_to]",
    "followers": "k.followers",
    "created": "k.created_at",
    "updated": "k.updated_at",
    "source": "(k.profile ->> 'source')",
    "gender": "(k.profile ->> 'gender')",
    "address1": "(k.profile ->> 'address1')",
    "city": "(k.profile ->> 'city')",
    "state": "(k.profile ->> 'state')",
    "country": "(k.profile ->> 'country')",
    "postal_code": "(k.profile ->> 'postalCode')",
    "website": "(k.profile ->> 'website')",
    "timezone": "(k.profile ->> 'timezone')",
    "date_of_birth": "(k.profile ->> 'dateOfBirth')",
}

_PRESENT: dict[Kind, str] = {
    "text": "{0} is not null",
    "custom": "{0} is not null",
    "texts": "{0} <> '{{}}'",
    "moment": "{0} is not null",
    "flag": "{0} is not null",
    "people": "exists (select 1 from unnest({0}) p where p is not null)",
}

_EQUAL: dict[Kind, str] = {
    "text": "lower({0} collate letters) in (select lower(v collate letters) from unnest({1}::text[]) v)",
    "custom": "lower({0} collate letters) in (select lower(v collate letters) from unnest({1}::text[]) v)",
    "texts": "exists (select 1 from unnest({0}) t, unnest({1}::text[]) v"
    " where lower(t collate letters) = lower(v collate letters))",
    "moment": "{0} = any ({1}::timestamptz[])",
    "flag": "{0} = any ({1}::boolean[])",
    "people": "exists (select 1 from users u where u.account_id = {2}::bigint and u.uuid = any ({1}::uuid[])"
    " and u.id = any ({0}))",
    "id": "{0} = any ({1}::uuid[])",
}

_CONTAINS: dict[Kind, str] = {
    "text": "exists (select 1 from unnest({1}::text[]) v"
    " where lower({0} collate letters) like lower(v collate letters))",
    "custom": "exists (select 1 from unnest({1}::text[]) v"
    " where lower({0} collate letters) like lower(v collate letters))",
    "texts": "exists (select 1 from unnest({0}) t, unnest({1}::text[]) v"
    " where lower(t collate letters) like lower(v collate letters))",
}

_OPPOSITES: dict[Operator, Operator] = {
    "not_equal": "equal",
    "not_contains": "contains",
    "not_exists": "exists",
}

_BOUNDS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def add(clauses: Clauses, by: Actor, asked: Asked) -> None:
    """Add what is asked of the contact `k`."""
    if asked.where.parts:
        clauses.add(_together(clauses, by, asked.where))
    if asked.text is not None:
        clauses.add(f"k.words_folded like lower({clauses.value(pattern(asked.text))}::text collate letters)")


def _together(clauses: Clauses, by: Actor, where: Together) -> str:
    parts = [
        _together(clauses, by, part) if isinstance(part, Together) else _one(clauses, by, part) for part in where.parts
    ]
    joint = " or " if where.any else " and "
    return f"({joint.join(parts) or 'true'})"


def _one(clauses: Clauses, by: Actor, condition: Condition) -> str:
    """A condition and its opposite keep all contacts between them: where nothing is known, the opposite holds."""
    opposite = _OPPOSITES.get(condition.operator)
    if opposite is None:
        return f"coalesce({_holds(clauses, by, condition, condition.operator)}, false)"
    return f"not coalesce({_holds(clauses, by, condition, opposite)}, false)"


def _holds(clauses: Clauses, by: Actor, condition: Condition, operator: Operator) -> str:
    of = kind(condition.field)
    if condition.field == "custom":
        expression = f"(k.custom_attributes ->> {clauses.value(condition.key)}::text)"
    else:
        expression = _EXPRESSIONS[condition.field]
    if operator == "exists":
        return _PRESENT[of].format(expression)
    if operator == "range":
        return _range(clauses, of, expression, condition.values)
    if operator == "contains":
        given = clauses.value([pattern(value) for value in condition.values])
        return _CONTAINS[of].format(expression, given)
    given = clauses.value(list(condition.values))
    account = clauses.value(by.account_id) if of == "people" else "0"
    return _EQUAL[of].format(expression, given, account)


def _range(clauses: Clauses, of: Kind, expression: str, values: Sequence[Bounds]) -> str:
    """Numbers are compared as numbers, where a custom attribute is one; texts by letters."""
    parts = []
    for bounds in values:
        for name, sign in _BOUNDS.items():
            value = getattr(bounds, name)
            if value is None:
                continue
            if of == "moment":
                parts.append(f"{expression} {sign} {clauses.value(value)}::timestamptz")
            elif isinstance(value, str):
                given = clauses.value(value)
                parts.append(f"lower({expression} collate letters) {sign} lower({given}::text collate letters)")
            else:
                given = clauses.value(str(value))
                number = "'^-{0,1}[0-9]{1,30}([.][0-9]{1,30}){0,1}$'"
                parts.append(
                    f"case when {expression} ~ {number} then {expression}::numeric {sign} {given}::numeric end"
                )
    return f"({' and '.join(parts) or 'true'})"
