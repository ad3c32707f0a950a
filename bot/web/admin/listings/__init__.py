"""Services and hotlines, activities, duties and sources: lists, editor, calls to listings, the to-do list."""
