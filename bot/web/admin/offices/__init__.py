"""What offices count for single schools and stations, and whether it meets what is asked of them."""
