"""What runs beside the web: sending, picking up what a dead process left, deleting what is too old."""
