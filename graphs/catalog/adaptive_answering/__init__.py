"""Questions answered from a knowledge base, with a stronger model where one is unsure."""
