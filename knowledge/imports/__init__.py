"""Things of the library as files that people write, and back: CSV, Excel, Word, Markdown; read apart, judged, shown."""
