"""The WeChat service account: what it pushes to us, what we answer, what we send through its API."""
