"""Subscriptions: what people do and do not want to be sent."""
