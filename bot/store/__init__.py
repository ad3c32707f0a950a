"""All SQL of the bot: tables, the engine, one repository per noun. Repositories take a connection and never commit."""
