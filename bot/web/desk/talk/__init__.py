"""The page of a case in which people talk: the conversation, the composer, what can be laid into it."""
