"""Finding conversations by anything that is known of them."""
