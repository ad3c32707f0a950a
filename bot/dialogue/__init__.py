"""What we say and change for one act of a parent: a pure core (`plan`, `decide`) without I/O."""
