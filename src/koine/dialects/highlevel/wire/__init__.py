"""HighLevel's shapes: a class for each request, a function for each answer."""
