"""How we find it: lexical and dense search over one release of the library. No database, no web."""
