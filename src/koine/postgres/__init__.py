"""PostgreSQL: the server that comes with Koine, the schema, and the connections."""
