"""Asking the library as a parent would: one talk with its reasons, the exam's questions, many questions at once."""
