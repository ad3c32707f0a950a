"""What was not answered: clustered by meaning, turned into knowledge, and proved to be answered since."""
