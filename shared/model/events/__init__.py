"""Events, who wants to hear of them, and how a delivery goes."""
