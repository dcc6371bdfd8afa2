"""What flows: definitions, decisions, run status, errors, usage. Imports nothing of ours."""
