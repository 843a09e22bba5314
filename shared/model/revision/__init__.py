"""What people change of a transcript, beside the machine's own: schema `revision/1`."""
