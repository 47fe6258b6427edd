"""Files that are said with messages."""
