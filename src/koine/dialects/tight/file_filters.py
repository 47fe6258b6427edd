"""What a query of files asks for (contracts/tight.md §8.2): the house pattern of §9, with fields of its own."""

from __future__ import annotations

from typing import Annotated

from koine.core.files.model import Asked, Compared, Field, Order
from koine.dialects.tight import fields, filters, inferred, paging
from koine.dialects.tight.filters import Closed, Entities, Ids, Texts


class FileFilter(Closed):
    """Everything that can be asked; all of it must hold. `fileName` and `company` are ours."""

    description: Texts | None = None
    file_name: Texts | None = None
    entity: Entities | None = None
    company: Ids | None = None


class FileSort(Closed):
    """By what, and which way."""

    order_by: Annotated[str, fields.OneOf(*inferred.FILE_ORDERS)] | None = None
    direction: Annotated[str, fields.OneOf(*inferred.DIRECTIONS)] | None = None


class FileQuery(fields.Shape):
    """The body of a query; all of it may be left out."""

    cursor: paging.GivenCursor | None = None
    limit: paging.Limit | None = None
    sort: Annotated[FileSort | None, filters.alone(FileSort)] = None
    filter: FileFilter | None = None


_TEXTS: dict[str, Field] = {"description": "description", "file_name": "file_name"}


def order(sort: FileSort | None) -> Order:
    """Newest first, unless a sort says otherwise."""
    if sort is None:
        return Order()
    direction = sort.direction or inferred.DEFAULT_DIRECTION
    return Order(inferred.FILE_ORDERS[sort.order_by or inferred.DEFAULT_ORDER], descending=direction == "DESC")


def asked(filter: FileFilter | None) -> Asked:
    """The conditions of a filter; an empty object is none."""
    if filter is None:
        return Asked()
    company = filter.company
    return Asked(
        [
            Compared(field, comparison, value)
            for name, field in _TEXTS.items()
            for comparison, value in filters.compared(getattr(filter, name))
        ],
        entities=filter.entity.id.within if filter.entity and filter.entity.id else None,
        workspaces=filters.workspaces(company.within) if company and company.within is not None else None,
    )
