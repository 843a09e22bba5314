"""Azure AI Search as a searcher."""
