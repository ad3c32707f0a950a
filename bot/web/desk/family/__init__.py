"""The pages of a family's file, on the screen and on paper."""
