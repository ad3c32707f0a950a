"""The administrators' pages on danger: what was found, and the patterns and cards that find and answer it."""
