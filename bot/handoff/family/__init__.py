"""A family's file: consent first, then its words."""
