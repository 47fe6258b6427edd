"""Second factors: what people prove who they are with besides a password."""
