"""The admin's pages: what is live, what is wrong, what each entry says."""
