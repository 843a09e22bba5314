"""What people hear of a recording in a browser, and what is known of its sound."""
