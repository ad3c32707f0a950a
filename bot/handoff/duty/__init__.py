"""When people of a station are there, where a case goes, and what the parent is told of it."""
