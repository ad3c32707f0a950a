"""The room of the entries: the list, the editor, review by a colleague, the history."""
