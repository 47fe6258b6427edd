"""Questions that people keep to ask again."""
