"""A lease in; its terms, key dates and rent, and what a person decides about it in time.

``definition.py`` is all of it but the functions that it names."""
