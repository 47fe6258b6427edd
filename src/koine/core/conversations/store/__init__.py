"""All SQL for conversations, their messages, entities and read marks: a module for each thing one asks of them."""
