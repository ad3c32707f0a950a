"""The figures of how the bot is used, and what the offices count."""
