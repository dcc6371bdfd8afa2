"""A real annual report in, a reviewed investor summary out. ``definition.yaml`` is all of it but
the functions that it names."""
