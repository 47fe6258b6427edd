"""Companies, owners and bookkeepers as answers show them (contracts/tight.md §12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from koine.core.users.staff import Staff
from koine.core.workspaces.model import Shown
from koine.dialects.tight import ids
from koine.dialects.tight.wire import Json, moment


def company(shown: Shown) -> Json:
    """A company with its owners, as it stands."""
    workspace = shown.workspace
    profile = workspace.profile
    return {
        "id": ids.company(workspace.id),
        "apiCompanyId": workspace.external_id,
        "name": workspace.name,
        "entityType": profile.get("entity_type"),
        "owners": [
            owner(
                {
                    "external_id": user.external_id,
                    "email": user.email,
                    "first_name": user.first_name,
                    "last_name": user.last_name,
                    "language": user.language,
                }
            )
            for user in shown.owners
        ],
        "address": profile.get("address"),
        "accountingMethod": profile.get("accounting_method"),
        "businessTypeId": profile.get("business_type_id"),
        "availableFeatures": profile.get("available_features"),
        "status": "DELETED" if workspace.deleted else "ACTIVE",
        "createdDateTime": moment(workspace.created_at),
        "lastUpdatedDateTime": moment(workspace.updated_at),
    }


def owner(told: Mapping[str, Any]) -> Json:
    """Somebody who owns a company, from what is known of them."""
    return {
        "userId": told["external_id"],
        "email": told["email"],
        "firstName": told["first_name"],
        "lastName": told["last_name"],
        "language": told["language"],
    }


def bookkeeper(staff: Staff) -> Json:
    """A bookkeeper; `companyIds` null: every company."""
    user = staff.user
    return {
        "id": ids.bookkeeper(user.id),
        "userId": user.external_id,
        "email": user.email,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "role": "ACCOUNTANT",
        "status": "DELETED" if staff.deleted else "ACTIVE",
        "companyIds": None if staff.workspaces is None else [ids.company(id) for id in staff.workspaces],
        "createdDateTime": moment(staff.created_at),
        "lastUpdatedDateTime": moment(staff.updated_at),
    }
