"""Fills a database with as many conversations as asked for, by COPY."""
