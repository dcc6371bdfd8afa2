"""What is wired: definitions made into LangGraph graphs, and the ready workflows."""
