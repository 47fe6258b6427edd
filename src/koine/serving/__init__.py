"""The processes of a running Koine: one that serves, or one that looks after several; and the database they use."""
