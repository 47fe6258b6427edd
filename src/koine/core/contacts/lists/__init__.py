"""Lists of contacts: what can be asked, and how it is found."""
