"""Users: the people who work here, their roles and memberships."""
