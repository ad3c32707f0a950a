"""The pages of appointments: the slots of a station, one booking."""
