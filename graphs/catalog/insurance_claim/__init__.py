"""Claim papers and a policy in; a checked, calculated proposal that a person decides.

``definition.yaml`` is all of it but the functions that it names."""
