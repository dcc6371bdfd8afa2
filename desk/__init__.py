"""Where people look: the terminal and the notebook."""
