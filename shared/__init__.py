"""The application: a pure model, use-cases named by verbs, and adapters behind ports."""
