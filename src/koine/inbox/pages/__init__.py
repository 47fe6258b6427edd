"""What answers the pages, by noun: read and render, or act and lead back."""
