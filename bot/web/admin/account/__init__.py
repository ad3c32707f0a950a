"""The account: its menu, its words, what parents agree to, thresholds, the digest, how everything runs."""
