"""The pages of those who lead: board, figures, quality."""
