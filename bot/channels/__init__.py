"""Ways to reach a parent: WeChat, and the chat page."""
