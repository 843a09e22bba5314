"""How long what there is of a recording is kept, what goes before its row does, and what stays."""
