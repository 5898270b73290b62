"""Programs of other people against the simulated modem, as they are installed."""
