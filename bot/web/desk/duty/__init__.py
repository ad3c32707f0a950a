"""The pages of stations and their hours."""
