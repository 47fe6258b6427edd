"""SQL for people, their memberships, and the staff."""
