"""Each contract, spoken over HTTP to a running server."""
