"""The description of the API: OpenAPI, and the schemas in it."""
