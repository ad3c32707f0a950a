"""With whom we talk: channels, dialogue, safety, people, and the pages they use."""
