"""Who finds personal data that has no form: a folder for each service."""
