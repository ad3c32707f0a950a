"""What the command line does, one file a command; `bot.cli` only names them. Each imports what it needs itself."""
