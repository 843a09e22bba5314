"""An emulator of indexes and documents of Azure AI Search. It shares no code with the app."""
