"""What we say: the library's model, its files, its rules. Imports nothing of ours, no web, no vectors."""
