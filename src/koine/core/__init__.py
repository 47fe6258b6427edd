"""What the product is. Nothing here speaks HTTP, HTML or a dialect."""
