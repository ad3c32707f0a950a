"""The room of publishing: what will change, going live, going back, and what became of each release."""
