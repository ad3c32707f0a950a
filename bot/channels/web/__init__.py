"""The parent's side in a browser: the conversation as a page and a stream, the long articles, the privacy notice."""
