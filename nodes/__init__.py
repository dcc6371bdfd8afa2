"""What acts: models, documents, reviews, reports. Knows no database and no graph."""
