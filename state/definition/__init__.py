"""What a workflow may do: the typed definition, and what follows from it alone."""
