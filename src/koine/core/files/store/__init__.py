"""SQL for files."""
