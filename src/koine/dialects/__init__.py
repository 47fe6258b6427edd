"""The wire APIs: a folder for each contract, strangers to one another."""
