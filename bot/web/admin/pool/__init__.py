"""Who can be asked to speak or help, when they are, and what they and the staff were trained in."""
