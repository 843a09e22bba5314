"""The whole product on one machine: Azurite, an emulator and the host, and what drives them."""
