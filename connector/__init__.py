"""The custom connector for Power Platform. Its definition is made from the API's own operations:
`python -m connector` writes it. Not deployed."""
