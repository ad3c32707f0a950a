"""Knowledge in and out as files: templates, export, and import by way of a dry run."""
