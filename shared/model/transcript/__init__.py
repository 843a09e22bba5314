"""From what a provider recognised to the transcript that customers get."""
