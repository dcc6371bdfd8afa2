"""A folder of papers in, rows of a database out. ``definition.yaml`` is all of it but the functions
that it names."""
