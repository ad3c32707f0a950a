"""The rules of the content, by subject. Each yields `Problem`s; `knowledge.check` runs them all."""
