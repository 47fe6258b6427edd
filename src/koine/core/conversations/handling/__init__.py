"""What those who answer do with conversations: each takes a list of them, and one is a list of one."""
