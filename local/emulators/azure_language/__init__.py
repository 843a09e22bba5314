"""An emulator of text PII of Azure AI Language. It shares no code with the app."""
