"""What stands in for the providers on one machine: as strict and as lenient as they are."""
