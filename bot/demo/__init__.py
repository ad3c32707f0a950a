"""What stands in for the outside world when the product is shown or tested: a simulated WeChat."""
