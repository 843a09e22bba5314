"""What Dropscribe costs: remote calls, time and memory, measured on the local stack."""
