"""Appointments: what may be asked for, and the steps of one."""
