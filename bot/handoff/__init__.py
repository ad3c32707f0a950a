"""What people take over from the bot: one noun, the case, with its kinds, its rules and the desk."""
