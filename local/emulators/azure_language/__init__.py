"""An emulator of the text analyses of Azure AI Language. It shares no code with the app."""
