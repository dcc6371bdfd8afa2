"""Reading documents: page by page in plain text, the few that matter in depth."""
