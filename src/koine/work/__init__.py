"""What goes on behind the requests: positions, jobs, and what is due."""
