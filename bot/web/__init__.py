"""Pages: how they are made, guarded and served. What they show comes from the rooms below."""
