"""Models by name, and the one way in which nodes ask them."""
