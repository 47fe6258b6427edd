"""What the pages show: facts in the form in which templates draw them."""
