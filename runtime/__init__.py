"""What runs: the runtime that starts, pauses, decides and resumes."""
