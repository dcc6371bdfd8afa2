"""Customer feedback: sentiment, topics, an action plan, and escalations with an id."""
