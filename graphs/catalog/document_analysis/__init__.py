"""A document under analysis over several questions, of which it remembers the answers."""
