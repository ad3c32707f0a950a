"""What we know of a parent, what they agreed to, and how it is forgotten."""
