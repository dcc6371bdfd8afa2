"""What a node does when its turn comes: its work, with gates, deadline and failure around it."""
