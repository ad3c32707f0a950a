"""The pages of accounts: joining, one's own, those of others."""
