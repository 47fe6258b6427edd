"""Those who are told what happens, in a process of their own: who follows the feed, and who receives webhooks."""
