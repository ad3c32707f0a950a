"""The administrator's keeping: the audit trail, and what is kept of a family, on its request."""
