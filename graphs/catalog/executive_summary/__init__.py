"""A document becomes a summary of at most 300 words, as urgent as it is."""
