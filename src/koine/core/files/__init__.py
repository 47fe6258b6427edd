"""Files: what is known of them, where their bytes are, and the links by which those are fetched."""
