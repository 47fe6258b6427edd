"""SQL for webhooks, by what is asked: who they are, what is on its way, and what is in the log."""
