"""Jobs: what is to be done because something happened, or because it is time."""
