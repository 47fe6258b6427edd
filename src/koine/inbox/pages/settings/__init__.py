"""The settings of a workspace: a page for each thing that can be settled."""
