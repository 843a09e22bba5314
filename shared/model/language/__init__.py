"""What has to be known of a language to cut its text: a file of data each, and rules for all."""
