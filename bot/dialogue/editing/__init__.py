"""Changing what the bot says: what each phrase is for, and the rules that a change must keep. Pure."""
